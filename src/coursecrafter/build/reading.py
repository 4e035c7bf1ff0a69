"""Decks and documents read and drawn as steps: once for the same bytes, whoever asks.

Pages of a PDF that are pictures are read by a model where the course has a route for it (`gateway.page_step`), else by
tesseract. Each page is a step of its own: what a provider has read once is never paid for again.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import overload
from uuid import UUID

from coursecrafter.domain.course import PageReader, SourceDocument
from coursecrafter.domain.deck import Deck, Slide
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.page_step import PageText, read_pages
from coursecrafter.gateway.ports import Purpose
from coursecrafter.ingest.deck_media import clip_file, take_out
from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.ingest.documents import (
    UnreadableDocument,
    WrittenDocument,
    join_pages,
    read_document,
    read_written,
    unread_caveats,
)
from coursecrafter.ingest.office import fonts_digest, office_version
from coursecrafter.ingest.scans import MAX_PAGES, draw_scans, recognised_languages
from coursecrafter.ingest.slide_pictures import draw_builds
from coursecrafter.jobs.steps import Batch, Produced, Step, content_key
from coursecrafter.wiring import Workshop

PARSE_VERSION = 1
DECK_VERSION = 8
PDF = ".pdf"
PNG = "image/png"
JSON = "application/json"


def read_deck_file(path: Path, stored: StoredObject, shop: Workshop) -> Deck:
    """Read a deck that the guard took, once for the same bytes.

    Raises:
        IngestError: CC-0101 to CC-0116.
    """

    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "deck.json"
        deck, clips = take_out(path, read_deck(path), folder)
        target.write_text(json.dumps(deck.to_json()), encoding="utf-8")
        return {
            "deck": Produced(target, JSON),
            **{name: Produced(one.path, one.mime_type) for name, one in clips.items()},
        }

    # What the reader finds depends on the machine too: picture keys name LibreOffice and the fonts.
    key = content_key("parse", DECK_VERSION, deck=stored.sha256, office=office_version(), fonts=fonts_digest())
    done = shop.runner.run([Step("parse", key, make, path.name)])[0]
    deck = Deck.from_json(json.loads(shop.store.get_bytes(done.files["deck"])))
    return replace(deck, slides=tuple(_with_clips(slide, done.files) for slide in deck.slides))


def _with_clips(slide: Slide, files: Mapping[str, StoredObject]) -> Slide:
    return replace(slide, clips=tuple(replace(clip, stored=files[clip_file(clip)]) for clip in slide.clips))


@dataclass(frozen=True, slots=True)
class PagesFor:
    """For whom the pages of a document are read, where a model is asked.

    Attributes:
        bench: of the project; its routes say whether and whom.
        language: BCP 47, the course's.
    """

    bench: Bench
    project_id: UUID
    lesson_id: UUID | None
    language: str


def read_course_document(path: Path, stored: StoredObject, shop: Workshop, pages_for: PagesFor) -> SourceDocument:
    """Read a document of a course, its scanned pages by a model where the course has a route for it.

    Raises:
        IngestError: CC-0103 to CC-0119, CC-0145.
        GatewayError: CC-03xx, a model was to read and did not, and there is no other text in the document.
    """
    if path.suffix.lower() != PDF:
        return read_document_file(path, stored, shop)
    written = _written(path, stored, shop)
    if not written.scans:
        return join_pages(written, ())
    if not pages_for.bench.gateway.readers():
        return read_document_file(path, stored, shop)
    try:
        return _read_by_model(path, written, pages_for)
    except GatewayError as error:
        if error.retry or not written.paragraphs:
            raise
        return join_pages(written, (), [error.message, *unread_caveats(written.scans, ())])


def _written(path: Path, stored: StoredObject, shop: Workshop) -> WrittenDocument:
    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "written.json"
        target.write_text(json.dumps(asdict(read_written(path))), encoding="utf-8")
        return {"written": Produced(target, JSON)}

    key = content_key("document", PARSE_VERSION, document=stored.sha256, title=path.name, part="written")
    done = shop.runner.run([Step("document", key, make, path.name)])[0]
    value = json.loads(shop.store.get_bytes(done.files["written"]))
    paragraphs = tuple((text, page) for text, page in value["paragraphs"])
    return WrittenDocument(value["title"], paragraphs, tuple(value["scans"]))


def _read_by_model(path: Path, written: WrittenDocument, pages_for: PagesFor) -> SourceDocument:
    """Draw the scanned pages, as many as are taken, and have them read."""
    bench = pages_for.bench
    with tempfile.TemporaryDirectory(prefix="cc-pages-") as folder:
        drawn = draw_scans(path, written.scans[:MAX_PAGES], Path(folder))
        if not drawn and not written.paragraphs:
            raise UnreadableDocument("The document could not be read: its pages cannot be drawn.")
        numbers = list(drawn)
        purpose = Purpose(pages_for.project_id, pages_for.lesson_id, None, "page_text", sources=(path.name,))
        read = read_pages(
            bench.steps,
            bench.store,
            bench.gateway,
            _Files([drawn[number] for number in numbers]),
            language=pages_for.language,
            purpose=purpose,
            label=lambda index: f"{path.name}, p. {numbers[index]}",
        )
    paragraphs = [(text, number) for number, page in zip(numbers, read, strict=True) for text in page.paragraphs]
    document = join_pages(written, paragraphs, unread_caveats(written.scans, numbers))
    return replace(document, read_by=_readers(read))


class _Files(Sequence[bytes]):
    """The contents of files, fetched when they are asked for: of two hundred pages a few stand in memory."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> _Files: ...
    def __getitem__(self, index: int | slice) -> bytes | _Files:
        return _Files(self._paths[index]) if isinstance(index, slice) else self._paths[index].read_bytes()


def _readers(read: Sequence[PageText]) -> tuple[PageReader, ...]:
    """Who read how many pages, the first reader first."""
    # No numbers of calls: the same pages must give the same bytes.
    counts = Counter((page.provider, page.model) for page in read)
    return tuple(PageReader(provider, model, pages) for (provider, model), pages in counts.items())


def read_document_file(path: Path, stored: StoredObject, shop: Workshop) -> SourceDocument:
    """Read a document, once for the same bytes and name.

    Raises:
        IngestError: CC-0103 to CC-0119.
    """

    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "document.json"
        target.write_text(json.dumps(asdict(read_document(path))), encoding="utf-8")
        return {"document": Produced(target, JSON)}

    # Of a scan that is found which tesseract can recognise here.
    ocr = "+".join(recognised_languages())
    key = content_key("document", PARSE_VERSION, document=stored.sha256, title=path.name, ocr=ocr)
    done = shop.runner.run([Step("document", key, make, path.name)])[0]
    value = json.loads(shop.store.get_bytes(done.files["document"]))
    paragraphs = tuple((text, page) for text, page in value["paragraphs"])
    return SourceDocument(value["title"], paragraphs, tuple(value["caveats"]))


def draw_deck(path: Path, deck: Deck, shop: Workshop) -> dict[str, StoredObject]:
    """The picture of each distinct state by its key; the deck is opened only if one is missing.

    Raises:
        OfficeMissing: CC-0113.
        IngestError: CC-01xx, the deck cannot be drawn.
    """
    places = {
        build.picture_key: (slide.number, build.index) for slide in reversed(deck.slides) for build in slide.builds
    }

    def make(missing: Sequence[str], folder: Path) -> Iterable[tuple[str, Mapping[str, Produced]]]:
        keys = {places[key]: key for key in missing}
        for place, picture in draw_builds(path, deck, sorted(keys)):
            target = folder / "picture.png"
            target.write_bytes(picture)
            yield keys[place], {"picture": Produced(target, PNG)}

    labels = {key: f"slide {number}" for key, (number, _) in places.items()}
    shop.runner.expect({"picture": len(labels)})
    done = shop.runner.run_batch(Batch("picture", labels, make))
    return {key: result.files["picture"] for key, result in done.items()}
