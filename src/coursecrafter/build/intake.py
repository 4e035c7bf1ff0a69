"""Take in a deck and what stands beside it: read, draw, plan.

Nothing is written to a table before the deck has been read and drawn, and what the store took meanwhile is taken back
if either fails: a deck that is refused leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.branding import set_brand
from coursecrafter.authoring.context import change_context, merge_settings
from coursecrafter.authoring.courses import default_voice
from coursecrafter.authoring.documents import set_document
from coursecrafter.authoring.projects import change_project, create_project, find_project
from coursecrafter.authoring.render_jobs import close_interrupted
from coursecrafter.authoring.sources import add_source
from coursecrafter.build.film import cut_film
from coursecrafter.build.order import DEFAULT_SECONDARY, BuildOrder
from coursecrafter.build.plans import DrawnDeck, write_plan
from coursecrafter.build.reading import draw_deck, read_deck_file, read_document_file
from coursecrafter.domain.course import SourceDocument
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.stored import StoredObject
from coursecrafter.gateway.ports import Purpose, TextRequest
from coursecrafter.ingest.guard import check_deck
from coursecrafter.ingest.office import find_office
from coursecrafter.media.film import check_film
from coursecrafter.wiring import Workshop

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SUMMARY_SENTENCES = 5


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in, read and drawn.

    Attributes:
        pictures: each distinct state's picture by its key.
        film: the deck's own film, if one was given.
    """

    name: str
    deck: Deck
    deck_file: StoredObject
    documents: tuple[tuple[Path, StoredObject, SourceDocument], ...]
    pictures: Mapping[str, StoredObject]
    film: FilmCut | None = None


def take_in(order: BuildOrder, shop: Workshop) -> Intake:
    """Read the deck and the documents, and draw every state of every slide.

    Raises:
        IngestError: the deck or a document cannot be taken (CC-01xx); nothing is left behind.
        VideoError: the film cannot (CC-0205 to CC-0209).
    """
    check_deck(order.deck)
    if order.film:
        check_film(order.film)
    find_office()
    with shop.store.undone_on_error():
        deck_file = shop.store.put_file(order.deck, PPTX)
        deck = read_deck_file(order.deck, deck_file, shop)
        documents = tuple(_read_document(path, shop) for path in order.documents)
        pictures = draw_deck(order.deck, deck, shop)
        film = cut_film(order.film, deck, pictures, shop) if order.film else None
    return Intake(order.name or deck.title, deck, deck_file, documents, pictures, film)


def write_project(conn: Connection, order: BuildOrder, intake: Intake, shop: Workshop) -> UUID:
    """Make the project or bring it up to date: context, brand, tree and E1's plan with its pictures."""
    author, language = shop.author, intake.deck.language
    project_id = find_project(conn, author, name=intake.name, code=order.code)
    if project_id is None:
        project_id = create_project(
            conn, author, name=intake.name, code=order.code, language=language, status="in_progress"
        )
    else:
        change_project(conn, author, project_id, name=intake.name, default_language=language)
        close_interrupted(conn, author, project_id)
    voice = order.voice or default_voice(language)
    change_context(conn, author, project_id, language=language)
    merge_settings(conn, author, project_id, {"voice": voice})
    colors = {"primary_color": order.brand_color, "secondary_color": DEFAULT_SECONDARY}
    set_brand(conn, author, project_id, name=intake.name, **colors)
    name = order.deck.name
    add_source(conn, author, project_id, intake.deck_file, file_type="pptx", purpose="engine1_ppt", name=name)
    if order.film and intake.film:
        film = intake.film.film
        add_source(conn, author, project_id, film, file_type="mp4", purpose="engine1_mp4", name=order.film.name)
    write_plan(conn, shop, project_id, DrawnDeck(intake.name, name, intake.deck, intake.pictures))
    return project_id


def write_documents(conn: Connection, intake: Intake, shop: Workshop, project_id: UUID) -> None:
    """Keep the documents with their texts and summaries."""
    for path, stored, document in intake.documents:
        told = {"name": path.name, "summary": summarise(document, intake.deck.language, project_id, shop)}
        set_document(conn, shop.author, shop.store, project_id, stored, document, **told)


def summarise(document: SourceDocument, language: str, project_id: UUID, shop: Workshop) -> str:
    """A document in a few of its sentences.

    Raises:
        GatewayError: CC-03xx.
    """
    payload = {"paragraphs": [list(one) for one in document.paragraphs], "sentences": SUMMARY_SENTENCES}
    purpose = Purpose(project_id, None, None, "summary")
    answer = shop.bench(project_id).gateway.write(TextRequest("summary", language, payload), purpose)
    return " ".join(sentence["text"] for sentence in answer.value["sentences"])


def _read_document(path: Path, shop: Workshop) -> tuple[Path, StoredObject, SourceDocument]:
    stored = shop.store.put_file(path, DOCUMENT_MIME_TYPES.get(path.suffix.lower(), "application/octet-stream"))
    return path, stored, read_document_file(path, stored, shop)


DOCUMENT_MIME_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".md": "text/markdown",
}
