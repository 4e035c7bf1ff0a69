"""Take in the deck's own film: find its changes, and which build each of them shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from coursecrafter.domain.deck import Deck
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.stored import StoredObject
from coursecrafter.jobs.looking import Looking
from coursecrafter.jobs.steps import Done, Produced, Step, content_key
from coursecrafter.media.film import SMALL_SIZE_PX, check_film
from coursecrafter.media.film_changes import CHANGES_VERSION, Change, watch_film
from coursecrafter.media.film_match import MATCH_VERSION, match_film, small_picture
from coursecrafter.media.film_restless import blackened
from coursecrafter.wiring import Workshop

MP4 = "video/mp4"
JSON = "application/json"


def cut_film(path: Path, deck: Deck, pictures: Mapping[str, StoredObject], shop: Workshop) -> FilmCut:
    """Store a film and find each build's stretch of it.

    Args:
        path: an MP4 that `check_film` took.
        deck: the deck that it shows.
        pictures: each distinct state's picture by its key.
        shop: where it is kept.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge, OtherFilm: CC-0205 to CC-0209.
    """
    film = shop.store.put_file(path, MP4)
    shop.runner.expect({"film_changes": 1, "film_match": 1})
    (seen,) = shop.runner.run([changes_step(path, film)])
    shown = _shown(deck, pictures)
    (done,) = shop.runner.run([_match_step(film, seen, shown, shop)])
    return _cut(film, seen, shown, done, shop)


def known_cut(film: StoredObject, deck: Deck, shop: Workshop) -> FilmCut:
    """What a film was found to show of a deck; nothing is watched, drawn or fetched.

    Raises:
        NotThereYet: it was not looked at.
    """
    looking = Looking(shop.store)
    (seen,) = looking.run([changes_step(Path(), film)])
    keys = list(dict.fromkeys(build.picture_key for slide in deck.slides for build in slide.builds))
    drawn = looking.run([Step("picture", key, lambda _: {}) for key in keys])
    shown = _shown(deck, {key: one.files["picture"] for key, one in zip(keys, drawn, strict=True)})
    (done,) = looking.run([_match_step(film, seen, shown, shop)])
    return _cut(film, seen, shown, done, shop)


def _shown(deck: Deck, pictures: Mapping[str, StoredObject]) -> list[tuple[str, StoredObject]]:
    """The picture of each build by its place, in playing order."""
    return [
        (f"{slide.number}.{build.index}", pictures[build.picture_key])
        for slide in deck.slides
        for build in slide.builds
    ]


def _cut(
    film: StoredObject, seen: Done, shown: Sequence[tuple[str, StoredObject]], done: Done, shop: Workshop
) -> FilmCut:
    stretches = json.loads(shop.store.get_bytes(done.files["stretches"]))
    found = zip((ref for ref, _ in shown), stretches, strict=True)
    last_s = json.loads(shop.store.get_bytes(seen.files["changes"]))["changes"][-1][2]
    return FilmCut(
        film, tuple((ref, Stretch(*map(Fraction, times))) for ref, times in found if times), Fraction(last_s)
    )


def changes_step(path: Path, film: StoredObject) -> Step:
    """The step that finds a film's changes: file "changes"."""

    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "changes.json"
        size_px, watched = check_film(path), watch_film(path)
        told = {
            "size_px": size_px,
            "changes": [_to_json(one) for one in watched.changes],
            "left_out": np.packbits(watched.left_out).tobytes().hex(),
        }
        target.write_text(json.dumps(told))
        return {"changes": Produced(target, JSON)}

    return Step("film_changes", content_key("film_changes", CHANGES_VERSION, film=film.sha256), make, path.name)


def _match_step(film: StoredObject, seen: Done, shown: list[tuple[str, StoredObject]], shop: Workshop) -> Step:
    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "stretches.json"
        value = json.loads(shop.store.get_bytes(seen.files["changes"]))
        width_px, height_px = value["size_px"]
        packed = np.frombuffer(bytes.fromhex(value["left_out"]), np.uint8)
        left_out = np.unpackbits(packed).astype(np.bool_).reshape(SMALL_SIZE_PX[::-1])
        small = []
        for _, picture in shown:
            with Image.open(BytesIO(shop.store.get_bytes(picture))) as image:
                small.append(blackened(small_picture(image, (width_px, height_px)), left_out))
        stretches = match_film([from_json(one) for one in value["changes"]], small)
        times = [one and [str(one.start_s), str(one.settled_s), str(one.end_s)] for one in stretches]
        target.write_text(json.dumps(times))
        return {"stretches": Produced(target, JSON)}

    key = content_key(
        "film_match",
        MATCH_VERSION,
        film=film.sha256,
        changes=seen.files["changes"].sha256,
        pictures=[picture.sha256 for _, picture in shown],
    )
    return Step("film_match", key, make, "film")


def _to_json(change: Change) -> list[str]:
    return [str(change.begin_s), str(change.settled_s), str(change.end_s), change.thumb.hex()]


def from_json(value: list[str]) -> Change:
    """A change as the file of `changes_step` has it."""
    begin_s, settled_s, end_s, thumb = value
    return Change(Fraction(begin_s), Fraction(settled_s), Fraction(end_s), bytes.fromhex(thumb))
