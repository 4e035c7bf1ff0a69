"""Copy a lesson or a whole project: deep, with new ids, and as if just written (schema 2 to 9).

A copy takes what lives and is active. It leaves behind jobs, calls to models, events, earlier versions and what is
deleted, and it starts over: no engine has rendered it. Its event names the original and the new lessons; the rows below
are not in it, since taking a copy back is deleting it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.levels import LESSONS, hold_goal, hold_in_tree, keys_below, siblings_in
from coursecrafter.authoring.ordering import place_among, renumber
from coursecrafter.authoring.projects import add_project, claim_project
from coursecrafter.authoring.row_copies import LESSON_ROOTS, OWN_TIMES, ROOTS, RowCopies
from coursecrafter.authoring.rows import hold_row
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.tables import cc_lessons, cc_projects
from coursecrafter.storage.objects import ObjectStore


def copy_lesson(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    lesson_id: UUID,
    *,
    module_id: UUID | None = None,
    position: int | None = None,
    title: str | None = None,
) -> UUID:
    """Copy a lesson into its module or another of the same project; the copy's id.

    The copy has no code: two lessons of one code would both lose it in the names of files. It stays in the project,
    since its slides are known by their numbers in the project's deck.

    Args:
        module_id: None: where the original stands.
        position: None: behind the original, or at the end of another module.
        title: None: the original's.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
        MoveRefused: CC-0032, the module belongs to another project.
        ObjectMissing: CC-0702.
    """
    row = hold_in_tree(conn, cc_lessons, lesson_id)
    goal = hold_goal(conn, LESSONS, row, row.module_id if module_id is None else module_id)
    siblings = siblings_in(conn, LESSONS, goal.id)
    if position is None and goal.id == row.module_id:
        position = siblings.index(lesson_id) + 2
    copy_id: UUID = conn.execute(select(func.platform.uuidv7())).scalar_one()
    order = place_among(siblings, copy_id, position)
    begun = {**_begun(row), **keys_below(LESSONS, goal), "code": None, "sequence": order.index(copy_id) + 1}
    begun["title"] = row.title if title is None else title
    require_titles(cc_lessons, begun, "title")
    place = {"project_id": row.project_id, "lesson_id": copy_id}
    with edit(conn, author, Event.LESSON_COPIED, **place, original=str(lesson_id), lessons=[str(copy_id)]) as act:
        act.add(cc_lessons, id=copy_id, **begun)
        renumber(act, cc_lessons, order)
        copies = RowCopies(
            conn, store, {cc_projects: {row.project_id: row.project_id}, cc_lessons: {lesson_id: copy_id}}
        )
        act.payload["copied"] = copies.copy(LESSON_ROOTS)
    return copy_id


def copy_project(
    conn: Connection, author: Author, store: ObjectStore, project_id: UUID, *, name: str, code: str | None
) -> UUID:
    """Copy a project within its organisation, as a draft of the author's; the copy's id.

    The session must be open for the whole organisation, since the copy is another project. Whoever works in a lesson
    meanwhile is waited for.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021, also for who may see the original but not change it.
        ValueRefused: CC-0022.
        AlreadyTaken: CC-0024, naming the code.
        ObjectMissing: CC-0702.
    """
    row = hold_row(conn, cc_projects, project_id)
    lessons = select(cc_lessons.c.id).where(cc_lessons.c.project_id == project_id).order_by(cc_lessons.c.id)
    conn.execute(lessons.with_for_update(key_share=True)).all()
    copy_id = claim_project(conn, author)
    begun = {"description": row.description, "default_language": row.default_language, "status": "draft"}
    with edit(conn, author, Event.PROJECT_COPIED, project_id=copy_id, original=str(project_id)) as act:
        add_project(act, author, copy_id, name=name, code=code, **begun)
        copies = RowCopies(conn, store, {cc_projects: {project_id: copy_id}})
        act.payload["copied"] = copies.copy(ROOTS)
        act.payload["lessons"] = [str(one) for one in copies.ids[cc_lessons].values()]
    return copy_id


def _begun(row: Row[Any]) -> dict[str, Any]:
    """A lesson's fields as its copy begins with them: nothing is rendered of it."""
    own = {name: value for name, value in row._asdict().items() if name not in {"id", *OWN_TIMES}}
    return {**own, "engine_flags": {}, "status": "draft" if row.status == "draft" else "in_design"}
