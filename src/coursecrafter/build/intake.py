"""Take in a deck and what stands beside it: read, draw, plan.

Nothing is written to a table before the deck has been read and drawn, and what the store took meanwhile is taken back
if either fails: a deck that is refused leaves nothing behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import put_asset
from coursecrafter.authoring.branding import set_brand
from coursecrafter.authoring.context import change_context, merge_settings
from coursecrafter.authoring.courses import SLIDE_PICTURE, read_course
from coursecrafter.authoring.deck_lessons import set_lessons
from coursecrafter.authoring.deck_plan import plan_lessons
from coursecrafter.authoring.documents import set_document
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.projects import change_project, create_project, find_project
from coursecrafter.authoring.proposals import set_deck_plan
from coursecrafter.authoring.render_jobs import close_interrupted
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import add_source, keep_parse, read_parse
from coursecrafter.build.film import cut_film
from coursecrafter.build.order import DEFAULT_SECONDARY, BuildOrder
from coursecrafter.domain.course import Engine, SourceDocument
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.film import FilmCut
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.gateway.ports import Purpose, TextRequest
from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.ingest.documents import read_document
from coursecrafter.ingest.guard import check_deck
from coursecrafter.ingest.office import find_office, fonts_digest, office_version
from coursecrafter.ingest.slide_pictures import draw_builds
from coursecrafter.jobs.steps import Batch, Produced, Step, content_key
from coursecrafter.media.film import check_film
from coursecrafter.wiring import Workshop

PARSE_VERSION = 1
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PNG = "image/png"
JSON = "application/json"
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
        deck = _read(order.deck, deck_file, shop)
        documents = tuple(_read_document(path, shop) for path in order.documents)
        pictures = _draw(order.deck, deck, shop)
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
    known = read_parse(conn, shop.store, project_id)
    keep_parse(conn, author, shop.store, project_id, intake.deck, name=name)
    earlier = [lesson.scenes for lesson in plan_lessons(known, intake.name)] if known else []
    lessons = plan_lessons(intake.deck, intake.name)
    for place, lesson_id in enumerate(set_lessons(conn, author, project_id, lessons)):
        before = earlier[place] if place < len(earlier) else ()
        set_deck_plan(conn, author, lesson_id, lessons[place].scenes, before)
    _keep_pictures(conn, shop, project_id, intake)
    return project_id


def write_documents(conn: Connection, intake: Intake, shop: Workshop, project_id: UUID) -> None:
    """Keep the documents with their texts and summaries."""
    gateway = shop.bench(project_id).gateway
    purpose = Purpose(project_id, None, None, "summary")
    for path, stored, document in intake.documents:
        payload = {"paragraphs": [list(one) for one in document.paragraphs], "sentences": SUMMARY_SENTENCES}
        answer = gateway.write(TextRequest("summary", intake.deck.language, payload), purpose)
        summary = " ".join(sentence["text"] for sentence in answer.value["sentences"])
        told = {"name": path.name, "summary": summary}
        set_document(conn, shop.author, shop.store, project_id, stored, document, **told)


def default_voice(language: str) -> str:
    """A calm voice of the language: `de_female_neutral_1`."""
    return f"{language.split('-', maxsplit=1)[0].lower()}_female_neutral_1"


def _read(path: Path, stored: StoredObject, shop: Workshop) -> Deck:
    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "deck.json"
        target.write_text(json.dumps(read_deck(path).to_json()), encoding="utf-8")
        return {"deck": Produced(target, JSON)}

    # What the reader finds depends on the machine too: picture keys name LibreOffice and the fonts.
    key = content_key("parse", PARSE_VERSION, deck=stored.sha256, office=office_version(), fonts=fonts_digest())
    done = shop.runner.run([Step("parse", key, make, path.name)])[0]
    return Deck.from_json(json.loads(shop.store.get_bytes(done.files["deck"])))


def _read_document(path: Path, shop: Workshop) -> tuple[Path, StoredObject, SourceDocument]:
    def make(folder: Path) -> Mapping[str, Produced]:
        target = folder / "document.json"
        target.write_text(json.dumps(asdict(read_document(path))), encoding="utf-8")
        return {"document": Produced(target, JSON)}

    stored = shop.store.put_file(path, DOCUMENT_MIME_TYPES.get(path.suffix.lower(), "application/octet-stream"))
    key = content_key("document", PARSE_VERSION, document=stored.sha256, title=path.name)
    done = shop.runner.run([Step("document", key, make, path.name)])[0]
    value = json.loads(shop.store.get_bytes(done.files["document"]))
    return path, stored, SourceDocument(value["title"], tuple((text, page) for text, page in value["paragraphs"]))


DOCUMENT_MIME_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".md": "text/markdown",
}


def _draw(path: Path, deck: Deck, shop: Workshop) -> dict[str, StoredObject]:
    """The picture of each distinct state; the deck is opened only if one is missing."""
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


def _keep_pictures(conn: Connection, shop: Workshop, project_id: UUID, intake: Intake) -> None:
    """Make each segment's picture an asset of it."""
    course = read_course(conn, shop.store, project_id, Engine.E1)
    keys = {
        f"{slide.number}.{build.index}": build.picture_key for slide in intake.deck.slides for build in slide.builds
    }
    size = {"width": intake.deck.width_px, "height": intake.deck.height_px}
    for lesson in course.lessons:
        place = {"project_id": project_id, "lesson_id": lesson.id}
        shown = [(scene.id, segment) for scene in lesson.scenes for segment in scene.segments]
        with edit(conn, shop.author, Event.ASSETS_ADDED, **place, role=SLIDE_PICTURE) as act:
            for scene_id, segment in shown:
                # A segment that its author added has no picture in the deck.
                picture = intake.pictures.get(keys.get(segment.source_ref or "", ""))
                if picture is not None and segment.picture != picture:
                    slot = Slot(project_id, SLIDE_PICTURE, Engine.E1, lesson.id, scene_id, segment.id)
                    put_asset(act, slot, picture, AssetType.IMAGE, size)
