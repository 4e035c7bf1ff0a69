"""Coded sound and pictures of a video, left in the store until its file is written: a lesson may last for hours."""

from __future__ import annotations

from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.still_video import CodedRun


def read_block(bench: Bench, stored: StoredObject) -> VoiceBlock:
    """A voice block without its packets, which are read when they are asked for.

    Raises:
        UnusableSound: CC-0204.
    """
    return VoiceBlock.kept(lambda: bench.store.get_bytes(stored))


def read_run(bench: Bench, stored: StoredObject) -> CodedRun:
    """A run without its pictures, which are read when they are asked for.

    Raises:
        VideoNotAssembled: CC-0203.
    """
    return CodedRun.kept(lambda: bench.store.get_bytes(stored))
