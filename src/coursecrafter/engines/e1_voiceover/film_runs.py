"""The film in a lesson's video: its packets as they are where they can be, else its frames coded again.

A film that cannot be taken over packet by packet is coded shot by shot: its movement frame by frame, then the picture
that stands.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from fractions import Fraction
from pathlib import Path
from threading import Lock

from coursecrafter.domain.film import Stretch
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e1_voiceover.card import HEIGHT_PX, WIDTH_PX
from coursecrafter.jobs.steps import Produced, Step
from coursecrafter.media.codec import CODEC_VERSION
from coursecrafter.media.film import PICTURES_VERSION, read_pictures
from coursecrafter.media.film_packets import PACKETS_VERSION, FilmPackets, index_film
from coursecrafter.media.film_plan import FAINT_S, stand_time_s
from coursecrafter.media.still_video import LONGEST_GOP_FRAMES, encode_pictures
from coursecrafter.media.timeline import VIDEO_FPS
from coursecrafter.storage.objects import ObjectStore

FILM_RUN_VERSION = 2


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
                # Whole or absent: where the store fails half-way, other threads still come here before all stop.
                begun = self.target.with_suffix(".part")
                self.store.copy_to(self.film, begun)
                begun.replace(self.target)
        return self.target


@contextmanager
def open_reel(store: ObjectStore, film: StoredObject | None) -> Iterator[Reel | None]:
    """The film for as long as its frames are needed; None if there is none."""
    with tempfile.TemporaryDirectory(prefix="cc-film-") as folder:
        yield Reel(store, film, Path(folder, "film.mp4")) if film else None


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """How pictures are coded: their size, and the id of their parameter sets."""

    width_px: int = WIDTH_PX
    height_px: int = HEIGHT_PX
    set_id: int = 0


FULL_HD = PictureFormat()


@dataclass(frozen=True, slots=True)
class Footage:
    """A film and its packets; where they are taken over, the video has its size."""

    reel: Reel
    packets: FilmPackets

    @property
    def is_taken_over(self) -> bool:
        """Whether its packets are."""
        return not self.packets.refusal

    @property
    def picture_format(self) -> PictureFormat:
        """What pictures of our own must be like to stand beside it."""
        if not self.is_taken_over:
            return FULL_HD
        return PictureFormat(self.packets.width_px, self.packets.height_px, self.packets.free_set_id)

    @property
    def fps(self) -> float:
        """Pictures a second in the video where the film moves."""
        return self.packets.fps if self.is_taken_over and len(self.packets.times) > 1 else VIDEO_FPS


def index_packets(bench: Bench, reel: Reel) -> FilmPackets:
    """Where the film's packets stand, and whether they can be taken over; found once for a film.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """

    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "packets.npy"
        target.write_bytes(index_film(reel.file()).to_bytes())
        return {"packets": Produced(target, "application/octet-stream")}

    key = content_key("film_packets", PACKETS_VERSION, film=reel.film.sha256)
    bench.steps.expect({"film_packets": 1})
    (done,) = bench.steps.run([Step("film_packets", key, make, "film")])
    return FilmPackets.from_bytes(bench.store.get_bytes(done.files["packets"]))


def film_step(reel: Reel, times_s: Sequence[Fraction], label: str, wanted: PictureFormat = FULL_HD) -> Step:
    """The step that codes frames of the film: file "still", its last picture an IDR that can stand for long."""

    def make(folder: Path) -> Mapping[str, Produced]:
        run = folder / "film.run"
        size = {"width_px": wanted.width_px, "height_px": wanted.height_px}
        pictures = read_pictures(reel.file(), list(times_s), **size)
        last = len(times_s) - 1
        idr = [index % LONGEST_GOP_FRAMES == 0 or index == last for index in range(len(times_s))]
        run.write_bytes(encode_pictures(pictures, idr, **size, set_id=wanted.set_id).to_bytes())
        return {"still": Produced(run, "application/octet-stream")}

    key = content_key(
        "film_run",
        FILM_RUN_VERSION,
        film=reel.film.sha256,
        pictures=PICTURES_VERSION,
        times_s=[str(times_s[0]), len(times_s), str(times_s[-1])],
        format=astuple(wanted),
        codec=CODEC_VERSION,
    )
    return Step("film_run", key, make, label)


def sample_times_s(stretch: Stretch) -> list[Fraction]:
    """When the film is looked at: 30 times a second while it moves, and once when it stands."""
    stands_s = stand_time_s(stretch, stretch.settled_s)
    moves_until_s = min(stretch.settled_s + FAINT_S, stands_s) if stretch.moving_s else stretch.start_s
    frames = math.ceil((moves_until_s - stretch.start_s) * VIDEO_FPS)
    return [*(stretch.start_s + Fraction(index, VIDEO_FPS) for index in range(frames)), stands_s]
