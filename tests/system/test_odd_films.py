"""Films of every odd kind beside a deck: built whole, or refused with a sentence before anything is left behind."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coursecrafter.authoring.projects import find_project
from coursecrafter.build.course import build_course
from coursecrafter.build.order import BuildOrder
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import Severity
from coursecrafter.errors import CourseCrafterError
from coursecrafter.wiring import Workshop
from deck_films import Frame, Show, drawn_deck, frames_of, write_film

STANDS_S = 1.0
SMALL = (160, 90)
SETTLED_S = 0.5
MOST_APART = 3


@dataclass(frozen=True)
class Room:
    """A deck, its pictures, and a good film of it."""

    folder: Path
    pictures: list[Frame]
    film: Path


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    folder = tmp_path_factory.mktemp("odd")
    pictures = [picture for _, picture in drawn_deck(folder)]
    film = write_film(folder / "film.mp4", frames_of([Show(picture, STANDS_S) for picture in pictures]))
    return Room(folder, pictures, film)


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, timeout=300)


def again(*options: str) -> Callable[[Room, Path], None]:
    """The same film, coded with other options."""
    return lambda room, path: ffmpeg("-i", room.film, *options, "-preset", "ultrafast", path)


def interlaced(room: Room, path: Path) -> None:
    weave = "fps=50,tinterlace=interleave_top,setfield=tff"
    again("-vf", weave, "-flags", "+ilme+ildct", "-x264-params", "tff=1")(room, path)


def turned(room: Room, path: Path) -> None:
    """Stored lying on its side, with the turn that a player makes."""
    lying = path.with_suffix(".lying.mp4")
    again("-vf", "transpose=1")(room, lying)
    ffmpeg("-i", lying, "-c", "copy", "-metadata:s:v:0", "rotate=90", path)


def three_hours(room: Room, path: Path) -> None:
    """Each picture stands for half an hour."""
    listed = path.with_suffix(".txt")
    lines = []
    for index, picture in enumerate(room.pictures):
        image = path.with_suffix(f".{index}.png")
        Image.fromarray(picture[::2, ::2]).save(image)
        lines += [f"file '{image}'", "duration 1800"]
    listed.write_text("\n".join([*lines, lines[-2]]), encoding="utf-8")
    shown = ["-f", "concat", "-safe", "0", "-i", listed, "-vf", "fps=1/20,format=yuv420p"]
    ffmpeg(*shown, "-c:v", "libx264", "-preset", "ultrafast", path)


def empty(_: Room, path: Path) -> None:
    path.write_bytes(b"")


def sound_alone(_: Room, path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", path)


def cut_short(room: Room, path: Path) -> None:
    path.write_bytes(room.film.read_bytes()[:-20_000])


def damaged(room: Room, path: Path) -> None:
    content = bytearray(room.film.read_bytes())
    middle = content.index(b"mdat") + 4 + (content.index(b"moov") - content.index(b"mdat")) // 2
    content[middle : middle + 20_000] = np.random.default_rng(1).bytes(20_000)
    path.write_bytes(content)


def another_deck(_: Room, path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (7, 9, 16, 3), np.uint8).repeat(20, axis=1).repeat(20, axis=2)
    write_film(path, frames_of([Show(picture, STANDS_S) for picture in noise]))


ODD: dict[str, tuple[Callable[[Room, Path], None], str]] = {
    "variable": (again("-vf", "select='not(mod(n,3))+not(mod(n,10))'", "-vsync", "vfr"), "12.0 of them a second"),
    "uhd": (again("-vf", "scale=3840:2160"), "copied as they are"),
    "turned": (turned, "turned or stretched"),
    "interlaced": (interlaced, "they are interlaced"),
    "three hours": (three_hours, "encoded again"),
    "sixty": (again("-r", "60"), "copied as they are"),
}
REFUSED = {
    "CC-0205": (empty, "MP4"),
    "CC-0206": (sound_alone, "pictures"),
    "CC-0207": (cut_short, "damaged"),
    "CC-0207 in the middle": (damaged, "damaged at 00:0"),
    "CC-0209": (another_deck, "does not show this deck"),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_film_shows_every_slide_upright_and_in_time(kind: str, room: Room, shop: Workshop) -> None:
    make, told = ODD[kind]
    film, out = room.folder / f"{kind.replace(' ', '_')}.mp4", room.folder / kind
    make(room, film)
    order = BuildOrder(room.folder / "deck.pptx", out, film=film, engines=(Engine.E1,), name=kind)

    built = build_course(order, shop)

    findings = {one.check: one for one in built.renders[0].findings}
    assert findings["film"].sentence == "7 of 7 pictures are the film's own."
    assert told in findings["film_packets"].sentence
    assert not [one.sentence for one in findings.values() if one.severity is Severity.ERROR]
    (video,) = (out / "videos").glob("*_E1_v1.mp4")
    (report,) = (out / "videos").glob("*_E1_report_v1.json")
    segments = json.loads(report.read_text(encoding="utf-8"))["segments"]
    for segment, picture in zip(segments, room.pictures, strict=False):
        assert apart(seen(video, segment["start_s"] + SETTLED_S), picture) < MOST_APART
    wrong = "".join(line for line in errors_of(video).splitlines(True) if "deprecated" not in line)
    assert not wrong


@pytest.mark.parametrize("case", REFUSED)
def test_a_film_that_cannot_be_used_is_refused_and_leaves_nothing(case: str, room: Room, shop: Workshop) -> None:
    make, told = REFUSED[case]
    film = room.folder / f"{case.replace(' ', '_')}.mp4"
    make(room, film)
    name = f"Refused {case}"

    with pytest.raises(CourseCrafterError, match=case[:7]) as refused:
        build_course(BuildOrder(room.folder / "deck.pptx", room.folder / name, film=film, name=name), shop)

    assert told in refused.value.message
    assert refused.value.remedy
    assert not (room.folder / name).exists()
    with shop.database.app(shop.identity()) as conn:
        assert find_project(conn, shop.author, name=name, code=None) is None


def seen(video: Path, at_s: float) -> np.ndarray:
    """What a player shows at a time."""
    size = f"scale={SMALL[0]}:{SMALL[1]}:flags=area"
    shown = ["ffmpeg", "-v", "error", "-ss", f"{at_s:.3f}", "-i", str(video), "-frames:v", "1", "-vf", size]
    raw = subprocess.run(
        [*shown, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"], check=True, capture_output=True, timeout=60
    )
    return np.frombuffer(raw.stdout, np.uint8).reshape(SMALL[1], SMALL[0], 3)


def apart(found: np.ndarray, picture: Frame) -> float:
    small = np.asarray(Image.fromarray(picture).resize(SMALL, Image.Resampling.BOX))
    return float(np.abs(found.astype(int) - small).mean())


def errors_of(video: Path) -> str:
    """What a strict decoder complains of."""
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-i", video, "-map", "0:v", "-f", "null", "-"],
        check=True, capture_output=True, text=True, timeout=300,
    ).stderr  # fmt: skip
