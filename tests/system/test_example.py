"""The example course, as a newcomer makes it, judged by other people's tools."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from firefox import plays_in_firefox
from system.courses import EXAMPLE, HANDBOOK, Installation, change_word, hashes

MAKING = {
    "speech",
    "picture",
    "still",
    "run",
    "scene_image",
    "voice_block",
    "mux",
    "sign",
    "book_pdf",
    "book_epub",
    "scorm_zip",
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out") / "course"


@pytest.fixture(scope="module")
def built(installation: Installation, out: Path) -> dict[str, Any]:
    return installation.build(EXAMPLE, out, "--doc", HANDBOOK)


def outputs(built: dict[str, Any], role: str, engine: str | None = None) -> list[Path]:
    found = [Path(one["path"]) for one in built["outputs"] if one["role"] == role and engine in {None, one["engine"]}]
    assert found
    return found


def test_every_engine_made_its_result_for_every_lesson(built: dict[str, Any]) -> None:
    codes = [lesson["code"] for lesson in built["lessons"]]

    names = {Path(one["path"]).name for one in built["outputs"]}

    assert codes == ["L1.1", "L2.1", "L3.1"]
    expected = {f"safe-sign-in_{code}_{engine}_v1.mp4" for code in codes for engine in ("E1", "E2")}
    expected |= {f"safe-sign-in_{code}_SCORM_v1.zip" for code in codes}
    assert expected | {"safe-sign-in_BOOK_v1.pdf", "safe-sign-in_BOOK_v1.epub"} <= names


def test_no_check_found_an_error_and_every_file_is_what_the_report_says(built: dict[str, Any]) -> None:
    severities = [finding["severity"] for engine in built["engines"] for finding in engine["findings"]]

    assert severities
    assert "error" not in severities
    assert all(Path(one["path"]).stat().st_size == one["bytes"] > 0 for one in built["outputs"])


@pytest.mark.parametrize("engine", ["e1", "e2"])
def test_videos_are_what_the_specification_asks(built: dict[str, Any], engine: str) -> None:
    for video in outputs(built, "final_video", engine):
        argv = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_chapters", "-of", "json", str(video)]
        facts = json.loads(subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout)
        picture = next(stream for stream in facts["streams"] if stream["codec_type"] == "video")
        sound = next(stream for stream in facts["streams"] if stream["codec_type"] == "audio")

        assert (picture["codec_name"], picture["width"], picture["height"]) == ("h264", 1920, 1080)
        assert (picture["avg_frame_rate"], picture["r_frame_rate"], picture["pix_fmt"]) == ("30/1", "30/1", "yuv420p")
        assert sound["codec_name"] == "aac"
        assert abs(float(picture["duration"]) - float(sound["duration"])) < 0.1
        assert facts["chapters"]


def test_every_frame_of_a_video_decodes_without_complaint(built: dict[str, Any]) -> None:
    for engine in ("e1", "e2"):
        video = outputs(built, "final_video", engine)[0]
        argv = ["ffmpeg", "-v", "warning", "-xerror", "-i", str(video), "-f", "null", "-"]

        answer = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=300)

        assert answer.stderr == ""


def test_a_branded_video_plays_and_seeks_in_firefox(built: dict[str, Any]) -> None:
    video = outputs(built, "final_video", "e2")[0]
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(video)]

    assert plays_in_firefox(video) == pytest.approx(float(subprocess.check_output(asked)), abs=0.2)


def test_the_page_that_shows_everything_names_every_file(built: dict[str, Any], out: Path) -> None:
    page = (out / "index.html").read_text(encoding="utf-8")

    shown = [Path(one["path"]).name for one in built["outputs"] if one["role"] in {"final_video", "book_pdf"}]

    assert all(name in page for name in shown)
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_second_build_makes_nothing(built: dict[str, Any], installation: Installation, out: Path) -> None:
    again = installation.build(EXAMPLE, out, "--doc", HANDBOOK)

    assert again["made"] == {}
    assert hashes(again) == hashes(built)


def test_a_deleted_folder_is_filled_from_the_store(
    built: dict[str, Any], installation: Installation, out: Path
) -> None:
    shutil.rmtree(out)

    again = installation.build(EXAMPLE, out, "--doc", HANDBOOK)

    assert not MAKING & set(again["made"])
    assert hashes(again) == hashes(built)
    assert all(Path(one["path"]).stat().st_size == one["bytes"] for one in again["outputs"])


def test_one_changed_word_costs_one_voice_one_picture_and_one_mux_per_video(
    built: dict[str, Any], installation: Installation, tmp_path: Path
) -> None:
    deck = tmp_path / "changed.pptx"
    change_word(EXAMPLE, deck, "what to do beside them", "what to try beside them")

    changed = installation.build(deck, tmp_path / "out", "--doc", HANDBOOK)

    made = {(one["engine"], one["lesson"]): one["made"] for one in changed["engines"]}
    assert changed["made"]["picture"] == 1
    assert made["e1", "L1.1"] == {"speech": 1, "voice_block": 1, "still": 1, "mux": 1, "sign": 1}
    assert not MAKING & set(made["e2", "L1.1"]), "this slide is told from its notes, which are the same"
    assert all(made[engine, lesson] == {} for engine in ("e1", "e2", "e4") for lesson in ("L2.1", "L3.1"))
