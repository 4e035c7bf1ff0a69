"""The sound of a whole video: voices with silence between, or over a bed of music."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from coursecrafter.domain.keys import content_key
from coursecrafter.domain.look import Music
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.errors import VideoError
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.codec import CODEC_VERSION, Samples
from coursecrafter.media.heard import HEARD_VERSION, Heard, SoundFigures, lay_heard, listen
from coursecrafter.media.music import (
    MUSIC_VERSION,
    Bed,
    Stretch,
    decode_block,
    join_stretches,
    make_bed,
    mix_stretch,
    music_gain_db,
    music_level_db,
    pack_stretch,
    plan_stretches,
)
from coursecrafter.media.probe import LaidSound
from coursecrafter.media.sound import BLOCK_VERSION, VoiceBlock, lay_blocks, make_voice_block

BINARY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class PlacedVoice:
    """A voice where it stands in a video.

    Attributes:
        first_frame: AAC frame at which it begins.
        stored, block: the block, as stored and read.
        heard: what is heard of it, as stored.
    """

    first_frame: int
    stored: StoredObject
    block: VoiceBlock
    heard: StoredObject


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """A video's sound.

    Attributes:
        key: all that it depends on, for a content key.
        packets: reads its AAC packets, one more than it has frames.
        has_music: whether something lies under the voices.
        figures: tells what is heard of it; None where nobody knows before its file is heard.
    """

    key: Any
    packets: Callable[[], Sequence[bytes]]
    has_music: bool
    figures: Callable[[], SoundFigures] | None = None

    def laid(self) -> LaidSound | None:
        """What its file should hold, for measuring; None where the file has to be heard."""
        if self.figures is None:
            return None
        try:
            return LaidSound(self.packets(), self.figures())
        except VideoError:
            # A video without a fault does not fail for figures that are broken.
            return None


def voice_block_step(bench: Bench, sound: StoredObject, label: str = "") -> Step:
    """The step that makes a voice ready for a video, the same in all: files "block" and "heard"."""

    def make(folder: Path) -> Mapping[str, Produced]:
        return block_files(make_voice_block(bench.store.get_bytes(sound)), folder)

    key = content_key("voice_block", BLOCK_VERSION, sound=sound.sha256, codec=CODEC_VERSION, heard=HEARD_VERSION)
    return Step("voice_block", key, make, label)


def block_files(block: VoiceBlock, folder: Path) -> dict[str, Produced]:
    """A block and what is heard of it, as files of a step."""
    contents = {"block": block.to_bytes(), "heard": listen(block.packets).to_bytes()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: Produced(folder / name, BINARY) for name in contents}


def lay_sound(bench: Bench, placed: Sequence[PlacedVoice], frames: int, music: Music | None) -> Soundtrack:
    """Lay out the sound of a video.

    Args:
        bench: the tools.
        placed: the voices, in order; they do not overlap.
        frames: length of the whole sound, in AAC frames.
        music: what lies under the voices; None: silence.

    Raises:
        NotARecording, DamagedRecording, RecordingTooLong: CC-0133 to CC-0135, of the music.
        UnusableMusic: CC-0212.
    """
    placed = [voice for voice in placed if voice.block.packets]  # music does not step back for a voice that is silent
    voices = [(voice.first_frame, voice.block) for voice in placed]
    if music is None:
        key = [[voice.stored.sha256, voice.first_frame] for voice in placed]

        def figures() -> SoundFigures:
            # One block's at a time: those of three hours would be 100 megabytes.
            found = (Heard.from_bytes(bench.store.get_bytes(voice.heard)) for voice in placed)
            return lay_heard(zip((first for first, _ in voices), found, strict=True), frames)

        return Soundtrack(key, lambda: lay_blocks(voices, frames), has_music=False, figures=figures)
    bed = _bed(bench, music)
    stretches = plan_stretches(voices, frames)
    bench.steps.expect({"music_mix": len(stretches)})

    @cache
    def opened() -> Bed:
        return Bed.from_bytes(bench.store.get_bytes(bed))

    level_db = music_level_db(music.level_db, voices, frames)
    steps = [_mix_step(stretch, placed, bed, opened, level_db) for stretch in stretches]
    mixed = [done.files["sound"] for done in bench.steps.run(steps)]
    return Soundtrack(
        [stored.sha256 for stored in mixed],
        lambda: join_stretches([bench.store.get_bytes(stored) for stored in mixed], frames),
        has_music=True,
    )


def _bed(bench: Bench, music: Music) -> StoredObject:
    def make(folder: Path) -> Mapping[str, Produced]:
        recording, path = folder / "recording", folder / "music.bed"
        bench.store.copy_to(music.sound, recording)
        path.write_bytes(make_bed(recording).to_bytes())
        return {"bed": Produced(path, BINARY)}

    bench.steps.expect({"music_bed": 1})
    (done,) = bench.steps.run(
        [Step("music_bed", content_key("music_bed", MUSIC_VERSION, sound=music.sound.sha256), make)]
    )
    return done.files["bed"]


def _heard_in(stretch: Stretch, block: VoiceBlock, first_frame: int) -> tuple[int, Samples]:
    """What a stretch needs of a block, and the frame at which that begins: a clip may last for many stretches."""
    skipped = max(0, stretch.begin - first_frame)
    # A packet holds the frame before it too, so two more are read.
    packets = block.packets[skipped : max(0, stretch.end - first_frame) + 2]
    return first_frame + skipped, decode_block(replace(block, packets=packets))


def _mix_step(
    stretch: Stretch,
    placed: Sequence[PlacedVoice],
    bed: StoredObject,
    opened: Callable[[], Bed],
    level_db: float,
) -> Step:
    def make(folder: Path) -> Mapping[str, Produced]:
        music = opened()
        voices = [_heard_in(stretch, placed[number].block, first) for number, first in stretch.voices]
        packets = mix_stretch(stretch, music, music_gain_db(music, level_db), voices)
        path = folder / "stretch.sound"
        path.write_bytes(pack_stretch(stretch, packets))
        return {"sound": Produced(path, BINARY)}

    key = content_key(
        "music_mix",
        MUSIC_VERSION,
        codec=CODEC_VERSION,
        bed=bed.sha256,
        level_db=level_db,
        at=stretch.first_frame,
        end=stretch.end_frame,
        voices=[[placed[number].stored.sha256, first] for number, first in stretch.voices],
        speech=[list(span) for span in stretch.speech],
    )
    return Step("music_mix", key, make)
