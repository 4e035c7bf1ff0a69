"""Scripts that nobody would write, through a whole build: ten thousand words, none, emoji and markup."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coursecrafter.authoring.deck_notes import ScriptSource
from coursecrafter.build.course import Built, build_course
from coursecrafter.build.order import BuildOrder
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import Severity
from coursecrafter.wiring import Workshop
from decks import Sketch, make_deck

SENTENCE = "The pump draws water from the well and pushes it up the hill to the tank where it waits for the dry summer."
WORDS = 10_000
MARKUP = '<speak><break time="5s"/>Keep <emphasis>calm</emphasis> &amp; go {{pause}} [[h@loU]]</speak>'
EMOJI, MIXED = "👩‍🚒🔥 🙂", "Keep calm 👩‍🚒 and carry on 🔥."


@dataclass(frozen=True)
class Awkward:
    """A built course and the files of its narrated video."""

    built: Built
    video: Path
    report: dict[str, Any]
    captions: str
    transcript: str


@pytest.fixture(scope="module")
def awkward(shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Awkward:
    folder = tmp_path_factory.mktemp("awkward")
    words = SENTENCE.split()
    long = " ".join(words[index % len(words)] for index in range(WORDS))
    notes = {"Long": long, "Signs": EMOJI, "Mixed": MIXED, "Markup": MARKUP}
    sketches = [Sketch(title=title, notes=text) for title, text in notes.items()]
    deck = make_deck(folder / "deck.pptx", [*sketches, Sketch(draw=lambda _slide: None)], language="en")
    order = BuildOrder(deck, folder / "out", script=ScriptSource.NOTES, engines=(Engine.E1, Engine.E2))
    built = build_course(order, shop)
    videos = folder / "out" / "videos"

    def read(pattern: str) -> str:
        (path,) = videos.glob(pattern)
        return path.read_text(encoding="utf-8")

    (video,) = videos.glob("*_E1_v1.mp4")
    report = json.loads(read("*_E1_report_v1.json"))
    return Awkward(built, video, report, read("*_E1_v1.vtt"), read("*_E1_v1.txt"))


def test_nothing_of_either_video_is_wrong(awkward: Awkward) -> None:
    wrong = [
        one.sentence for render in awkward.built.renders for one in render.findings if one.severity is Severity.ERROR
    ]

    assert len(awkward.built.renders) == 2
    assert wrong == []


def test_every_one_of_ten_thousand_words_is_spoken_shown_and_kept(awkward: Awkward) -> None:
    shown = re.sub(r"^.* --> .*$|<[^>]*>", "", awkward.captions, flags=re.MULTILINE)
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", awkward.video]
    lasts_s = float(subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60).stdout)

    first = awkward.report["segments"][0]
    assert first["voice_s"] > WORDS / 5
    assert lasts_s == pytest.approx(sum(one["voice_s"] + one["gap_s"] for one in awkward.report["segments"]), abs=0.05)
    assert shown.split().count("pump") == awkward.transcript.split().count("pump") == -(-WORDS // len(SENTENCE.split()))


def test_emoji_and_nothing_are_silence_with_a_picture(awkward: Awkward) -> None:
    _, signs, mixed, _, nothing, _ = awkward.report["segments"]

    assert signs["voice_s"] == nothing["voice_s"] == 0
    assert min(signs["gap_s"], nothing["gap_s"]) >= 2
    assert mixed["voice_s"] > 1
    assert MIXED in awkward.captions


def test_markup_is_words_in_the_voice_the_captions_and_the_transcript(awkward: Awkward) -> None:
    markup = awkward.report["segments"][3]

    assert 5 < markup["voice_s"] < 15
    assert MARKUP in awkward.transcript
    assert "&lt;speak&gt;" in awkward.captions
    assert "<break" not in awkward.captions
