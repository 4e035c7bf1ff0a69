"""`engine_flags` is true exactly while what is active is what was approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pytest

from course_assets import put
from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring.assets import delete_asset, restore_asset, set_active, versions_of
from coursecrafter.authoring.engine_flags import NothingToApprove, approve_output, result_slot
from coursecrafter.authoring.history import redo, undo
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_book_sections, cc_lessons
from coursecrafter.domain.course import Engine
from coursecrafter.errors import CourseCrafterError

LESSON_ENGINES = (Engine.E1, Engine.E2, Engine.E4)


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


def place(cast: Cast, engine: Engine) -> Slot:
    return result_slot(engine, cast.project_id, cast.rows["cc_lessons"])


def approve(cast: Cast, engine: Engine, **who: Any) -> None:
    lesson_id = None if engine is Engine.E3 else cast.rows["cc_lessons"]
    cast.do(approve_output, engine, cast.project_id, lesson_id, **who)


def flags(cast: Cast) -> dict[str, bool]:
    found: dict[str, bool] = cast.read(cc_lessons, cast.rows["cc_lessons"]).engine_flags
    return found


def test_a_fresh_lesson_has_no_flags_and_a_render_gives_it_none(cast: Cast) -> None:
    before = flags(cast)

    put(cast, place(cast, Engine.E1), "film")

    assert (before, flags(cast)) == ({}, {})


@pytest.mark.parametrize("engine", list(Engine))
def test_the_flag_is_true_while_the_approved_version_is_active(cast: Cast, engine: Engine) -> None:
    slot, seen = place(cast, engine), []
    first = put(cast, slot, "first")
    approve(cast, engine)
    seen.append(flags(cast)[engine.value])
    put(cast, slot, "second")
    seen.append(flags(cast)[engine.value])
    cast.do(set_active, first.id)
    seen.append(flags(cast)[engine.value])
    cast.do(delete_asset, first.id)
    seen.append(flags(cast)[engine.value])
    cast.do(restore_asset, first.id)
    seen.append(flags(cast)[engine.value])

    assert seen == [True, False, True, False, True]


@pytest.mark.parametrize("engine", LESSON_ENGINES)
def test_an_approval_leaves_one_event_that_names_what_was_approved(cast: Cast, engine: Engine) -> None:
    version = put(cast, place(cast, engine), "film")

    approve(cast, engine)
    approve(cast, engine)

    names = {Engine.E1: "engine1_video", Engine.E2: "engine2_video", Engine.E4: "engine4_module"}
    (event,) = cast.events(f"{names[engine]}_approved")
    lesson_id = cast.rows["cc_lessons"]
    assert event.lesson_id == lesson_id
    assert (event.event_payload["asset_id"], event.event_payload["version"]) == (str(version.id), 1)
    (change,) = event.event_payload["changes"]
    assert change == {
        "table": "cc_lessons",
        "id": str(lesson_id),
        "before": {"engine_flags": {}},
        "after": {"engine_flags": {engine.value: True}},
    }


def test_other_roles_and_other_engines_leave_a_flag_alone(cast: Cast) -> None:
    put(cast, place(cast, Engine.E1), "film")
    approve(cast, Engine.E1)
    lesson_id = cast.rows["cc_lessons"]

    put(cast, Slot(cast.project_id, "captions_vtt", Engine.E1, lesson_id), "captions")
    put(cast, Slot(cast.project_id, "final_video_9x16", Engine.E1, lesson_id), "upright")
    put(cast, place(cast, Engine.E2), "branded")

    assert flags(cast) == {"e1": True}


def test_a_video_that_is_only_there_in_another_shape_is_approved(cast: Cast) -> None:
    """`build --shape 9x16` was rendered, and then refused by CC-0704 with all that it had made."""
    tall = Slot(cast.project_id, "final_video_9x16", Engine.E2, cast.rows["cc_lessons"])
    seen = []
    first = put(cast, tall, "first")
    approve(cast, Engine.E2)
    seen.append(flags(cast)["e2"])
    put(cast, tall, "second")
    seen.append(flags(cast)["e2"])
    cast.do(set_active, first.id)
    seen.append(flags(cast)["e2"])
    put(cast, place(cast, Engine.E2), "wide")
    seen.append(flags(cast)["e2"])

    assert seen == [True, False, True, False]


def test_where_nothing_is_active_nothing_is_approved(cast: Cast) -> None:
    gone = put(cast, place(cast, Engine.E4), "package")
    cast.do(delete_asset, gone.id)

    for engine in Engine:
        with pytest.raises(NothingToApprove, match="CC-0704"):
            approve(cast, engine)

    assert flags(cast) == {}


def test_editors_approve_and_reviewers_viewers_and_strangers_do_not(cast: Cast) -> None:
    put(cast, place(cast, Engine.E1), "film")

    for person, refusal in ((cast.reviewer, NotAllowed), (cast.viewer, NotAllowed), (cast.stranger, NotFound)):
        with pytest.raises(refusal):
            approve(cast, Engine.E1, author=person)
    assert flags(cast) == {}
    approve(cast, Engine.E1, author=cast.editor)

    assert flags(cast) == {"e1": True}


def test_a_lesson_that_is_missing_foreign_or_none_is_not_approved(cast: Cast) -> None:
    strangers = (UUID(int=7), cast.others["cc_lessons"], cast.rows["cc_scenes"], None)

    for lesson_id in strangers:
        with pytest.raises(NotFound, match="There is no such lesson"):
            cast.do(approve_output, Engine.E1, cast.project_id, lesson_id)
    with pytest.raises(NotFound, match="There is no such lesson"):
        cast.do(approve_output, Engine.E1, cast.others["cc_projects"], cast.rows["cc_lessons"])


@pytest.mark.parametrize("level", ["lesson", "module", "learning_unit"])
def test_an_approved_book_counts_for_the_lessons_that_have_a_section_in_it(cast: Cast, level: str) -> None:
    with cast.session() as conn:
        mapped = {"mapping_type": level, "mapping_id": cast.rows[f"cc_{level}s"]}
        conn.execute(cc_book_sections.update().values(mapped))
    put(cast, place(cast, Engine.E3), "book")

    approve(cast, Engine.E3)

    assert flags(cast) == {"e3": True}


def test_a_book_without_lessons_is_approved_by_its_event_alone(cast: Cast) -> None:
    with cast.session() as conn:
        conn.execute(cc_book_sections.update().values(mapping_type="custom", mapping_id=None))
    put(cast, place(cast, Engine.E3), "book")

    approve(cast, Engine.E3)
    approve(cast, Engine.E3)

    assert flags(cast) == {}
    assert [event.event_payload["lesson_ids"] for event in cast.events("engine3_book_approved")] == [[]]


def test_a_section_written_after_the_approval_changes_no_flag(cast: Cast) -> None:
    with cast.session() as conn:
        conn.execute(cc_book_sections.update().values(mapping_type="custom", mapping_id=None))
    first = put(cast, place(cast, Engine.E3), "book")
    approve(cast, Engine.E3)
    with cast.session() as conn:
        conn.execute(cc_book_sections.update().values(mapping_type="lesson", mapping_id=cast.rows["cc_lessons"]))
    cast.do(set_active, first.id)
    without = flags(cast)

    put(cast, place(cast, Engine.E3), "book with a lesson")
    approve(cast, Engine.E3)

    assert (without, flags(cast)) == ({}, {"e3": True})


def test_an_approval_that_was_undone_does_not_count_until_it_is_redone(cast: Cast) -> None:
    slot, seen = place(cast, Engine.E1), []
    first = put(cast, slot, "first")
    approve(cast, Engine.E1)
    approval = cast.events("engine1_video_approved")[0].id

    undone = cast.do(undo, approval)
    seen.append(flags(cast))
    put(cast, slot, "second")
    cast.do(set_active, first.id)
    seen.append(flags(cast))
    cast.do(redo, undone)
    seen.append(flags(cast))
    put(cast, slot, "second")
    cast.do(set_active, first.id)
    seen.append(flags(cast))

    assert [one.get("e1", False) for one in seen] == [False, False, True, True]


def test_the_undoing_of_a_choice_leaves_the_flag_that_is_true_then(cast: Cast) -> None:
    slot = place(cast, Engine.E1)
    first = put(cast, slot, "first")
    put(cast, slot, "second")
    cast.do(set_active, first.id)
    choice = cast.events("asset_activated")[0].id
    approve(cast, Engine.E1)

    cast.do(undo, choice)

    assert flags(cast) == {"e1": False}


def test_approving_and_publishing_at_once_ends_in_one_of_the_two_orders(cast: Cast) -> None:
    slot = place(cast, Engine.E1)
    for attempt in range(5):
        put(cast, slot, f"first {attempt}")
        acts: list[Callable[[], Any]] = [lambda: approve(cast, Engine.E1)] * 4
        acts.append(lambda attempt=attempt: put(cast, slot, f"second {attempt}"))

        answers = all_at_once(acts)

        assert not [one for one in answers if isinstance(one, CourseCrafterError)]
        (active,) = [one for one in _versions(cast, slot) if one.is_active]
        approved = {event.event_payload["asset_id"] for event in cast.events("engine1_video_approved")}
        assert flags(cast).get("e1", False) == (str(active.id) in approved)


def _versions(cast: Cast, slot: Slot) -> Any:
    with cast.session() as conn:
        return versions_of(conn, slot)


@dataclass
class Model:
    """What a slot is, said in the simplest way.

    Attributes:
        contents: by version, from 1.
        had: versions that were active when they were deleted.
    """

    contents: list[str] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    had: set[int] = field(default_factory=set)
    approved: set[int] = field(default_factory=set)
    active: int | None = None

    def put(self, content: str) -> None:
        same = [one for one, known in enumerate(self.contents, 1) if known == content and one not in self.deleted]
        if not same:
            self.contents.append(content)
        self.active = same[0] if same else len(self.contents)

    def delete(self, version: int) -> None:
        if version == self.active:
            self.had.add(version)
            self.active = None
        self.deleted.add(version)

    def restore(self, version: int) -> None:
        self.deleted.remove(version)
        if version in self.had and self.active is None:
            self.active = version
        self.had.discard(version)

    @property
    def is_done(self) -> bool:
        return self.active in self.approved


@pytest.mark.parametrize("engine", [Engine.E1, Engine.E3])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_acts_at_random_leave_the_flag_as_the_model_says(cast: Cast, engine: Engine, seed: int) -> None:
    chance, model, slot = Random(seed), Model(), place(cast, engine)  # noqa: S311 - chance, not secrecy
    ids: dict[int, UUID] = {}
    done = set()
    for step in range(100):
        live = [one for one in ids if one not in model.deleted]
        verb = chance.choice(["put", "put", "approve", "approve", "activate", "delete", "restore"])
        if verb == "put":
            content = f"content {chance.randrange(8)}"
            model.put(content)
            version = put(cast, slot, content)
            ids[version.version] = version.id
        elif verb == "approve" and model.active:
            model.approved.add(model.active)
            approve(cast, engine)
        elif verb == "activate" and live:
            model.active = chance.choice(live)
            cast.do(set_active, ids[model.active])
        elif verb == "delete" and live:
            gone = chance.choice(live)
            model.delete(gone)
            cast.do(delete_asset, ids[gone])
        elif verb == "restore" and model.deleted:
            back = chance.choice(sorted(model.deleted))
            model.restore(back)
            cast.do(restore_asset, ids[back])

        done.add((verb, model.is_done))
        assert flags(cast).get(engine.value, False) == model.is_done, f"after step {step}, {verb}"
        assert [one.version for one in _versions(cast, slot) if one.is_active] == [model.active or 0][
            : bool(model.active)
        ]
    assert {is_done for _verb, is_done in done} == {True, False}
