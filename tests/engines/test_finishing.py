"""What every video gets when it is finished: checks with limits, a report, a signature that is made once."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from lxml import html

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.finishing import report_outputs, sign, signed_by
from coursecrafter.engines.video_checks import check_captions, check_seen, check_sound
from coursecrafter.media.captions import Caption
from coursecrafter.media.credentials import Credentials, Origin, Source
from coursecrafter.media.mp4 import write_mp4
from coursecrafter.media.report import Report, ReportedSegment
from coursecrafter.media.seen import are_same, is_plain, look_at
from coursecrafter.media.signing import load_signing
from coursecrafter.media.sound import lay_blocks
from coursecrafter.media.still_video import Shown, encode_pictures
from narration import Workbench, make_workbench

SAID = Credentials("Fire doors", "Acme", (Origin("voice", Source.MODEL, "openai tts"),))
FINDINGS = (
    Finding("loudness", Severity.OK, "-16.0 LUFS, -16 wanted.", -16.0, "-16 ± 0.5 LUFS"),
    Finding("captions", Severity.WARNING, "One is fast.", 23.0, "at most 20 characters a second"),
    Finding("pictures", Severity.ERROR, "Slide <3> shows nothing.", 1, "none"),
    Finding("something_new", Severity.OK, "It is new.", None),
)
REPORT = Report(
    "Doors & <walls>",
    "Voice-over video",
    (("Length", "00:22"),),
    FINDINGS,
    (ReportedSegment("a", "Keep it <shut>.", Fraction(1), Fraction(2), Fraction(1, 2)),),
    SAID.origins,
    "It carries no content credentials.",
)


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return make_workbench(tmp_path)


def a_video(path: Path, size: tuple[int, int] = (320, 180)) -> Path:
    """Half a second of a plain picture, then half a second of one with a bar."""
    width, height = size
    plain = np.full((height, width, 3), 90, np.uint8)
    barred = plain.copy()
    barred[:, : width // 4] = 220
    run = encode_pictures([plain, barred], [True, True], width_px=width, height_px=height)
    write_mp4(path, [Shown(run, (15, 15))], lay_blocks([], 47))
    return path


def test_a_video_is_signed_once(bench: Workbench, tmp_path: Path) -> None:
    signing = replace(bench.bench, signing=lambda: load_signing(tmp_path / "home", {}))
    stored = signing.store.put_file(a_video(tmp_path / "video.mp4"), "video/mp4")

    first, second = (sign(signing, stored, SAID, "L1") for _ in range(2))

    assert first == second != stored
    assert bench.runner.made == Counter(sign=1)


def test_a_worker_with_a_home_of_its_own_takes_over_what_another_signed(bench: Workbench, tmp_path: Path) -> None:
    stored = bench.bench.store.put_file(a_video(tmp_path / "video.mp4"), "video/mp4")
    homes = [replace(bench.bench, signing=lambda home=home: load_signing(tmp_path / home, {})) for home in ("a", "b")]

    first, second = (sign(one, stored, SAID, "L1") for one in homes)

    assert first == second


def test_other_words_are_signed_anew(bench: Workbench, tmp_path: Path) -> None:
    signing = replace(bench.bench, signing=lambda: load_signing(tmp_path / "home", {}))
    stored = signing.store.put_file(a_video(tmp_path / "video.mp4"), "video/mp4")

    assert sign(signing, stored, SAID, "") != sign(signing, stored, replace(SAID, publisher="Other"), "")


def test_without_a_key_a_video_stays_as_it_is(bench: Workbench, tmp_path: Path) -> None:
    stored = bench.bench.store.put_file(a_video(tmp_path / "video.mp4"), "video/mp4")

    assert sign(bench.bench, stored, SAID, "L1") == stored
    assert signed_by(bench.bench, SAID) == "It carries no content credentials."


def test_what_is_seen_is_told_apart(tmp_path: Path) -> None:
    before, after, still = look_at(a_video(tmp_path / "video.mp4"), [Fraction(0), Fraction(3, 5), Fraction(9, 10)])

    assert (before.shape, is_plain(before), is_plain(after)) == ((90, 160), True, False)
    assert (are_same(before, after), are_same(after, still)) == (False, True)


def test_a_tall_picture_stays_tall(tmp_path: Path) -> None:
    (seen,) = look_at(a_video(tmp_path / "video.mp4", (180, 320)), [Fraction(0)])

    assert seen.shape == (160, 90)


def test_the_report_has_every_check_for_programs_and_people(bench: Workbench) -> None:
    told, page = report_outputs(bench.bench, REPORT)
    read = json.loads(bench.bench.store.get_bytes(told.object))
    shown = html.fromstring(bench.bench.store.get_bytes(page.object).decode())

    assert (told.role, page.role) == ("report_json", "report_html")
    assert read["verdict"] == "error"
    assert [one["limit"] for one in read["checks"]] == [finding.limit for finding in FINDINGS]
    assert [row.text_content() for row in shown.iterfind(".//tbody/tr/th")] == [
        "Pictures as seen", "Loudness", "Reading speed", "Something new", "Voice",
    ]  # fmt: skip
    assert "1 check failed" in shown.find(".//p[@class='verdict error']").text_content()
    assert shown.find(".//h1").text_content() == REPORT.title


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        (FINDINGS[:1], "All 1 check passed."),
        (FINDINGS[:2], "1 check passed; 1 may be looked at."),
        ((), "All 0 checks"),
    ],
)
def test_the_verdict_is_the_worst_finding_s(bench: Workbench, findings: tuple[Finding, ...], said: str) -> None:
    _, page = report_outputs(bench.bench, replace(REPORT, findings=findings))

    assert said in bench.bench.store.get_bytes(page.object).decode()


class Loader(HTMLParser):
    """Whatever a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "link", "img", "iframe"} or any(name in {"src", "href"} for name, _ in attrs):
            self.found.append(tag)


def test_the_page_needs_no_other_file_and_runs_nothing(bench: Workbench) -> None:
    _, page = report_outputs(bench.bench, replace(REPORT, title="<script>alert(1)</script>"))
    loader = Loader()

    loader.feed(bench.bench.store.get_bytes(page.object).decode())

    assert loader.found == []


def test_captions_are_held_against_their_limits() -> None:
    fast = Caption(Fraction(0), Fraction(1), ("x" * 30,))
    wide = Caption(Fraction(1), Fraction(9), ("x" * 43,), is_estimated=True)

    speed, form = check_captions([fast, wide])

    assert (speed.severity, speed.figure) == (Severity.WARNING, 30)
    assert speed.sentence.endswith("the voice leaves no time: 1.")
    assert (form.severity, form.figure) == (Severity.WARNING, 1)
    assert "estimated" in form.sentence


def test_many_lost_pictures_are_summed_up() -> None:
    names = [f"slide {number}" for number in range(1, 9)]

    found = check_seen({"looked_at": 8, "blank": [], "frozen": list(range(8))}, names)

    assert found.sentence.endswith("in place of slide 1, slide 2, slide 3, slide 4, slide 5 and 3 more.")


def test_silence_is_no_fault() -> None:
    (found,) = check_sound({"is_silent": True}, "Nothing is spoken.")

    assert (found.severity, found.sentence) == (Severity.OK, "Nothing is spoken.")
