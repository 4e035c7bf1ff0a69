"""What is heard of blocks, laid together, is what is heard of the file that they were laid into."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from coursecrafter.errors import VideoError
from coursecrafter.media.heard import Heard, SoundFigures, lay_heard, listen
from coursecrafter.media.mp4 import write_mp4
from coursecrafter.media.probe import LaidSound, measure
from coursecrafter.media.sound import VoiceBlock, lay_blocks, make_voice_block
from coursecrafter.media.still_video import Shown, encode_pictures
from tones import noise, tone, wav

FRAME_S = Fraction(1, 30)
FRAMES = 470
SILENCE = SoundFigures(Fraction(FRAMES * 1024, 48_000), -math.inf, -180.0, np.zeros(5014, np.float32))


@pytest.fixture(scope="module")
def blocks() -> list[VoiceBlock]:
    """A tone of two seconds, a noise of one, and a tone of a tenth of a second."""
    return [make_voice_block(wav(sound)) for sound in (tone(2.0), noise(1.0), tone(0.1))]


def film_of(path: Path, placed: list[tuple[int, VoiceBlock]]) -> Path:
    run = encode_pictures([np.full((90, 160, 3), 90, np.uint8)], [True], width_px=160, height_px=90)
    write_mp4(path, [Shown(run, (FRAMES * 1024 * 30 // 48_000,))], lay_blocks(placed, FRAMES))
    return path


def figures_of(placed: list[tuple[int, VoiceBlock]]) -> SoundFigures:
    return lay_heard([(first, listen(block.packets)) for first, block in placed], FRAMES)


@pytest.mark.parametrize(
    "places",
    [
        pytest.param([0, 200, 400], id="apart"),
        pytest.param([7, None, 301], id="one right behind the other"),
        pytest.param([1, 440, 300], id="the second cut short by the end"),
    ],
)
def test_figures_of_blocks_are_those_of_their_file(
    blocks: list[VoiceBlock], places: list[int | None], tmp_path: Path
) -> None:
    placed = [
        (places[0] + len(blocks[0].packets) if first is None else first, block)
        for first, block in zip(places, blocks, strict=True)
    ]

    told, found = figures_of(placed), measure(film_of(tmp_path / "film.mp4", placed), FRAME_S).sound

    assert told.seconds == found.seconds
    assert told.lufs == pytest.approx(found.lufs, abs=0.01)
    assert told.peak_dbtp == pytest.approx(found.peak_dbtp, abs=0.05)
    assert len(told.envelope) == len(found.envelope)
    # -80 dB: where one block stands right behind another, a frame is part of both.
    assert np.max(np.abs(told.envelope - found.envelope)) < 1e-4
    assert found.lufs > -30


def test_silence_is_heard_as_silence() -> None:
    assert figures_of([]).lufs == -math.inf
    assert not figures_of([]).envelope.any()


def test_a_file_that_holds_other_sound_than_it_should_is_heard_itself(blocks: list[VoiceBlock], tmp_path: Path) -> None:
    placed = [(10, blocks[0])]
    film = film_of(tmp_path / "film.mp4", placed)

    as_laid = measure(film, FRAME_S, LaidSound(lay_blocks(placed, FRAMES), SILENCE))
    others = [lay_blocks([(11, blocks[0])], FRAMES), lay_blocks([], FRAMES), lay_blocks(placed, FRAMES - 1)]
    heard = [measure(film, FRAME_S, LaidSound(other, SILENCE)) for other in others]

    assert as_laid.sound.lufs == -math.inf
    assert [round(one.sound.lufs) for one in heard] == [round(figures_of(placed).lufs)] * 3


def test_figures_come_back_from_their_file_and_nothing_else_does(blocks: list[VoiceBlock]) -> None:
    heard = listen(blocks[1].packets)

    again = Heard.from_bytes(heard.to_bytes())

    assert np.array_equal(again.energies, heard.energies)
    assert np.array_equal(again.heights, heard.heights)
    assert again.peak == pytest.approx(heard.peak)
    whole = heard.to_bytes()
    for other in (b"", whole[:4], whole[:-4], whole[:-1], whole + b"\0\0\0\0", blocks[1].to_bytes()):
        with pytest.raises(VideoError, match="broken"):
            Heard.from_bytes(other)


def test_a_long_block_is_heard_in_parts_without_a_seam(blocks: list[VoiceBlock]) -> None:
    heard = listen(make_voice_block(wav(tone(6.0))).packets)

    # Of tenths of a second, in which the tone has 44 periods.
    steady = heard.energies[1500:3000].reshape(-1, 75).sum(axis=1)

    assert len(heard.heights) == 2 * len(heard.energies)
    assert np.ptp(steady) < 0.01 * np.mean(steady)
    assert heard.peak == pytest.approx(heard.heights.max(), rel=0.005)
