"""Films of decks for tests: pictures cut, faded and built up at known times, coded by ffmpeg as a poor export is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.ingest.slide_pictures import draw_builds
from decks import Sketch, add_box, appear, make_deck

Frame = np.ndarray


@dataclass(frozen=True)
class Show:
    """A picture in a film.

    Attributes:
        picture: height x width x 3.
        stands_s: how long it stands once it is there.
        comes: "cut", "fade" (in from the picture before) or "slide" (its right half moves in from the right).
        takes_s: how long that takes.
    """

    picture: Frame
    stands_s: float
    comes: str = "cut"
    takes_s: float = 0.0


def frames_of(shows: Sequence[Show], fps: int = 30) -> Iterable[Frame]:
    """Every frame, one after the other."""
    before = shows[0].picture
    for show in shows:
        steps = round(show.takes_s * fps)
        for step in range(1, steps):
            yield _between(before, show, step / steps)
        for _ in range(round(show.stands_s * fps) + (1 if steps else 0)):
            yield show.picture
        before = show.picture


def starts_of(shows: Sequence[Show], fps: int = 30) -> list[tuple[float, float]]:
    """When each picture begins to come and when it stands, in seconds."""
    found, at = [], 0
    for show in shows:
        steps = round(show.takes_s * fps)
        found.append((at / fps, (at + max(steps - 1, 0)) / fps))
        at += max(steps - 1, 0) + round(show.stands_s * fps) + (1 if steps else 0)
    return found


def _between(before: Frame, show: Show, share: float) -> Frame:
    after = show.picture
    if show.comes == "fade":
        return np.rint(before * (1 - share) + after * share).astype(np.uint8)
    half = after.shape[1] // 2
    shift = round(half * (1 - share))
    frame = before.copy()
    frame[:, half + shift :] = after[:, half : after.shape[1] - shift]
    return frame


def write_film(path: Path, frames: Iterable[Frame], *, fps: int = 30, options: Sequence[str] = ()) -> Path:
    """Code frames as H.264, with noise of coding that can be seen, and a silent sound track."""
    frames = iter(frames)
    first = next(frames)
    height, width = first.shape[:2]
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    command += ["-r", str(fps), "-i", "-", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-shortest"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-pix_fmt", "yuv420p", *options, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as coder:
        assert coder.stdin
        coder.stdin.write(first.tobytes())
        for frame in frames:
            coder.stdin.write(np.ascontiguousarray(frame).tobytes())
        coder.stdin.close()
        assert coder.wait(timeout=120) == 0
    return path


def with_camera(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Somebody who speaks, in the lower right corner: noise that sways."""
    rng = np.random.default_rng(1)
    for number, frame in enumerate(frames):
        height, width = frame.shape[0] // 4, frame.shape[1] // 5
        ys, xs = np.mgrid[0:height, 0:width]
        sway = width / 2 + np.sin(number / 9) * width / 8
        face = ((xs - sway) / (width / 5)) ** 2 + (
            (ys - height * 0.45 - np.sin(number / 5) * 3) / (height / 3)
        ) ** 2 < 1
        picture = np.where(face[..., None], (190, 150, 130), (60, 70, 80)) + rng.normal(0, 6, (height, width, 1))
        out = frame.copy()
        out[-height:, -width:] = picture.clip(0, 255)
        yield out


def with_pointer(frames: Iterable[Frame]) -> Iterator[Frame]:
    """An arrow that wanders, rests now and then, and is 32 of 1080 lines high."""
    for number, frame in enumerate(frames):
        image = Image.fromarray(frame)
        scale, moved = frame.shape[0] / 1080, number - max(0, number % 90 - 60)
        x = (0.5 + 0.4 * np.sin(moved / 23)) * frame.shape[1]
        y = (0.5 + 0.4 * np.sin(moved / 31 + 1)) * frame.shape[0]
        arrow = [(0, 0), (0, 28), (7, 22), (12, 32), (16, 30), (11, 20), (20, 20)]
        ImageDraw.Draw(image).polygon([(x + a * scale, y + b * scale) for a, b in arrow], fill="white", outline="black")
        yield np.asarray(image)


def drawn_deck(folder: Path) -> list[tuple[str, Frame]]:
    """Six states of four slides, drawn as a build draws them: reference and 1080 x 1920 x 3."""
    path = make_deck(
        folder / "deck.pptx",
        [
            Sketch(title="Fire doors save lives"),
            Sketch(
                title="What to do",
                bullets=("Keep them shut", "Never wedge them open"),
                effects=(appear("Content", 0), appear("Content", 1)),
            ),
            Sketch(title="Report a damaged door", draw=lambda slide: add_box(slide, "Box", "Call 112")),
            Sketch(
                title="Assembly point",
                draw=lambda slide: add_box(slide, "Box", "Car park", at=(8, 3), size=(4, 3)),
                effects=(appear("Box"),),
            ),
        ],
    )
    deck = read_deck(path)
    wanted = [(slide.number, build.index) for slide in deck.slides for build in slide.builds]
    drawn = {}
    for (slide, build), content in draw_builds(path, deck, wanted):
        target = folder / f"{slide}.{build}.png"
        target.write_bytes(content)
        with Image.open(target) as image:
            drawn[slide, build] = np.asarray(image.convert("RGB"))
    return [(f"{slide}.{build}", drawn[slide, build]) for slide, build in wanted]


def seconds(value: float) -> Fraction:
    """A time as the code has it."""
    return Fraction(round(value * 30), 30)
