"""Whatever an author does to a course can be undone and done again, to the letter."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from authored_course import (
    AuthoredCourse,
    content_of,
    differences,
    events_after,
    look_again,
    race,
    settle_colleague,
    without_new_graves,
    write_course,
)
from coursecrafter.authoring import (
    activities,
    assets,
    books,
    branding,
    comments,
    context,
    copying,
    documents,
    engine_flags,
    hierarchy,
    plans,
    projects,
    scenes,
    scripts,
    segments,
    sources,
    voices,
)
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.history import (
    AlreadyUndone,
    NothingLeft,
    NotUndoable,
    history,
    redo,
    redo_last,
    undo,
    undo_last,
)
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.turning_back import ChangedSince
from coursecrafter.authoring.undoable import FINAL, UNDOABLE
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_activity_log, cc_scripts
from coursecrafter.domain.book import BookSection
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType, SpokenSegment
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import CourseCrafterError
from coursecrafter.storage.objects import ObjectStore

Verb = Callable[[sa.Connection, Author, AuthoredCourse], object]
RIGHT_ANSWER = {"question_type": "true_false", "options": ["Yes", "No"], "correct_answers": [0]}


def script_of(conn: sa.Connection, segment_id: UUID) -> UUID:
    return conn.scalars(sa.select(cc_scripts.c.id).where(cc_scripts.c.segment_id == segment_id)).one()


def put_picture(conn: sa.Connection, author: Author, course: AuthoredCourse, name: str = "1") -> UUID:
    slot = Slot(course.project_id, "hero_image", Engine.E2, course.lessons[0])
    stored = StoredObject(name * 64, 1, "image/png")
    place = {"project_id": course.project_id, "lesson_id": course.lessons[0]}
    with edit(conn, author, Event.ASSETS_ADDED, **place) as act:
        return assets.put_asset(act, slot, stored, AssetType.IMAGE, {}).id


def replace_picture(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    put_picture(conn, author, course, "2")
    put_picture(conn, author, course, "3")


def activate_earlier(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    first = put_picture(conn, author, course, "4")
    put_picture(conn, author, course, "5")
    assets.set_active(conn, author, first)


def review_script(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    script_id = script_of(conn, course.segments[0])
    scripts.submit_for_review(conn, author, script_id)
    scripts.approve_script(conn, author, script_id)
    scripts.reopen_script(conn, author, script_id)


def speak(conn: sa.Connection, author: Author, course: AuthoredCourse, name: str = "a") -> UUID:
    """Give the first segment a voice; its track."""
    sound = StoredObject(name * 64, 1, "audio/wav")
    speech = Speech(sound, Fraction(3, 2), (), "offline", "espeak-ng")
    spoken = SpokenSegment(course.segments[0], speech)
    voices.keep_voices(conn, author, course.lessons[0], Engine.E1, "en_female_neutral_1", [spoken])
    return next(track.id for track in voices.voices_of(conn, course.segments[0]) if track.status == "approved")


def speak_twice(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    first = speak(conn, author, course, "b")
    voices.reject_voice(conn, author, speak(conn, author, course, "c"))
    voices.approve_voice(conn, author, first)


def render_and_approve(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    """Approve a video, replace it by one that is not approved, and make the first active again."""
    slot = engine_flags.result_slot(Engine.E1, course.project_id, course.lessons[0])
    place = {"project_id": course.project_id, "lesson_id": course.lessons[0]}
    made = []
    for name in ("d", "e"):
        with edit(conn, author, Event.ASSETS_ADDED, **place) as act:
            stored = StoredObject(name * 64, 1, "video/mp4")
            made.append(assets.put_asset(act, slot, stored, AssetType.VIDEO, {}).id)
        if name == "d":
            engine_flags.approve_output(conn, author, Engine.E1, course.project_id, course.lessons[0])
    assets.set_active(conn, author, made[0])


def keep_and_delete_source(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    told = {"file_type": "pptx", "purpose": "engine1_ppt", "name": "deck.pptx"}
    stored = StoredObject("f" * 64, 1, "application/octet-stream")
    sources.delete_source(conn, author, sources.add_source(conn, author, course.project_id, stored, **told))


def add_clip(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    stored = StoredObject("e" * 64, 1, "video/mp4")
    told = {"file_type": "mp4", "purpose": sources.PLAYED_CLIP, "name": "door.mp4"}
    source_id = sources.add_source(conn, author, course.project_id, stored, **told)
    segments.create_clip_segment(conn, author, course.scenes[0], source_id=source_id, intro="Look.", position=1)


def keep_and_delete_document(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
    stored = StoredObject("9" * 64, 1, "text/plain")
    kept = documents.add_document(conn, author, course.project_id, stored, name="notes.txt")
    documents.change_document(conn, author, kept, title="Notes")
    documents.delete_document(conn, author, kept)


def delete_and_restore(delete: Any, restore: Any, of: Callable[[AuthoredCourse], UUID]) -> Verb:
    def act(conn: sa.Connection, author: Author, course: AuthoredCourse) -> None:
        delete(conn, author, of(course))
        restore(conn, author, of(course))

    return act


SECTIONS = (
    BookSection(1, "Before", "", "custom", None),
    BookSection(2, "Doors", "New.", "custom", None),
    BookSection(1, "After", "", "custom", None),
)

VERBS: dict[str, Verb] = {
    "change_project": lambda conn, a, c: projects.change_project(conn, a, c.project_id, name="Drill", description="D"),
    "change_project_status": lambda conn, a, c: projects.change_project_status(conn, a, c.project_id, "in_progress"),
    "create_learning_unit": lambda conn, a, c: hierarchy.create_learning_unit(
        conn, a, c.project_id, title="U", position=1
    ),
    "change_learning_unit": lambda conn, a, c: hierarchy.change_learning_unit(conn, a, c.units[0], title="U"),
    "move_learning_unit": lambda conn, a, c: hierarchy.move_learning_unit(conn, a, c.units[0], position=2),
    "order_learning_units": lambda conn, a, c: hierarchy.order_learning_units(conn, a, c.project_id, c.units[::-1]),
    "delete_learning_unit": lambda conn, a, c: hierarchy.delete_learning_unit(conn, a, c.units[0]),
    "restore_learning_unit": delete_and_restore(
        hierarchy.delete_learning_unit, hierarchy.restore_learning_unit, lambda c: c.units[0]
    ),
    "create_module": lambda conn, a, c: hierarchy.create_module(conn, a, c.units[0], title="M", position=1),
    "change_module": lambda conn, a, c: hierarchy.change_module(conn, a, c.modules[0], title="M"),
    "move_module": lambda conn, a, c: hierarchy.move_module(
        conn, a, c.modules[0], learning_unit_id=c.units[1], position=1
    ),
    "delete_module": lambda conn, a, c: hierarchy.delete_module(conn, a, c.modules[0]),
    "restore_module": delete_and_restore(hierarchy.delete_module, hierarchy.restore_module, lambda c: c.modules[0]),
    "create_lesson": lambda conn, a, c: hierarchy.create_lesson(conn, a, c.modules[0], title="L", position=2),
    "change_lesson": lambda conn, a, c: hierarchy.change_lesson(conn, a, c.lessons[0], title="L", code="L9"),
    "change_lesson_status": lambda conn, a, c: hierarchy.change_lesson_status(conn, a, c.lessons[0], "in_design"),
    "move_lesson": lambda conn, a, c: hierarchy.move_lesson(conn, a, c.lessons[0], module_id=c.modules[1], position=1),
    "order_lessons": lambda conn, a, c: hierarchy.order_lessons(conn, a, c.modules[0], c.lessons[1::-1]),
    "delete_lesson": lambda conn, a, c: hierarchy.delete_lesson(conn, a, c.lessons[0]),
    "restore_lesson": delete_and_restore(hierarchy.delete_lesson, hierarchy.restore_lesson, lambda c: c.lessons[0]),
    "create_scene": lambda conn, a, c: scenes.create_scene(conn, a, c.lessons[0], title="S", position=1),
    "change_scene": lambda conn, a, c: scenes.change_scene(conn, a, c.scenes[0], title="S"),
    "reorder_scene": lambda conn, a, c: scenes.reorder_scene(conn, a, c.scenes[0], 2),
    "delete_scene": lambda conn, a, c: scenes.delete_scene(conn, a, c.scenes[0]),
    "restore_scene": delete_and_restore(scenes.delete_scene, scenes.restore_scene, lambda c: c.scenes[0]),
    "create_segment": lambda conn, a, c: segments.create_segment(
        conn, a, c.scenes[0], Engine.E1, text="Stop.", position=1
    ),
    "create_own_segment": lambda conn, a, c: segments.create_segment(conn, a, c.scenes[0], Engine.E2, text="Look."),
    "create_youtube_segment": lambda conn, a, c: segments.create_youtube_segment(
        conn, a, c.scenes[0], Engine.E1, youtube_url="https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    ),
    "create_clip_segment": add_clip,
    "change_segment": lambda conn, a, c: segments.change_segment(
        conn, a, c.segments[0], text="Go.", duration_s=3, gap_s=1
    ),
    "reorder_segment": lambda conn, a, c: segments.reorder_segment(conn, a, c.segments[0], 3),
    "move_segment": lambda conn, a, c: segments.move_segment(conn, a, c.segments[0], c.scenes[1], 1),
    "split_segment": lambda conn, a, c: segments.split_segment(conn, a, c.segments[0], len("Doors: Find")),
    "merge_segments": lambda conn, a, c: segments.merge_segments(conn, a, c.segments[:2]),
    "delete_segment": lambda conn, a, c: segments.delete_segment(conn, a, c.segments[0]),
    "restore_segment": delete_and_restore(segments.delete_segment, segments.restore_segment, lambda c: c.segments[0]),
    "change_script": lambda conn, a, c: scripts.change_script(
        conn, a, script_of(conn, c.segments[0]), final_text="Go out."
    ),
    "review_script": review_script,
    "approve_plan": lambda conn, a, c: plans.approve_plan(conn, a, c.lessons[0], Engine.E1),
    "reopen_plan": lambda conn, a, c: (
        plans.approve_plan(conn, a, c.lessons[0], Engine.E1),
        plans.reopen_plan(conn, a, c.lessons[0], Engine.E1),
    ),
    "keep_voices": speak_twice,
    "approve_output": render_and_approve,
    "add_source": keep_and_delete_source,
    "add_document": keep_and_delete_document,
    "put_asset": replace_picture,
    "set_active": activate_earlier,
    "delete_asset": lambda conn, a, c: assets.delete_asset(conn, a, put_picture(conn, a, c, "6")),
    "change_context": lambda conn, a, c: context.change_context(conn, a, c.project_id, region="africa", domain=None),
    "merge_settings": lambda conn, a, c: context.merge_settings(
        conn, a, c.project_id, {"voice": None, "lexicon": [{"written": "ISO", "spoken": "eye so"}]}
    ),
    "create_brand": lambda conn, a, c: branding.create_brand(conn, a, c.project_id, name="B", primary_color="#fff"),
    "change_brand": lambda conn, a, c: branding.change_brand(conn, a, c.brand, name="B", typography={"sizes": [12.5]}),
    "delete_brand": lambda conn, a, c: branding.delete_brand(conn, a, c.brand),
    "create_template": lambda conn, a, c: branding.create_template(conn, a, c.brand, name="T", template_type="slide"),
    "change_template": lambda conn, a, c: branding.change_template(
        conn, a, c.templates[0], name="T", layout_config={"text": 1e30}
    ),
    "delete_template": lambda conn, a, c: branding.delete_template(conn, a, c.templates[0]),
    "change_book": lambda conn, a, c: books.change_book(conn, a, c.project_id, title="T", subtitle="S"),
    "change_book_status": lambda conn, a, c: books.change_book_status(conn, a, c.book, "in_edit"),
    "set_book": lambda conn, a, c: books.set_book(conn, a, c.project_id, title="Fire", subtitle="S", sections=SECTIONS),
    "create_section": lambda conn, a, c: books.create_section(conn, a, c.book, level=2, title="S", position=2),
    "change_section": lambda conn, a, c: books.change_section(conn, a, c.sections[0], content_markdown="Text."),
    "move_section": lambda conn, a, c: books.move_section(conn, a, c.sections[1], position=6, level=2),
    "delete_section": lambda conn, a, c: books.delete_section(conn, a, c.sections[0]),
    "create_interaction": lambda conn, a, c: activities.create_interaction(
        conn, a, c.lessons[0], interaction_type="faq", position=1
    ),
    "change_interaction": lambda conn, a, c: activities.change_interaction(
        conn, a, c.interactions[0], config={"entries": [{"title": "x"}]}
    ),
    "delete_interaction": lambda conn, a, c: activities.delete_interaction(conn, a, c.interactions[1]),
    "reorder_interactions": lambda conn, a, c: activities.reorder_interactions(
        conn, a, c.lessons[0], c.interactions[::-1]
    ),
    "create_question": lambda conn, a, c: activities.create_question(
        conn, a, c.lessons[0], interaction_id=c.interactions[1], position=1, question_text="?", **RIGHT_ANSWER
    ),
    "change_question": lambda conn, a, c: activities.change_question(conn, a, c.questions[0], **RIGHT_ANSWER),
    "delete_question": lambda conn, a, c: activities.delete_question(conn, a, c.questions[0]),
    "reorder_questions": lambda conn, a, c: activities.reorder_questions(
        conn, a, c.lessons[0], c.questions[::-1], interaction_id=c.interactions[1]
    ),
    "set_activities": lambda conn, a, c: activities.set_activities(conn, a, c.project_id, c.lessons[0], ()),
    "delete_project": lambda conn, a, c: projects.delete_project(conn, a, c.project_id),
    "restore_project": delete_and_restore(projects.delete_project, projects.restore_project, lambda c: c.project_id),
}
ONE_WAY = {"change_project_status", "change_lesson_status"}
"""The state machine has no way back from these."""


@pytest.fixture(scope="module")
def course(database: Database) -> AuthoredCourse:
    return write_course(database, "acme")


@pytest.fixture
def own_course(database: Database, request: pytest.FixtureRequest) -> AuthoredCourse:
    slug = f"own-{abs(hash(request.node.name))}"
    return write_course(database, slug)


def last_event(database: Database) -> UUID:
    with database.admin() as admin:
        found: UUID = admin.scalars(sa.select(sa.func.max(cc_activity_log.c.id.cast(sa.Text)).cast(sa.Uuid))).one()
        return found


def run(database: Database, course: AuthoredCourse, verb: Verb) -> list[UUID]:
    """Do it in one transaction; the events that it wrote."""
    begun = last_event(database)
    with database.app(course.identity) as conn:
        verb(conn, course.author, course)
    return [event["id"] for event in events_after(database, begun)]


def turn(database: Database, course: AuthoredCourse, events: list[UUID], how: Any = undo) -> list[UUID]:
    """Turn events back, the last first; the events of that."""
    with database.app(course.identity) as conn:
        return [how(conn, course.author, event_id) for event_id in reversed(events)]


def test_every_event_is_placed_in_one_of_the_two_sets() -> None:
    assert set(Event) == FINAL | UNDOABLE
    assert not FINAL & UNDOABLE


@pytest.mark.parametrize("name", sorted(VERBS.keys() - ONE_WAY))
def test_what_was_done_is_undone_redone_and_undone_again(database: Database, course: AuthoredCourse, name: str) -> None:
    before = content_of(database)
    events = run(database, course, VERBS[name])
    after = content_of(database)
    assert events

    undoings = turn(database, course, events)
    assert differences(before, without_new_graves(content_of(database), before)) == []

    turn(database, course, undoings, redo)
    assert differences(after, content_of(database)) == []

    turn(database, course, events)
    assert differences(before, without_new_graves(content_of(database), before)) == []


@pytest.mark.parametrize("name", sorted(ONE_WAY))
def test_a_step_without_a_way_back_is_not_undone(database: Database, course: AuthoredCourse, name: str) -> None:
    events = run(database, course, VERBS[name])
    after = content_of(database)

    with pytest.raises(StateRefused, match=r"CC-0025"):
        turn(database, course, events)

    assert differences(after, content_of(database)) == []


def test_a_copied_lesson_is_undone_and_redone_whole(database: Database, course: AuthoredCourse, tmp_path: Path) -> None:
    store = ObjectStore(str(tmp_path), course.author.org_id)
    before = content_of(database)
    events = run(database, course, lambda conn, a, c: copying.copy_lesson(conn, a, store, c.lessons[0]))
    after = content_of(database)
    assert len(differences(before, after)) > len(course.segments)

    undoings = turn(database, course, events)
    assert differences(before, without_new_graves(content_of(database), before)) == []

    turn(database, course, undoings, redo)
    assert differences(after, content_of(database)) == []


def test_the_event_of_an_undoing_names_what_it_turned_back(database: Database, course: AuthoredCourse) -> None:
    [renamed] = run(database, course, lambda conn, a, c: hierarchy.change_module(conn, a, c.modules[0], title="Named"))

    [undone] = turn(database, course, [renamed])

    event = events_after(database, renamed)[-1]
    assert (event["id"], event["event_type"], event["user_id"]) == (undone, "undone", course.author.user_id)
    assert event["event_payload"] | {"changes": None} == {
        "undoes": str(renamed),
        "act": str(renamed),
        "is_redo": False,
        "changes": None,
    }
    [change] = event["event_payload"]["changes"]
    assert (change["before"], change["after"]["title"]) == ({"title": "Named"}, "Before a fire")


def drift(conn: sa.Connection, course: AuthoredCourse, verb: Verb) -> None:
    """Do it if it can be done just now; a refusal leaves nothing."""
    with suppress(CourseCrafterError, IndexError), conn.begin_nested():
        verb(conn, course.author, course)


def weight(name: str) -> int:
    """Build more than is torn down, so that there is always something to act on."""
    return {"create": 4, "delete": 1, "set": 1, "restore": 2}.get(name.split("_", maxsplit=1)[0], 2)


@pytest.mark.parametrize("seed", range(3))
def test_sixty_acts_at_random_are_undone_in_reverse_and_redone(
    database: Database, own_course: AuthoredCourse, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a die, not a key
    before, begun = content_of(database), last_event(database)
    names = sorted(VERBS.keys() - ONE_WAY - {"delete_project"})

    for name in chance.choices(names, [weight(name) for name in names], k=120):
        with database.app(own_course.identity) as conn:
            drift(conn, look_again(conn, own_course, chance), VERBS[name])
    after, events = content_of(database), [event["id"] for event in events_after(database, begun)]
    assert len(events) > 60

    undoings = turn(database, own_course, events)
    assert differences(before, without_new_graves(content_of(database), before)) == []

    turn(database, own_course, undoings, redo)
    assert differences(after, content_of(database)) == []


def test_what_was_changed_since_is_not_undone(database: Database, course: AuthoredCourse) -> None:
    [first] = run(database, course, lambda conn, a, c: hierarchy.change_lesson(conn, a, c.lessons[1], title="One"))
    run(database, course, lambda conn, a, c: hierarchy.change_lesson(conn, a, c.lessons[1], title="Two"))

    with pytest.raises(ChangedSince, match=r"The title of the lesson was changed since\. \[CC-0052\]"):
        turn(database, course, [first])


def test_another_field_that_was_changed_since_is_left_alone(database: Database, course: AuthoredCourse) -> None:
    [first] = run(database, course, lambda conn, a, c: hierarchy.change_lesson(conn, a, c.lessons[1], title="Three"))
    run(database, course, lambda conn, a, c: hierarchy.change_lesson(conn, a, c.lessons[1], objective="Know it"))

    turn(database, course, [first])

    lesson = content_of(database)["cc_lessons"][course.lessons[1]]
    assert (lesson["title"], lesson["objective"]) == ("Two", "Know it")


def test_what_was_deleted_since_is_not_undone(database: Database, own_course: AuthoredCourse) -> None:
    [first] = run(database, own_course, VERBS["change_scene"])
    run(database, own_course, VERBS["delete_scene"])
    [question] = run(database, own_course, VERBS["change_question"])
    run(database, own_course, VERBS["delete_question"])

    with pytest.raises(ChangedSince, match="scene was deleted since"):
        turn(database, own_course, [first])
    with pytest.raises(ChangedSince, match="question was removed since"):
        turn(database, own_course, [question])


def test_what_others_put_into_a_new_thing_since_is_not_taken_along(
    database: Database, own_course: AuthoredCourse
) -> None:
    author, begun = own_course.author, last_event(database)
    with database.app(own_course.identity) as conn:
        unit_id = hierarchy.create_learning_unit(conn, author, own_course.project_id, title="New")
        quiz = {"interaction_type": "quiz"}
        quiz_id = activities.create_interaction(conn, author, own_course.lessons[1], **quiz)
    with database.app(own_course.identity) as conn:
        hierarchy.create_module(conn, own_course.author, unit_id, title="Mine")
        place = {"interaction_id": quiz_id, "question_text": "?"}
        activities.create_question(conn, own_course.author, own_course.lessons[1], **place, **RIGHT_ANSWER)
    unit, interaction, _, _ = [event["id"] for event in events_after(database, begun)]

    with pytest.raises(ChangedSince, match="A new or changed module is in the learning unit since"):
        turn(database, own_course, [unit])
    with pytest.raises(ChangedSince, match="A new or changed question is in the activity since"):
        turn(database, own_course, [interaction])


def test_an_undoing_that_is_refused_leaves_nothing(database: Database, own_course: AuthoredCourse) -> None:
    [moved] = run(database, own_course, VERBS["order_lessons"])
    with database.app(own_course.identity) as conn:
        hierarchy.move_lesson(conn, own_course.author, own_course.lessons[1], module_id=own_course.modules[1])
    after, events = content_of(database), len(events_after(database, None))

    with pytest.raises(ChangedSince):
        turn(database, own_course, [moved])

    assert differences(after, content_of(database)) == []
    assert len(events_after(database, None)) == events


def test_places_stay_without_gaps_when_an_older_act_is_undone(database: Database, own_course: AuthoredCourse) -> None:
    author, lesson_id = own_course.author, own_course.lessons[0]
    [deleted] = run(database, own_course, lambda conn, a, c: scenes.delete_scene(conn, a, c.scenes[1]))
    [added] = run(database, own_course, lambda conn, a, c: scenes.create_scene(conn, a, lesson_id, title="Third"))
    run(database, own_course, lambda conn, a, c: scenes.create_scene(conn, a, lesson_id, title="Fourth"))

    turn(database, own_course, [deleted])
    with database.app(own_course.identity) as conn, pytest.raises(ChangedSince):
        undo(conn, author, added)

    rows = content_of(database)["cc_scenes"].values()
    places = {row["sequence"]: row["title"] for row in rows if row["lesson_id"] == lesson_id}
    assert places == {1: "Doors", 2: "Stairs", 3: "Third", 4: "Fourth"}


def test_what_happened_beside_the_content_is_not_undone(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        comment = comments.add_comment(conn, course.author, course.project_id, text="Nice.")
    first = next(
        event["id"]
        for event in events_after(database, None)
        if event["event_type"] == "project_created" and event["project_id"] == course.project_id
    )

    for event_id in (comment, first):
        with database.app(course.identity) as conn, pytest.raises(NotUndoable, match=r"CC-0053"):
            undo(conn, course.author, event_id)
        with database.app(course.identity) as conn, pytest.raises(NotUndoable, match="undid nothing"):
            redo(conn, course.author, event_id)


def test_an_act_is_undone_once_and_redone_once(database: Database, course: AuthoredCourse) -> None:
    events = run(database, course, VERBS["create_lesson"])
    undoings = turn(database, course, events)
    with pytest.raises(AlreadyUndone, match=r"CC-0054"):
        turn(database, course, events)

    turn(database, course, undoings, redo)
    with pytest.raises(AlreadyUndone):
        turn(database, course, undoings, redo)

    turn(database, course, events)


def test_only_who_may_write_undoes(database: Database, course: AuthoredCourse) -> None:
    [event] = run(database, course, lambda conn, a, c: hierarchy.change_module(conn, a, c.modules[0], title="Roles"))

    for role, refusal in (("viewer", NotAllowed), ("reviewer", NotAllowed), (None, NotFound)):
        author, identity = settle_colleague(database, course, role)
        for verb, target in ((undo, event), (undo_last, course.project_id), (redo_last, course.project_id)):
            with database.app(identity) as conn, pytest.raises(refusal):
                verb(conn, author, target)
    author, identity = settle_colleague(database, course, "editor")
    with database.app(identity) as conn:
        undo(conn, author, event)


def test_a_foreign_event_and_a_missing_one_are_answered_alike(database: Database, course: AuthoredCourse) -> None:
    other = write_course(database, "birch")
    [foreign] = run(database, other, VERBS["change_lesson"])

    for event_id in (foreign, UUID(int=7)):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such event"):
            undo(conn, course.author, event_id)


def test_the_last_acts_are_undone_and_redone_one_by_one(database: Database, own_course: AuthoredCourse) -> None:
    course, states = own_course, [content_of(database)]
    for name in ("change_lesson", "create_section", "delete_interaction"):
        run(database, course, VERBS[name])
        states.append(content_of(database))

    for state in (states[2], states[1], states[0]):
        with database.app(course.identity) as conn:
            undo_last(conn, course.author, course.project_id)
        assert differences(state, content_of(database)) == []
    for state in states[1:]:
        with database.app(course.identity) as conn:
            redo_last(conn, course.author, course.project_id)
        assert differences(state, content_of(database)) == []
    with database.app(course.identity) as conn, pytest.raises(NothingLeft, match=r"CC-0055"):
        redo_last(conn, course.author, course.project_id)


def test_nothing_is_redone_after_something_new(database: Database, own_course: AuthoredCourse) -> None:
    course = own_course
    run(database, course, VERBS["change_lesson"])
    with database.app(course.identity) as conn:
        undo_last(conn, course.author, course.project_id)
    run(database, course, VERBS["change_module"])

    with database.app(course.identity) as conn, pytest.raises(NothingLeft):
        redo_last(conn, course.author, course.project_id)


def test_undoing_in_a_lesson_leaves_the_rest_of_the_project(database: Database, own_course: AuthoredCourse) -> None:
    course = own_course
    run(database, course, VERBS["change_scene"])
    run(database, course, VERBS["change_module"])

    with database.app(course.identity) as conn:
        undo_last(conn, course.author, course.project_id, course.lessons[0])

    content = content_of(database)
    assert content["cc_scenes"][course.scenes[0]]["title"] == "Doors"
    assert content["cc_modules"][course.modules[0]]["title"] == "M"


def test_only_ones_own_acts_are_undone_as_the_last(database: Database, own_course: AuthoredCourse) -> None:
    course = own_course
    author, identity = settle_colleague(database, course, "editor")
    run(database, course, lambda conn, a, c: hierarchy.change_module(conn, a, c.modules[0], title="Mine"))
    with database.app(identity) as conn:
        hierarchy.change_module(conn, author, course.modules[1], title="Theirs")
        with pytest.raises(NothingLeft):
            redo_last(conn, author, course.project_id)

    with database.app(course.identity) as conn:
        undo_last(conn, course.author, course.project_id)

    titles = {row_id: row["title"] for row_id, row in content_of(database)["cc_modules"].items()}
    assert (titles[course.modules[0]], titles[course.modules[1]]) == ("Before a fire", "Theirs")


def test_an_act_of_somebody_else_on_the_same_row_stands_in_the_way(
    database: Database, own_course: AuthoredCourse
) -> None:
    course = own_course
    author, identity = settle_colleague(database, course, "editor")
    run(database, course, VERBS["change_module"])
    with database.app(identity) as conn:
        hierarchy.change_module(conn, author, course.modules[0], title="Theirs")

    with database.app(course.identity) as conn, pytest.raises(ChangedSince):
        undo_last(conn, course.author, course.project_id)


def test_an_act_of_the_organisation_is_undone_by_its_admin(database: Database, course: AuthoredCourse) -> None:
    begun = last_event(database)
    with database.app(course.identity) as conn:
        brand_id = branding.create_brand(conn, course.author, None, name="All", primary_color="#000000")
        branding.create_template(conn, course.author, brand_id, name="T", template_type="slide")
        branding.delete_brand(conn, course.author, brand_id)
    events = [event["id"] for event in events_after(database, begun)]

    turn(database, course, events[-1:])
    assert brand_id in content_of(database)["cc_brand_profiles"]
    assert "T" in [row["name"] for row in content_of(database)["cc_brand_templates"].values()]

    turn(database, course, events[:-1])
    assert brand_id not in content_of(database)["cc_brand_profiles"]


def test_the_history_tells_who_did_what_and_what_is_undone(database: Database, own_course: AuthoredCourse) -> None:
    course = own_course
    [renamed] = run(database, course, VERBS["change_lesson"])
    [undone] = turn(database, course, [renamed])

    with database.app(course.identity) as conn:
        lines = history(conn, course.project_id, lesson_id=course.lessons[0], limit=2)
        rest = history(conn, course.project_id, lesson_id=course.lessons[0], limit=500, before=lines[-1].id)

    assert [(line.id, line.event, line.is_undone, line.is_undoable) for line in lines] == [
        (undone, "undone", False, True),
        (renamed, "lesson_changed", True, False),
    ]
    assert lines[1].rows == (("cc_lessons", course.lessons[0]),)
    assert {line.user_id for line in lines} == {course.author.user_id}
    assert rest[0].event == "question_created"
    assert rest[-1].event == "lesson_created"
    assert not any(line.is_undone for line in rest)


def test_twenty_who_undo_one_act_undo_it_once(database: Database, own_course: AuthoredCourse) -> None:
    before = content_of(database)
    [event] = run(database, own_course, VERBS["delete_interaction"])

    ends = race(database, own_course, lambda conn, _: undo(conn, own_course.author, event))

    assert ends == {"done": 1, "CC-0054": 19}
    assert differences(before, content_of(database)) == []


def test_undoing_beside_changing_never_blocks_for_ever(database: Database, own_course: AuthoredCourse) -> None:
    """Ten move sections, ten undo the last: each succeeds or is refused, and the book stays a tree without gaps.

    Who undoes before anybody moved takes back that a section was made, so fewer may be left.
    """
    course = own_course

    def act(conn: sa.Connection, number: int) -> None:
        if number % 2:
            undo_last(conn, course.author, course.project_id)
        else:
            books.move_section(conn, course.author, course.sections[number % 6], position=1 + number % 5, level=1)

    ends = race(database, own_course, act)

    assert ends.keys() <= {"done", "CC-0020", "CC-0031", "CC-0052", "CC-0055", "CC-0504", "CC-0505"}
    rows = sorted(
        (row for row in content_of(database)["cc_book_sections"].values() if row["book_id"] == own_course.book),
        key=lambda row: row["sequence"],
    )
    assert rows
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    books.require_levels([row["level"] for row in rows])
