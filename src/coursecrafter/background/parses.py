"""Read what was uploaded: a source of a lesson or project, a context document, the deck of a whole course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from coursecrafter.authoring.context import course_script
from coursecrafter.authoring.deck_notes import ScriptSource, with_script
from coursecrafter.authoring.documents import DocumentFile, fail_document, find_document_file, keep_document_parse
from coursecrafter.authoring.edits import made_by
from coursecrafter.authoring.overview import read_tree
from coursecrafter.authoring.projects import language_of
from coursecrafter.authoring.source_parses import keep_source_parse, read_parse, source_name
from coursecrafter.authoring.sources import SourceFile, find_source, newest_source
from coursecrafter.background.fetching import fetched
from coursecrafter.background.films import NoSourceYet
from coursecrafter.build.intake import summarise
from coursecrafter.build.plans import DrawnDeck, write_plan
from coursecrafter.build.reading import PagesFor, draw_deck, read_course_document, read_deck_file
from coursecrafter.domain.course import SourceDocument
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import CourseCrafterError, JobError
from coursecrafter.ingest.guard import check_deck
from coursecrafter.ingest.inspection import inspect_film, inspect_picture, inspect_recording
from coursecrafter.uploads.kinds import PICTURES, SOUNDS, SOURCES, FileKind, UnknownKind, kind_named
from coursecrafter.uploads.quotas import find_file
from coursecrafter.uploads.scanning import Verdict
from coursecrafter.wiring import Workshop

PICTURE_READERS = {FileKind.PNG: "PNG", FileKind.JPEG: "JPEG", FileKind.GIF: "GIF", FileKind.WEBP: "WEBP"}
SOUND_READERS = {
    FileKind.M4A: "mp4",
    FileKind.WAV: "wav",
    FileKind.MP3: "mp3",
    FileKind.OGG: "ogg",
    FileKind.FLAC: "flac",
}


class CourseHasItsOwnTree(JobError):
    """The course was laid out by hand, and a deck's lessons would take the place of its own."""

    code = "CC-0607"
    status = 409
    remedy = "Upload the deck for one of its lessons, or import it into a new course."


def parse_source(shop: Workshop, project_id: UUID, source_id: UUID) -> dict[str, Any]:
    """Read a source file and keep what was found in it, or why it could not be read.

    Raises:
        NotFound: CC-0020, it was deleted meanwhile.
        NotAllowed: CC-0021.
        CourseCrafterError: what may be otherwise at the next try, such as a store that does not answer.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        source, language = find_source(conn, source_id), language_of(conn, project_id)
        name, verdict = source_name(conn, source), find_file(conn, source.checksum)
    kind = _kind(name, source)
    pages_for = PagesFor(shop.bench(project_id), project_id, source.lesson_id, language)
    found: Mapping[str, Any] | CourseCrafterError
    try:
        with fetched(shop, source, f"{Path(name).stem}.{kind}") as path:
            found = _look_into(shop, source, kind, path, pages_for)
    except CourseCrafterError as error:
        if error.retry:
            raise
        found = error
    told = {"name": name, "mime_type": kind.facts.mime_type, "scan": (verdict or Verdict.NOT_SCANNED).value}
    with made_by(pages_for.bench.gateway.noted), shop.database.app(shop.identity(project_id)) as conn:
        keep_source_parse(conn, shop.author, shop.store, source, **told, found=found)
    return {"source_id": str(source_id), "state": "failed" if isinstance(found, CourseCrafterError) else "parsed"}


def parse_document(shop: Workshop, project_id: UUID, document_id: UUID) -> dict[str, Any]:
    """Read a pending context document and sum it up, or note why it could not be read.

    Raises:
        NotFound: CC-0020, it was deleted meanwhile.
        NotAllowed: CC-0021.
        CourseCrafterError: what may be otherwise at the next try.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        file, language = find_document_file(conn, document_id), language_of(conn, project_id)
    bench = shop.bench(project_id)
    try:
        document = _read_document(shop, file, PagesFor(bench, project_id, None, language))
        summary = summarise(document, language, project_id, bench)
    except CourseCrafterError as error:
        if error.retry:
            raise
        with shop.database.app(shop.identity(project_id)) as conn:
            fail_document(conn, shop.author, shop.store, document_id, error, name=file.name)
        return {"document_id": str(document_id), "state": "failed"}
    with made_by(bench.gateway.noted), shop.database.app(shop.identity(project_id)) as conn:
        keep_document_parse(conn, shop.author, shop.store, document_id, document, name=file.name, summary=summary)
    return {"document_id": str(document_id), "state": "parsed"}


def import_deck(shop: Workshop, project_id: UUID, script: str | None = None) -> dict[str, Any]:
    """Make a course's learning units, modules and lessons of the deck that was uploaded for all of it.

    As the command does: a lesson for each section of the deck, with its plan and pictures. A deck imported again
    brings them in line; a course that was laid out by hand is left alone.

    Args:
        script: "screen" or "notes": what is spoken; None: as the course's settings say.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NoSourceYet: CC-0606.
        CourseHasItsOwnTree: CC-0607.
        IngestError: CC-01xx, the deck cannot be read or drawn.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        source = newest_source(conn, project_id, None, "pptx")
        if source is None:
            raise NoSourceYet("No deck was uploaded for the whole course.")
        tree, name = read_tree(conn, project_id), source_name(conn, source)
        if tree["learning_units"] and read_parse(conn, shop.store, project_id) is None:
            raise CourseHasItsOwnTree(f"“{tree['name']}” has learning units that come from no deck.")
        spoken = ScriptSource(script) if script else course_script(conn, project_id)
    drawn = draw_source(shop, source, name, tree["name"], spoken)
    with shop.database.app(shop.identity(project_id)) as conn:
        lessons = write_plan(conn, shop, project_id, drawn)
    return {"source_id": str(source.id), "lesson_ids": [str(one) for one in lessons]}


def draw_source(
    shop: Workshop, source: SourceFile, name: str, course_name: str, script: ScriptSource = ScriptSource.SCREEN
) -> DrawnDeck:
    """A deck that was uploaded, read and drawn.

    Args:
        script: what of it is spoken.

    Raises:
        IngestError: CC-01xx.
    """
    with fetched(shop, source, "deck.pptx") as path:
        deck = _read_deck(shop, source, path)
        return DrawnDeck(course_name, name, with_script(deck, script), draw_deck(path, deck, shop))


def _kind(name: str, source: SourceFile) -> FileKind:
    """What a file is by its name; what the command took may have a name of any form."""
    try:
        return kind_named(name, SOURCES)
    except UnknownKind:
        return FileKind(source.file_type)


def _read_deck(shop: Workshop, source: SourceFile | DocumentFile, path: Path) -> Deck:
    check_deck(path)
    checksum = source.checksum if isinstance(source, SourceFile) else source.stored.sha256
    return read_deck_file(path, StoredObject(checksum, path.stat().st_size, ""), shop)


def _look_into(
    shop: Workshop, source: SourceFile, kind: FileKind, path: Path, pages_for: PagesFor
) -> Mapping[str, Any]:
    """What a file holds, as JSON."""
    if kind is FileKind.PPTX:
        return _deck_found(_read_deck(shop, source, path))
    if kind in PICTURES:
        return inspect_picture(path, PICTURE_READERS[kind])
    if kind in SOUNDS:
        return inspect_recording(path, SOUND_READERS[kind])
    if kind in {FileKind.PDF, FileKind.DOCX}:
        stored = StoredObject(source.checksum, source.size_bytes, kind.facts.mime_type)
        return document_found(read_course_document(path, stored, shop, pages_for))
    return inspect_film(path)


def _deck_found(deck: Deck) -> Mapping[str, Any]:
    return {
        "title": deck.title,
        "language": deck.language,
        "pages": len(deck.slides),
        "hidden": list(deck.hidden),
        "builds": sum(len(slide.builds) for slide in deck.slides),
        "missing_fonts": [font.name for font in deck.missing_fonts],
        "caveats": list(deck.caveats(slide.number for slide in deck.slides)),
    }


def document_found(document: SourceDocument) -> Mapping[str, Any]:
    """What was read in a document, as JSON."""
    pages = [page for _, page in document.paragraphs if page is not None]
    return {
        "title": document.title,
        "pages": max(pages, default=None),
        "paragraphs": [list(paragraph) for paragraph in document.paragraphs],
        "caveats": list(document.caveats),
        "read_by": [asdict(reader) for reader in document.read_by],
    }


def _read_document(shop: Workshop, file: DocumentFile, pages_for: PagesFor) -> SourceDocument:
    """A document's text; a deck's is what its slides say, with their numbers as pages."""
    with fetched(shop, file.stored, file.name) as path:
        if file.file_type != "pptx":
            return read_course_document(path, file.stored, shop, pages_for)
        deck = _read_deck(shop, file, path)
        said = ((build.text, slide.number) for slide in deck.slides for build in slide.builds if build.text)
        return SourceDocument(deck.title, tuple(said))
