"""Take in a deck and what stands beside it: read, draw, plan.

Nothing is written to a table before the deck has been read and drawn, and what the store took meanwhile is taken back
if either fails: a deck that is refused leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.branding import set_brand
from coursecrafter.authoring.context import change_context, course_script, merge_settings
from coursecrafter.authoring.courses import default_voice
from coursecrafter.authoring.deck_notes import with_script
from coursecrafter.authoring.documents import set_document
from coursecrafter.authoring.library import ensure_library
from coursecrafter.authoring.projects import change_project, create_project, find_project
from coursecrafter.authoring.render_jobs import close_interrupted
from coursecrafter.authoring.sources import MUSIC, add_source
from coursecrafter.build.film import cut_film
from coursecrafter.build.film_alone import read_film_deck
from coursecrafter.build.order import DEFAULT_SECONDARY, BuildOrder
from coursecrafter.build.plans import DrawnDeck, write_plan
from coursecrafter.build.reading import draw_deck, read_deck_file, read_document_file
from coursecrafter.db.refusals import NotAllowed
from coursecrafter.domain.course import Brand, Engine, SourceDocument
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e2_video.templates import template_named
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.ports import Purpose, TextRequest
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech, VoiceEngineMissing
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.setting import OFFLINE_CANDIDATE
from coursecrafter.ingest.characters import clean_line
from coursecrafter.ingest.film_notes import MAX_CHARACTERS, Note, UnreadableNotes, read_notes
from coursecrafter.ingest.guard import check_deck
from coursecrafter.ingest.language import find_language
from coursecrafter.ingest.office import find_office
from coursecrafter.media.film import check_film
from coursecrafter.media.recording import check_recording, container_format
from coursecrafter.wiring import Workshop

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SUMMARY_SENTENCES = 5
SPEAKING = frozenset({Engine.E1, Engine.E2, Engine.E4})
CAPTIONS = frozenset({".vtt", ".srt"})


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
        IngestError: the deck, a document or the music cannot be taken (CC-01xx); nothing is left behind.
        VideoError: the film cannot (CC-0205 to CC-0209), or there is no such template (CC-0235).
        GatewayError: nobody speaks the language, or with such a voice (CC-0303, CC-0304).
    """
    # What E2 would refuse after all other engines have worked for an hour.
    template_named(order.effects.get("template"), Brand(""))
    if order.music:
        check_recording(order.music, container_format(order.music))
    if order.is_film_alone:
        return _take_in_film(order, shop)
    check_deck(order.deck)
    if order.film:
        check_film(order.film)
    find_office()
    with shop.store.undone_on_error():
        deck_file = shop.store.put_file(order.deck, PPTX)
        deck = read_deck_file(order.deck, deck_file, shop)
        _require_voice(order, order.name or deck.title, deck.language, shop)
        documents = tuple(_read_document(path, shop) for path in order.documents)
        pictures = draw_deck(order.deck, deck, shop)
        film = cut_film(order.film, deck, pictures, shop) if order.film else None
    return Intake(order.name or deck.title, deck, deck_file, documents, pictures, film)


def _take_in_film(order: BuildOrder, shop: Workshop) -> Intake:
    check_film(order.deck)
    with shop.store.undone_on_error():
        notes = _read_notes(order.notes, shop) if order.notes else ()
        title = order.name or clean_line(order.deck.stem)
        _require_voice(order, title, find_language((note.text, "", "") for note in notes), shop)
        documents = tuple(_read_document(path, shop) for path in order.documents)
        found = read_film_deck(order.deck, title, notes, shop)
    film = found.cut.film
    return Intake(order.name or found.deck.title, found.deck, film, documents, found.pictures, found.cut)


def _require_voice(order: BuildOrder, name: str, language: str, shop: Workshop) -> None:
    """Refuse what nobody could speak before anything of it is drawn, watched or written.

    Raises:
        UnknownVoice: CC-0303.
        VoiceEngineMissing: CC-0304.
    """
    if not SPEAKING.intersection(order.engines):
        return
    voice = order.voice or default_voice(language)
    with shop.database.app(shop.identity()) as conn:
        project_id = find_project(conn, shop.author, name=name, code=order.code)
    if project_id is None:
        try:
            OfflineSpeech().identity(language, voice)
        except (UnknownVoice, VoiceEngineMissing):
            project_id = _library(shop)
    if project_id is not None:
        shop.bench(project_id).gateway.speakers(language, voice)


def _library(shop: Workshop) -> UUID | None:
    """Through what a new course's organisation asks its providers; None: its author may not, and hears of it later."""
    try:
        with shop.database.app(shop.identity()) as conn:
            return ensure_library(conn, shop.author)
    except NotAllowed:
        return None


def _read_notes(path: Path, shop: Workshop) -> tuple[Note, ...]:
    if path.suffix.lower() in CAPTIONS:
        if path.stat().st_size > MAX_CHARACTERS:
            raise UnreadableNotes("The captions are too large to be a film's.", detail=path.name)
        return read_notes(path.read_text(encoding="utf-8", errors="replace"))
    _, _, document = _read_document(path, shop)
    return tuple(Note(text) for text, _ in document.paragraphs)


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
    script = order.script or course_script(conn, project_id)
    merge_settings(conn, author, project_id, {"voice": voice, **({"script": order.script} if order.script else {})})
    colors = {"primary_color": order.brand_color, "secondary_color": DEFAULT_SECONDARY}
    set_brand(conn, author, project_id, name=intake.name, **colors)
    name = order.deck.name
    file_type = "mp4" if order.is_film_alone else "pptx"
    purpose = "engine1_mp4" if order.is_film_alone else "engine1_ppt"
    add_source(conn, author, project_id, intake.deck_file, file_type=file_type, purpose=purpose, name=name)
    if order.film and intake.film:
        film = intake.film.film
        add_source(conn, author, project_id, film, file_type="mp4", purpose="engine1_mp4", name=order.film.name)
    deck = with_script(intake.deck, script)
    write_plan(conn, shop, project_id, DrawnDeck(intake.name, name, deck, intake.pictures))
    return project_id


def write_documents(conn: Connection, intake: Intake, shop: Workshop, project_id: UUID) -> None:
    """Keep the documents with their texts and summaries."""
    bench = shop.bench(project_id)
    for path, stored, document in intake.documents:
        told = {"name": path.name, "summary": summarise(document, intake.deck.language, project_id, bench)}
        set_document(conn, shop.author, shop.store, project_id, stored, document, **told)


def write_music(conn: Connection, order: BuildOrder, shop: Workshop, project_id: UUID) -> dict[str, str]:
    """Keep the music that lies under the videos; how a render's settings name it."""
    if order.music is None:
        return {}
    stored = shop.store.put_file(order.music, "application/octet-stream")
    source_id = add_source(
        conn, shop.author, project_id, stored, file_type="audio", purpose=MUSIC, name=order.music.name
    )
    return {"music_source_id": str(source_id)}


def summarise(document: SourceDocument, language: str, project_id: UUID, bench: Bench) -> str:
    """A document in a few sentences, each with the page that it is taken from, where the document has pages.

    Raises:
        GatewayError: CC-03xx.
    """
    payload = {"paragraphs": [list(one) for one in document.paragraphs], "sentences": SUMMARY_SENTENCES}
    purpose = Purpose(project_id, None, None, "summary", sources=(document.title,))
    request = TextRequest("summary", language, payload)
    try:
        answer = bench.write(request, purpose)
    except GatewayError as error:
        # The document can be read all the same: sentences of its own say what is in it.
        bench.gateway.say(f"“{document.title}” is summed up without a model: {error.message}")
        answer = bench.gateway.write(request, purpose, OFFLINE_CANDIDATE)
    return " ".join(_with_page(sentence) for sentence in answer.value["sentences"])


def _with_page(sentence: Mapping[str, Any]) -> str:
    page = sentence.get("page")
    return sentence["text"] if page is None else f"{sentence['text']} [p. {page}]"


def _read_document(path: Path, shop: Workshop) -> tuple[Path, StoredObject, SourceDocument]:
    stored = shop.store.put_file(path, DOCUMENT_MIME_TYPES.get(path.suffix.lower(), "application/octet-stream"))
    return path, stored, read_document_file(path, stored, shop)


DOCUMENT_MIME_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".md": "text/markdown",
}
