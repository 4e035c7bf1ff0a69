"""A film without a deck becomes one: a slide for each picture that comes to stand, with what is to be said over it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from coursecrafter.build.film import MP4, changes_step, from_json
from coursecrafter.domain.deck import BlockKind, Build, Deck, Slide, TextBlock, Trigger
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.stored import StoredObject
from coursecrafter.ingest.film_notes import Note, share_notes
from coursecrafter.ingest.language import find_language
from coursecrafter.jobs.looking import Looking
from coursecrafter.jobs.steps import Done, Produced, Step, content_key
from coursecrafter.media.film import PICTURES_VERSION, read_pictures
from coursecrafter.media.film_match import own_stretches
from coursecrafter.media.film_plan import stand_time_s
from coursecrafter.wiring import Workshop

FILM_PICTURES_VERSION = 1
PNG = "image/png"
SIZE_PX = (1920, 1080)
MODIFIED = "1980-01-01T00:00:00Z"
"""A film says nothing that can be relied on of when it was last changed."""
LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class FilmDeck:
    """A film as a deck: its slides' numbers are the segments' places in the film.

    Attributes:
        pictures: what stands in each segment, by the key of its build.
    """

    deck: Deck
    pictures: Mapping[str, StoredObject]
    cut: FilmCut


def read_film_deck(path: Path, title: str, notes: Sequence[Note], shop: Workshop) -> FilmDeck:
    """Cut a film where its picture changes.

    Args:
        path: an MP4 that `check_film` took.
        title: of the deck.
        notes: what is to be said; none for silence.
        shop: where it is kept.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
        NotesDoNotFit: CC-0219.
    """
    film = shop.store.put_file(path, MP4)
    cut = cut_film_alone(path, film, shop)
    stretches = [stretch for _, stretch in cut.stretches]
    texts = share_notes(notes, [stretch.start_s for stretch in stretches])
    drawn = _pictures(path, film, stretches, shop)
    slides = tuple(
        Slide(number, _title(text), (Build(0, Trigger.START, _blocks(text), picture.sha256),))
        for number, (text, picture) in enumerate(zip(texts, drawn, strict=True), 1)
    )
    language = find_language((text, "", "") for text in texts)
    return FilmDeck(Deck(title, language, MODIFIED, slides), {one.sha256: one for one in drawn}, cut)


def cut_film_alone(path: Path, film: StoredObject, shop: Workshop) -> FilmCut:
    """The segments of a film that has no deck.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    shop.runner.expect({"film_changes": 1})
    (seen,) = shop.runner.run([changes_step(path, film)])
    return _cut(film, seen, shop)


def known_cut_alone(film: StoredObject, shop: Workshop) -> FilmCut:
    """The segments of a film that has no deck, as they were found; nothing is watched or fetched.

    Raises:
        NotThereYet: it was not looked at.
    """
    (seen,) = Looking(shop.store).run([changes_step(Path(), film)])
    return _cut(film, seen, shop)


def _cut(film: StoredObject, seen: Done, shop: Workshop) -> FilmCut:
    changes = [from_json(one) for one in json.loads(shop.store.get_bytes(seen.files["changes"]))["changes"]]
    stretches = own_stretches(changes)
    named = tuple((f"{number}.0", stretch) for number, stretch in enumerate(stretches, 1))
    return FilmCut(film, named, stretches[-1].end_s)


def _pictures(path: Path, film: StoredObject, stretches: Sequence[Stretch], shop: Workshop) -> list[StoredObject]:
    times_s = [stand_time_s(stretch, stretch.settled_s) for stretch in stretches]

    def make(folder: Path) -> Mapping[str, Produced]:
        produced = {}
        pictures = read_pictures(path, times_s, width_px=SIZE_PX[0], height_px=SIZE_PX[1])
        for number, pixels in enumerate(pictures):
            target = folder / f"{number}.png"
            Image.fromarray(pixels).save(target)
            produced[str(number)] = Produced(target, PNG)
        return produced

    times = [str(one) for one in times_s]
    key = content_key(
        "film_pictures", FILM_PICTURES_VERSION, film=film.sha256, pictures=PICTURES_VERSION, times_s=times
    )
    shop.runner.expect({"film_pictures": 1})
    (done,) = shop.runner.run([Step("film_pictures", key, make, path.name)])
    return [done.files[str(number)] for number in range(len(times_s))]


def _blocks(text: str) -> tuple[TextBlock, ...]:
    return (TextBlock(BlockKind.PARAGRAPH, text),) if text else ()


def _title(text: str) -> str | None:
    """The first words of what is said."""
    if len(text) <= LONGEST_TITLE:
        return text or None
    return text[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
