"""What reads say, beside what was done."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from authored_course import AuthoredCourse, settle_colleague, write_course
from coursecrafter.authoring import (
    activities,
    branding,
    comments,
    engine_flags,
    hierarchy,
    render_jobs,
    scenes,
    segments,
    voices,
)
from coursecrafter.authoring import assets as asset_verbs
from coursecrafter.authoring import (
    plans as plan_verbs,
)
from coursecrafter.authoring import (
    projects as project_verbs,
)
from coursecrafter.authoring.codes import LIBRARY_CODE
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.history import history as acts_of
from coursecrafter.authoring.history import redo_last, undo_last
from coursecrafter.authoring.library import ensure_library
from coursecrafter.authoring.scene_images import set_image_prompts
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.undoable import UNDOABLE
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_ai_calls
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType, Output, SpokenSegment
from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject
from coursecrafter.reading import (
    activities as activity_reads,
)
from coursecrafter.reading import (
    assets,
    books,
    context,
    costs,
    history,
    jobs,
    logs,
    outlines,
    people,
    plans,
    projects,
    watchdog,
)
from coursecrafter.reading import (
    hierarchy as tree_reads,
)
from coursecrafter.reading.comments import read_comments
from coursecrafter.reading.pages import Page
from coursecrafter.reading.projects import LIBRARY_CODE as READ_LIBRARY_CODE
from coursecrafter.storage.objects import ObjectStore

Reading = Callable[[sa.Connection], bytes]


@pytest.fixture
def course(database: Database, request: pytest.FixtureRequest) -> AuthoredCourse:
    slug = f"c{abs(hash(request.node.name)) % 10**9}"
    return write_course(database, slug)


@pytest.fixture
def say(database: Database, course: AuthoredCourse) -> Callable[..., Any]:
    """What a read says to the author, or to somebody else."""

    def say(read: Callable[..., bytes], *args: Any, identity: Identity | None = None, **filters: Any) -> Any:
        with database.app(identity or course.identity) as conn:
            return json.loads(read(conn, *args, **filters))

    return say


@pytest.fixture
def do(database: Database, course: AuthoredCourse) -> Callable[..., Any]:
    """Call a verb as the author."""

    def do(verb: Callable[..., Any], *args: Any, **fields: Any) -> Any:
        with database.app(course.identity) as conn:
            return verb(conn, course.author, *args, **fields)

    return do


def titles(rows: list[dict[str, Any]]) -> list[str]:
    return [row["title"] for row in rows]


def ids(rows: list[dict[str, Any]]) -> list[UUID]:
    return [UUID(row["id"]) for row in rows]


def stored(content: str) -> StoredObject:
    return StoredObject(f"{abs(hash(content)):064x}", 7, "image/png")


def put(conn: sa.Connection, course: AuthoredCourse, slot: Slot, content: str) -> UUID:
    place = {"project_id": slot.project_id, "lesson_id": slot.lesson_id}
    with edit(conn, course.author, Event.ASSETS_ADDED, **place) as act:
        return asset_verbs.put_asset(act, slot, stored(content), AssetType.IMAGE, {"size_bytes": 7}).id


def test_a_tree_is_nested_in_order_and_counts_what_lives(course: AuthoredCourse, say, do) -> None:
    do(hierarchy.move_lesson, course.lessons[1], position=1)
    do(scenes.delete_scene, course.scenes[1])

    tree = say(tree_reads.read_tree, course.project_id)

    assert titles(tree["learning_units"]) == ["Before", "During"]
    (module,) = tree["learning_units"][0]["modules"]
    assert titles(module["lessons"]) == ["Alarms", "Exits"]
    assert [(one["scene_count"], one["segment_count"]) for one in module["lessons"]] == [(0, 0), (1, 3)]


def test_a_tree_leaves_out_what_is_deleted(course: AuthoredCourse, say, do) -> None:
    do(hierarchy.delete_lesson, course.lessons[0])
    do(hierarchy.delete_learning_unit, course.units[1])

    tree = say(tree_reads.read_tree, course.project_id)

    assert titles(tree["learning_units"]) == ["Before"]
    assert titles(tree["learning_units"][0]["modules"][0]["lessons"]) == ["Alarms"]


def test_a_plan_shows_the_segments_of_its_engine_in_playing_order(course: AuthoredCourse, say, do) -> None:
    own = do(segments.create_segment, course.scenes[0], Engine.E2, text="Of the branded video.")
    do(plan_verbs.update_plan, course.lessons[0], Engine.E1, [plan_verbs.Place(course.segments[2], 1)])

    first = say(plans.read_plan, course.lessons[0], Engine.E1)
    second = say(plans.read_plan, course.lessons[0], Engine.E2)

    assert ids(first["scenes"]) == course.scenes
    assert ids(first["scenes"][0]["segments"]) == [course.segments[place] for place in (2, 0, 1)]
    assert all(one["is_own"] and one["script"]["engine"] == "e1" for one in first["scenes"][0]["segments"])
    assert [ids(scene["segments"]) for scene in second["scenes"]] == [[own], []]


def test_a_plan_says_what_its_verbs_say(database: Database, course: AuthoredCourse, say) -> None:
    with database.app(course.identity) as conn:
        lines = plan_verbs.read_plan(conn, course.lessons[0], Engine.E1)

    plan = say(plans.read_plan, course.lessons[0], Engine.E1)

    told = [one for scene in plan["scenes"] for one in scene["segments"]]
    assert [
        (one["id"], one["script"]["text"], one["script"]["status"], datetime.fromisoformat(one["updated_at"]))
        for one in told
    ] == [(str(line.segment_id), line.text, line.script_status, line.updated_at) for line in lines]


def test_a_segment_shows_its_picture_and_the_newest_voice_first(
    database: Database, course: AuthoredCourse, say, do
) -> None:
    segment_id = course.segments[0]
    slot = Slot(course.project_id, "slide_picture", Engine.E1, course.lessons[0], course.scenes[0], segment_id)
    for take in (1, 2):
        sound = StoredObject(f"{take:064x}", 9, "audio/wav")
        spoken = SpokenSegment(segment_id, Speech(sound, Fraction(7, 2), (), "offline", "tone"))
        do(voices.keep_voices, course.lessons[0], Engine.E1, "en_male_neutral_1", [spoken])
    with database.app(course.identity) as conn:
        put(conn, course, slot, "old")
        picture_id = put(conn, course, slot, "new")

    segment = say(plans.read_segment, segment_id)

    assert segment["picture_asset_id"] == str(picture_id)
    tracks = segment["scripts"][0]["voice_tracks"]
    assert [(track["status"], track["duration_seconds"]) for track in tracks] == [("approved", 3.5), ("generated", 3.5)]


def test_the_sections_of_a_book_stand_under_each_other(course: AuthoredCourse, say) -> None:
    book = say(books.read_book, course.project_id)

    def outline(sections: list[dict[str, Any]]) -> list[Any]:
        return [(one["title"], outline(one["sections"])) for one in sections]

    assert outline(book["sections"]) == [
        ("Before", [("Exits", [("Doors", [])]), ("Alarms", [])]),
        ("During", [("Leaving", [])]),
    ]


def test_a_book_without_sections_is_a_book(database: Database, course: AuthoredCourse, say) -> None:
    with database.admin() as admin:
        admin.execute(sa.text("DELETE FROM course_crafter.cc_book_sections"))

    assert say(books.read_book, course.project_id)["sections"] == []


def test_activities_stand_in_order_with_their_questions(course: AuthoredCourse, say, do) -> None:
    loose = do(
        activities.create_question,
        course.lessons[0],
        question_text="Why?",
        question_type="short_answer",
        correct_answers=["Smoke"],
    )

    told = say(activity_reads.read_interactions, course.lessons[0])

    assert ids(told["interactions"]) == course.interactions
    assert ids(told["interactions"][1]["questions"]) == course.questions
    assert ids(told["questions"]) == [loose]


def test_projects_are_found_by_status_name_code_and_deletion(course: AuthoredCourse, say, do) -> None:
    odd = do(project_verbs.create_project, name=r"100% of_it \o/", code="Odd-1", language="en")
    gone = do(project_verbs.create_project, name="Gone", code=None, language="en")
    do(project_verbs.delete_project, gone)
    do(project_verbs.change_project_status, odd, "in_progress")

    def found(**filters: Any) -> list[UUID]:
        return ids(say(projects.read_projects, **filters)["items"])

    assert found() == [odd, course.project_id]
    assert found(status="in_progress") == [odd]
    assert found(is_deleted=True) == [gone]
    assert found(search="odd-1") == found(search="0% OF_") == found(search=r"t \o") == [odd]
    assert found(search="f%e") == found(search="f_re") == found(search="\\")[1:] == []


def test_the_library_is_no_project_but_has_assets(database: Database, course: AuthoredCourse, say, do) -> None:
    library = do(ensure_library)
    with database.app(course.identity) as conn:
        logo = put(conn, course, Slot(library, "logo"), "logo")
    _, editor = settle_colleague(database, course, "editor")

    assert ids(say(projects.read_projects)["items"]) == [course.project_id]
    assert ids(say(assets.read_library_assets)["items"]) == [logo]
    assert say(assets.read_library_assets, identity=editor)["items"] == []
    assert READ_LIBRARY_CODE == LIBRARY_CODE


@pytest.mark.parametrize("role", ["owner", "editor", "reviewer", "viewer"])
def test_a_project_tells_the_role_of_whoever_asks(database: Database, course: AuthoredCourse, say, role: str) -> None:
    _, identity = settle_colleague(database, course, role)

    one = say(projects.read_project, course.project_id, identity=identity)
    (line,) = say(projects.read_projects, identity=identity)["items"]

    assert (one["role"], line["role"]) == (role, role)


def test_a_project_counts_what_it_holds(course: AuthoredCourse, say, do) -> None:
    do(hierarchy.delete_lesson, course.lessons[2])

    project = say(projects.read_project, course.project_id)

    counts = [project[f"{what}_count"] for what in ("learning_unit", "module", "lesson", "document", "source_file")]
    assert counts == [2, 2, 2, 0, 0]
    assert project["context"]["domain"] == "fire_safety"


def test_a_project_of_which_nothing_was_said_has_an_empty_context(course: AuthoredCourse, say, do) -> None:
    bare = do(project_verbs.create_project, name="Bare", code=None, language="en")

    told = say(context.read_context, bare)

    assert (told["id"], told["project_id"], told["metadata"]) == (None, str(bare), {})


def test_versions_of_a_slot_are_told_from_the_first_without_the_deleted(
    database: Database, course: AuthoredCourse, say, do
) -> None:
    slot = Slot(course.project_id, "hero_image", Engine.E2, course.lessons[0], course.scenes[0])
    others = [
        Slot(course.project_id, "hero_image", Engine.E2, course.lessons[0], course.scenes[1]),
        Slot(course.project_id, "hero_image", Engine.E2, course.lessons[0]),
        Slot(course.project_id, "hero_image", Engine.E2),
        Slot(course.project_id, "hero_image", Engine.E1, course.lessons[0], course.scenes[0]),
    ]
    with database.app(course.identity) as conn:
        made = [put(conn, course, slot, content) for content in ("one", "two", "three")]
        apart = [put(conn, course, other, "other") for other in others]
    do(asset_verbs.delete_asset, made[1])

    told = say(assets.read_asset_versions, made[2])

    assert [(UUID(one["id"]), one["version"], one["is_active"]) for one in told["versions"]] == [
        (made[0], 1, False),
        (made[2], 3, True),
    ]
    assert [ids(say(assets.read_asset_versions, one)["versions"]) for one in apart] == [[one] for one in apart]


def test_assets_are_found_by_engine_role_type_and_activity(database: Database, course: AuthoredCourse, say) -> None:
    with database.app(course.identity) as conn:
        book = put(conn, course, Slot(course.project_id, "cover", Engine.E3), "cover")
        old = put(conn, course, Slot(course.project_id, "poster", Engine.E1, course.lessons[0]), "old")
        new = put(conn, course, Slot(course.project_id, "poster", Engine.E1, course.lessons[0]), "new")

    def found(**filters: Any) -> list[UUID]:
        return ids(say(assets.read_assets_of_project, course.project_id, **filters)["items"])

    assert found() == [new, old, book]
    assert found(engine="e3") == found(role="cover") == [book]
    assert found(is_active=False) == [old]
    assert found(asset_type="video") == []
    assert ids(say(assets.read_assets_of_lesson, course.lessons[0], is_active=True)["items"]) == [new]


def test_an_outline_shows_what_a_scene_may_be_made_of(
    database: Database, course: AuthoredCourse, say, do, tmp_path: Path
) -> None:
    own = do(segments.create_segment, course.scenes[0], Engine.E2, text="New.")
    slot = Slot(course.project_id, "scene_image", Engine.E2, course.lessons[0], course.scenes[0])
    with database.app(course.identity) as conn:
        variants = [put(conn, course, slot, content) for content in ("one", "two")]
    do(
        set_image_prompts,
        ObjectStore(str(tmp_path), course.author.org_id),
        course.lessons[0],
        {course.scenes[1]: "A door."},
    )

    told = say(outlines.read_outline, course.lessons[0])

    assert [ids(scene["images"]) for scene in told["scenes"]] == [variants, []]
    assert [len(scene["prompts"]) for scene in told["scenes"]] == [0, 1]
    assert [ids(scene["segments"]) for scene in told["scenes"]] == [[own], []]


def finished_job(conn: sa.Connection, course: AuthoredCourse) -> UUID:
    author = course.author
    hierarchy.change_lesson_status(conn, author, course.lessons[0], "in_design")
    settings = {"quality": "draft"}
    job = render_jobs.request_render(conn, author, Engine.E1, course.project_id, course.lessons[0], settings=settings)
    render_jobs.start_render(conn, author, job.id)
    render_jobs.report_progress(conn, job.id, progress=0.25, step="speech", line="Speaking", time_left_s=12)
    return job.id


def test_a_job_tells_how_far_it_is(database: Database, course: AuthoredCourse, say) -> None:
    with database.app(course.identity) as conn:
        job_id = finished_job(conn, course)

    job = say(jobs.read_job, job_id)

    assert (job["engine"], job["job_state"], job["progress"], job["step"]) == ("e1", "in_progress", 0.25, "speech")
    assert (job["time_left_s"], job["settings"], job["metadata"]) == (12, {"quality": "draft"}, {})
    assert ([line["text"] for line in job["log"]], job["lines"]) == (["Speaking"], 1)


def test_jobs_of_all_engines_are_one_list(database: Database, course: AuthoredCourse, say, do) -> None:
    with database.app(course.identity) as conn:
        video = finished_job(conn, course)
    book = do(render_jobs.request_render, Engine.E3, course.project_id, None).id
    module = do(render_jobs.request_render, Engine.E4, course.project_id, None).id
    do(render_jobs.start_render, book)

    told = say(jobs.read_jobs_of_project, course.project_id)["items"]

    assert ids(told) == [module, book, video]
    assert [one["started_at"] is None for one in told] == [True, False, False]
    assert ids(say(jobs.read_jobs_of_project, course.project_id, job_state="queued")["items"]) == [module]
    assert ids(say(jobs.read_jobs_of_project, course.project_id, engine="e3")["items"]) == [book]
    assert ids(say(jobs.read_jobs_of_lesson, course.lessons[0])["items"]) == [video]


def call_model(database: Database, course: AuthoredCourse, **said: Any) -> None:
    row = {
        "project_id": course.project_id,
        "engine": "e1",
        "call_type": "tts",
        "provider": "offline",
        "status": "success",
        "request_payload": {"task": "speech", "secret": "hidden"},
    }
    with database.worker(Identity(course.author.org_id, course.author.user_id, course.project_id)) as conn:
        conn.execute(cc_ai_calls.insert().values({**row, **said}))


def test_calls_to_models_tell_their_task_and_cost_but_not_their_payload(
    database: Database, course: AuthoredCourse, say
) -> None:
    call_model(database, course, response_meta={"cost_usd": 0.25}, input_tokens=10)
    call_model(database, course, response_meta={"cost_usd": 0.5}, engine="e2", call_type="image")
    call_model(database, course, response_meta={"cost_usd": "much"}, status="failed")

    calls = say(logs.read_ai_calls, course.project_id)["items"]
    told = say(costs.read_costs, course.project_id)

    assert [call["task"] for call in calls] == ["speech"] * 3
    assert "hidden" not in json.dumps(calls)
    assert (told["cost_usd"], told["calls"], told["failed"]) == (0.75, 3, 1)
    assert [(part["engine"], part["calls"], part["cost_usd"]) for part in told["parts"]] == [
        ("e2", 1, 0.5),
        ("e1", 2, 0.25),
    ]
    assert len(say(logs.read_ai_calls, course.project_id, engine="e2", call_type="image")["items"]) == 1
    assert len(say(logs.read_ai_calls, course.project_id, status="failed")["items"]) == 1


def test_logs_are_found_by_time(course: AuthoredCourse, say) -> None:
    events = say(logs.read_events, course.project_id, Page(200))["items"]
    middle = events[len(events) // 2]["created_at"]

    since = say(logs.read_events, course.project_id, Page(200), since=middle)["items"]
    until = say(logs.read_events, course.project_id, Page(200), until=middle)["items"]

    assert {event["id"] for event in since} | {event["id"] for event in until} == {event["id"] for event in events}
    assert all(event["created_at"] >= middle for event in since)
    assert all(event["created_at"] < middle for event in until)


def test_events_tell_their_engine_and_not_what_stood_before(course: AuthoredCourse, say, do) -> None:
    do(plan_verbs.approve_plan, course.lessons[0], Engine.E1)

    (approved,) = say(logs.read_events, course.project_id, engine="e1", event_type="engine1_plan_approved")["items"]

    assert approved["engine"] == "e1"
    assert approved["event_payload"] == {"scenes": 2, "segments": 6}


def test_events_of_the_organisation_are_for_its_admins(database: Database, course: AuthoredCourse, say, do) -> None:
    do(branding.create_brand, None, name="House", primary_color="#123456")
    _, member = settle_colleague(database, course, None)

    (event,) = say(logs.read_organisation_events, event_type="brand_created")["items"]

    assert event["project_id"] is None
    assert say(logs.read_organisation_events, identity=member)["items"] == []


def test_comments_tell_what_was_said_last_of_them(course: AuthoredCourse, say, do) -> None:
    about = comments.About("cc_segments", course.segments[0])
    first = do(comments.add_comment, course.project_id, text="Too long.", about=about)
    second = do(comments.add_comment, course.project_id, text="Good.")
    third = do(comments.add_comment, course.project_id, text="Odd.", lesson_id=course.lessons[1])
    do(comments.resolve_comment, first)
    do(comments.resolve_comment, second)
    do(comments.reopen_comment, second)

    def found(**filters: Any) -> list[UUID]:
        return ids(say(read_comments, course.project_id, **filters)["items"])

    assert found() == [first, second, third]
    assert found(is_resolved=True) == [first]
    assert found(is_resolved=False) == [second, third]
    assert found(lesson_id=course.lessons[0]) == found(about_id=course.segments[0]) == [first]
    assert say(read_comments, course.project_id)["items"][0]["about"] == {"table": about.table, "id": str(about.id)}
    do(hierarchy.delete_lesson, course.lessons[0])
    assert found() == [second, third]


def test_the_history_says_what_its_verbs_say(database: Database, course: AuthoredCourse, say, do) -> None:
    for step in (undo_last, undo_last, redo_last, redo_last, undo_last):
        do(step, course.project_id)
    do(comments.add_comment, course.project_id, text="Said.")
    with database.app(course.identity) as conn:
        acts = acts_of(conn, course.project_id, limit=200)

    told = say(history.read_history, course.project_id, Page(200), undoable=UNDOABLE)["items"]

    assert [(one["id"], one["is_undone"], one["is_undoable"]) for one in told] == [
        (str(act.id), act.is_undone, act.is_undoable) for act in acts
    ]
    assert [{(row["table"], row["id"]) for row in one["rows"]} for one in told] == [
        {(table, str(row_id)) for table, row_id in act.rows} for act in acts
    ]
    assert [one["event_payload"] for one in told] == [dict(act.told) for act in acts]


def test_the_history_of_a_lesson_or_a_person_is_a_part_of_it(course: AuthoredCourse, say) -> None:
    all_of_it = say(history.read_history, course.project_id, Page(200), undoable=UNDOABLE)["items"]

    of_lesson = say(history.read_history, course.project_id, Page(200), undoable=UNDOABLE, lesson_id=course.lessons[0])[
        "items"
    ]
    of_nobody = say(history.read_history, course.project_id, undoable=UNDOABLE, user_id=course.project_id)["items"]

    assert of_lesson == [one for one in all_of_it if one["lesson_id"] == str(course.lessons[0])]
    assert of_nobody == []


def test_people_of_a_project_are_told_to_them_and_to_admins(database: Database, course: AuthoredCourse, say) -> None:
    settle_colleague(database, course, "viewer")
    _, outsider = settle_colleague(database, course, None)

    told = say(people.read_people_of_project, course.project_id)
    members = say(people.read_people, identity=outsider)

    assert [(person["name"], person["role"]) for person in told["people"]] == [
        ("Author", "owner"),
        ("viewer", "viewer"),
    ]
    assert [person["role"] for person in members["people"]] == ["owner", "member", "member"]
    with pytest.raises(NotFound):
        say(people.read_people_of_project, course.project_id, identity=outsider)


def test_the_status_counts_what_waits_runs_and_fails(database: Database, course: AuthoredCourse, say, do) -> None:
    call_model(database, course, response_meta={"cost_usd": 0.25}, status="failed")
    with database.app(course.identity) as conn:
        running = finished_job(conn, course)
    failed = do(render_jobs.request_render, Engine.E3, course.project_id, None).id
    do(render_jobs.fail_render, failed, "The book has no section. [CC-0501]")
    told_error = {"code": "CC-0505", "message": "A level is missing.", "remedy": "Begin with a chapter."}
    again = do(render_jobs.request_render, Engine.E3, course.project_id, None).id
    do(render_jobs.fail_render, again, "A level is missing.", told=told_error)
    done = do(render_jobs.request_render, Engine.E4, course.project_id, None).id
    do(render_jobs.start_render, done)
    output = Output("scorm_package", AssetType.SCORM_PACKAGE, stored("zip"), ".zip")
    do(render_jobs.complete_render, done, [output], {})
    do(render_jobs.request_render, Engine.E3, course.project_id, None)

    told = say(watchdog.read_status)

    assert (told["render_queue_depth"], told["running"], told["stalled"]) == (1, 1, 0)
    assert told["oldest_queued_s"] >= 0
    assert told["failed_today"] == [{"code": "CC-0501", "count": 1}, {"code": "CC-0505", "count": 1}]
    assert say(jobs.read_job, again)["error"] == told_error
    assert [(one["engine"], one["jobs"]) for one in told["avg_job_duration"]] == [("e4", 1)]
    assert (told["cost_today"], told["errors_today"], told["stored_bytes"]) == (0.25, 3, 7)
    assert told["missing_assets"] == 0
    assert running


def test_the_status_counts_only_what_is_shared(database: Database, course: AuthoredCourse, say, do) -> None:
    do(render_jobs.request_render, Engine.E3, course.project_id, None)
    _, outsider = settle_colleague(database, course, None)

    assert say(watchdog.read_status, identity=outsider)["render_queue_depth"] == 0


def test_an_approved_result_is_a_flag_of_the_lesson(database: Database, course: AuthoredCourse, say, do) -> None:
    slot = engine_flags.result_slot(Engine.E1, course.project_id, course.lessons[0])
    with database.app(course.identity) as conn:
        put(conn, course, slot, "film")
    do(engine_flags.approve_output, Engine.E1, course.project_id, course.lessons[0])

    assert say(tree_reads.read_lesson, course.lessons[0])["engine_flags"] == {"e1": True}
