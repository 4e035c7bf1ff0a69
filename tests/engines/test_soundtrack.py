"""The sound of a video as engines lay it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from coursecrafter.engines.bench import Bench
from coursecrafter.engines.soundtrack import BINARY, PlacedVoice, block_files, lay_sound
from coursecrafter.gateway.door import AiGateway
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.media.sound import make_voice_block
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import MemoryCalls
from tones import tone, wav


def test_a_file_is_heard_where_the_figures_of_a_voice_are_broken(tmp_path: Path) -> None:
    store = ObjectStore(str(tmp_path / "store"), UUID(int=1))
    bench = Bench(InlineRunner(store), store, AiGateway(MemoryCalls()))
    block = make_voice_block(wav(tone(1.0)))
    files = block_files(block, tmp_path)
    kept, heard = (store.put_bytes(files[name].path.read_bytes(), BINARY) for name in ("block", "heard"))

    whole, broken = (lay_sound(bench, [PlacedVoice(5, kept, block, one)], 90, None) for one in (heard, kept))

    assert whole.laid() is not None
    assert broken.laid() is None
