"""The film's own frames as coded runs: its movement frame by frame, then the picture that stands."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from threading import Lock

from coursecrafter.domain.film import Stretch
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e1_voiceover.card import HEIGHT_PX, WIDTH_PX
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.codec import CODEC_VERSION
from coursecrafter.media.film import read_pictures
from coursecrafter.media.still_video import LONGEST_GOP_FRAMES, encode_pictures
from coursecrafter.media.timeline import VIDEO_FPS
from coursecrafter.storage.objects import ObjectStore

FILM_RUN_VERSION = 1
FAINT_S = Fraction(1, 10)
"""A fade's last steps are too faint to be found; they are taken along."""
CLEAR_AFTER_S = Fraction(1, 2)
"""A poor encoding shows a new picture roughly first: what is to stand is taken a moment later."""
BEFORE_NEXT_S = Fraction(1, 15)


@dataclass(slots=True)
class Reel:
    """A stored film as a file, copied when a step first needs it: a course that is built again needs none."""

    store: ObjectStore
    film: StoredObject
    target: Path
    _lock: Lock = field(default_factory=Lock)

    def file(self) -> Path:
        """The film's file; may be called from any thread."""
        with self._lock:
            if not self.target.exists():
                self.store.copy_to(self.film, self.target)
        return self.target


@contextmanager
def open_reel(store: ObjectStore, film: StoredObject | None) -> Iterator[Reel | None]:
    """The film for as long as its frames are needed; None if there is none."""
    with tempfile.TemporaryDirectory(prefix="cc-film-") as folder:
        yield Reel(store, film, Path(folder, "film.mp4")) if film else None


def film_step(reel: Reel, stretch: Stretch, label: str) -> Step:
    """The step that codes a stretch of the film: file "still", its last picture an IDR that can stand for long."""
    times_s = sample_times_s(stretch)

    def make(folder: Path) -> Mapping[str, Produced]:
        run = folder / "film.run"
        pictures = read_pictures(reel.file(), times_s, width_px=WIDTH_PX, height_px=HEIGHT_PX)
        last = len(times_s) - 1
        idr = [index % LONGEST_GOP_FRAMES == 0 or index == last for index in range(len(times_s))]
        run.write_bytes(encode_pictures(pictures, idr).to_bytes())
        return {"still": Produced(run, "application/octet-stream")}

    key = content_key(
        "film_run",
        FILM_RUN_VERSION,
        film=reel.film.sha256,
        times_s=[str(times_s[0]), len(times_s), str(times_s[-1])],
        codec=CODEC_VERSION,
    )
    return Step("film_run", key, make, label)


def sample_times_s(stretch: Stretch) -> list[Fraction]:
    """When the film is looked at: 30 times a second while it moves, and once when it stands."""
    stands_s = max(stretch.settled_s, min(stretch.settled_s + CLEAR_AFTER_S, stretch.end_s - BEFORE_NEXT_S))
    moves_until_s = min(stretch.settled_s + FAINT_S, stands_s) if stretch.moving_s else stretch.start_s
    frames = math.ceil((moves_until_s - stretch.start_s) * VIDEO_FPS)
    return [*(stretch.start_s + Fraction(index, VIDEO_FPS) for index in range(frames)), stands_s]
