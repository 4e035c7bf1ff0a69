"""How well slides and builds are found in films of real decks, beside PySceneDetect, which looks for cuts alone.

Each deck is drawn state by state and filmed at known times in hard ways: coded poorly, faded, darkened, in other fonts,
made small, with a pointer that moves, with a camera in the corner. Found is what stands within 0.2 s of the truth.
The thresholds of the product were fixed on the example and the first deck by name; the others are only reported.

Folder of decks: COURSECRAFTER_TEST_DECKS. Run: python bench/film_detection.py
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
PEERS = Path(tempfile.gettempdir(), "cc-bench-scenedetect")
"""PySceneDetect is no dependency: it is installed into a folder of its own."""

from coursecrafter.errors import VideoError  # noqa: E402
from coursecrafter.ingest.deck_reader import read_deck  # noqa: E402
from coursecrafter.ingest.slide_pictures import draw_builds  # noqa: E402
from coursecrafter.media.film import check_film  # noqa: E402
from coursecrafter.media.film_changes import differ, watch_film  # noqa: E402
from coursecrafter.media.film_match import match_film, small_picture  # noqa: E402
from coursecrafter.media.film_restless import blackened  # noqa: E402
from deck_films import Show, frames_of, starts_of, with_camera, with_pointer, write_film  # noqa: E402

NEAR_S = 0.2
SIZE = (960, 540)
FPS = 30
MOST_STATES = 24
CONDITIONS = ("plain", "fades", "gamma", "fonts", "small", "pointer", "camera", "all")
OTHER_FONT = "DejaVu Serif"


@dataclass
class Score:
    """Counts of what is there, what was said, and what of it is right."""

    wanted: int = 0
    said: int = 0
    right: int = 0

    def add(self, true_s: list[float], said_s: list[float | None], *, is_named: bool) -> None:
        """Count; named times stand for a state each, others may be near any."""
        given = [one for one in said_s if one is not None]
        self.wanted, self.said = self.wanted + len(true_s), self.said + len(given)
        if is_named:
            self.right += sum(
                one is not None and abs(one - at) <= NEAR_S for one, at in zip(said_s, true_s, strict=True)
            )
        else:
            self.right += sum(any(abs(one - at) <= NEAR_S for one in given) for at in true_s)

    def __str__(self) -> str:
        return f"{self.right / max(self.wanted, 1):6.1%} {min(1, self.right / max(self.said, 1)):6.1%}"


def main() -> None:
    install_peer()
    folder = os.environ.get("COURSECRAFTER_TEST_DECKS")
    others = sorted(Path(folder).glob("*.pptx")) if folder else []
    decks = [*sorted((ROOT / "examples").glob("*.pptx")), *others]
    names = sys.argv[1:] or CONDITIONS
    print(f"{'deck':<14} {'states':>6} {'film':<8}  ours: recall, precision   content            adaptive")
    totals = {(is_fixed, who): Score() for is_fixed in (True, False) for who in range(3)}
    for place, deck in enumerate(decks):
        states = drawn(deck)
        for condition in names:
            filmed = drawn(deck, OTHER_FONT) if condition in {"fonts", "all"} else states
            scores = [Score(), Score(), Score()]
            with tempfile.TemporaryDirectory(prefix="cc-bench-") as home:
                measure(states, filmed, condition, Path(home) / "film.mp4", scores)
            for who, score in enumerate(scores):
                total = totals[place < 2, who]  # the example and one deck: what thresholds were fixed on
                total.wanted, total.said, total.right = (
                    getattr(total, name) + getattr(score, name) for name in ("wanted", "said", "right")
                )
            print(f"{deck.stem:<14} {len(states):>6} {condition:<8}  {'      '.join(map(str, scores))}", flush=True)
    for is_fixed in (True, False):
        scores = [totals[is_fixed, who] for who in range(3)]
        print(f"{'fixed on' if is_fixed else 'reported':<30}  {'      '.join(map(str, scores))}")


def measure(
    states: list[np.ndarray], filmed: list[np.ndarray], condition: str, film: Path, scores: list[Score]
) -> None:
    """Film the states, and let all three look for them."""
    rng = random.Random(condition)  # noqa: S311  # times, not secrets
    size = (640, 360) if condition in {"small", "all"} else SIZE
    shows = []
    for state in filmed:
        takes = rng.choice((0.0, 0.4, 0.8)) if condition in {"fades", "all"} else 0.0
        picture = np.asarray(Image.fromarray(state).resize(size, Image.Resampling.LANCZOS))
        if condition in {"gamma", "all"}:
            picture = np.rint(255 * (picture / 255) ** 1.25 * 0.96).astype(np.uint8)
        shows.append(Show(picture, round(rng.uniform(1.0, 2.2), 2), "fade" if takes else "cut", takes))
    frames: Iterable[np.ndarray] = frames_of(shows)
    if condition in {"camera", "all"}:
        frames = with_camera(frames)
    if condition in {"pointer", "all"}:
        frames = with_pointer(frames)
    write_film(film, frames, fps=FPS)
    starts = [begin for begin, _ in starts_of(shows)]
    # A state that looks like the one before it has no moment of its own.
    small = [small_picture(Image.fromarray(state), size) for state in states]
    seen = [at for at in range(len(small)) if at == 0 or differ(small[at], small[at - 1])]
    true_s = [starts[at] for at in seen]
    scores[0].add(true_s, ours(film, small, seen), is_named=True)
    from scenedetect import AdaptiveDetector, ContentDetector, detect  # noqa: PLC0415  # installed by now

    for score, detector in zip(scores[1:], (ContentDetector(), AdaptiveDetector()), strict=True):
        scenes = detect(str(film), detector, start_in_scene=True)
        score.add(true_s, [begin.seconds for begin, _ in scenes], is_named=False)


def install_peer() -> None:
    if not PEERS.exists():
        argv = [sys.executable, "-m", "pip", "install", "-q", "--target", str(PEERS), "scenedetect"]
        subprocess.run(argv, check=True, timeout=900)
    sys.path.append(str(PEERS))


def ours(film: Path, small: list[np.ndarray], seen: list[int]) -> list[float | None]:
    try:
        check_film(film)
        watched = watch_film(film)
        found = match_film(watched.changes, [blackened(one, watched.left_out) for one in small])
    except VideoError as error:
        print(f"  {error.code}: {error.detail}")
        return [None] * len(seen)
    return [None if found[at] is None else float(found[at].start_s) for at in seen]


def drawn(path: Path, font: str | None = None) -> list[np.ndarray]:
    """A deck's first states, as a build draws them; or all of its text in another font."""
    held = Path(tempfile.gettempdir(), f"cc-film-{path.stem}-{font or 'own'}.npz")
    if held.exists():
        with np.load(held) as kept:
            return [kept[name] for name in sorted(kept.files)]
    deck = read_deck(path)
    wanted = [(slide.number, build.index) for slide in deck.slides for build in slide.builds][:MOST_STATES]
    source = path
    if font:
        source = held.with_suffix(".pptx")
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(source, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name.endswith(".xml"):
                    content = re.sub(rb'typeface="[^"+]+"', f'typeface="{font}"'.encode(), content)
                new.writestr(name, content)
    pictures = {}
    for place, content in draw_builds(source, deck, wanted):
        with Image.open(BytesIO(content)) as image:
            pictures[place] = np.asarray(image.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS))
    states = [pictures[place] for place in wanted]
    np.savez(held, **{f"{at:03}": state for at, state in enumerate(states)})
    return states


if __name__ == "__main__":
    main()
