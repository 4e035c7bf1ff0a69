"""Decks and documents read and drawn as steps: once for the same bytes, whoever asks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from coursecrafter.domain.course import SourceDocument
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.stored import StoredObject
from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.ingest.documents import read_document
from coursecrafter.ingest.office import fonts_digest, office_version
from coursecrafter.ingest.scans import recognised_languages
from coursecrafter.ingest.slide_pictures import draw_builds
from coursecrafter.jobs.steps import Batch, Produced, Step, content_key
from coursecrafter.wiring import Workshop

PARSE_VERSION = 1
PNG = "image/png"
JSON = "application/json"


def read_deck_file(path: Path, stored: StoredObject, shop: Workshop) -> Deck:
    """Read a deck that the guard took, once for the same bytes.

    Raises:
        IngestError: CC-0101 to CC-0116.
    """

    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "deck.json"
        target.write_text(json.dumps(read_deck(path).to_json()), encoding="utf-8")
        return {"deck": Produced(target, JSON)}

    # What the reader finds depends on the machine too: picture keys name LibreOffice and the fonts.
    key = content_key("parse", PARSE_VERSION, deck=stored.sha256, office=office_version(), fonts=fonts_digest())
    done = shop.runner.run([Step("parse", key, make, path.name)])[0]
    return Deck.from_json(json.loads(shop.store.get_bytes(done.files["deck"])))


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
