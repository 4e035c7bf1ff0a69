"""The organisation's library: one, whoever asks first and however many do."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from course_assets import put
from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.codes import LIBRARY_CODE
from coursecrafter.authoring.library import ensure_library, library_id, not_library
from coursecrafter.authoring.projects import change_project, create_project, delete_project, find_project
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.refusals import NotAllowed, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_projects


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


def admin_of(cast: Cast) -> Author:
    with cast.database.admin() as conn:
        address = f"admin@{cast.owner.org_id}.example"
        return Author(cast.owner.org_id, ensure_user(conn, cast.owner.org_id, address, "Admin", role="admin"))


def libraries(cast: Cast) -> list[sa.Row[tuple[UUID, str]]]:
    wanted = sa.select(cc_projects).where(cc_projects.c.org_id == cast.owner.org_id, ~not_library())
    with cast.database.admin() as conn:
        return list(conn.execute(wanted).all())


def test_the_library_is_made_once_and_takes_assets(cast: Cast) -> None:
    first = cast.do(ensure_library)
    again = cast.do(ensure_library)

    version = put(cast, Slot(first, "logo"), "logo")

    assert first == again == library_id(cast.owner.org_id)
    assert [(one.id, one.code) for one in libraries(cast)] == [(first, LIBRARY_CODE)]
    assert version.version == 1


def test_each_organisation_has_a_library_of_its_own(cast: Cast) -> None:
    ours = cast.do(ensure_library)
    theirs = cast.do(ensure_library, author=cast.stranger)

    assert ours != theirs


def test_lists_and_searches_leave_the_library_out(cast: Cast) -> None:
    cast.do(ensure_library)

    with cast.session() as conn:
        listed = conn.execute(sa.select(cc_projects.c.id).where(not_library())).scalars().all()
        found = [find_project(conn, cast.owner, name="Library", code=code) for code in (None, LIBRARY_CODE)]

    assert (listed, found) == ([cast.project_id], [None, None])


def test_no_course_takes_the_code_of_the_library(cast: Cast) -> None:
    with pytest.raises(ValueRefused, match="kept for the organisation's library"):
        cast.do(create_project, name="Course", code=LIBRARY_CODE, language="en")
    with pytest.raises(ValueRefused, match="kept for the organisation's library"):
        cast.do(change_project, cast.project_id, code=LIBRARY_CODE)

    assert cast.do(ensure_library) == library_id(cast.owner.org_id)


def test_an_admin_lets_themselves_into_a_library_that_a_member_made(cast: Cast) -> None:
    made = cast.do(ensure_library, author=cast.colleague)
    admin = admin_of(cast)

    assert cast.do(ensure_library, author=admin) == made

    with cast.session(admin) as conn:
        assert conn.scalar(sa.select(cc_projects.c.code).where(cc_projects.c.id == made)) == LIBRARY_CODE


def test_a_member_waits_to_be_let_into_a_library_that_somebody_else_made(cast: Cast) -> None:
    cast.do(ensure_library)

    with pytest.raises(NotAllowed, match="library is not shared with you"):
        cast.do(ensure_library, author=cast.editor)


def test_a_library_that_was_deleted_is_taken_back_with_what_it_held(cast: Cast) -> None:
    made = cast.do(ensure_library)
    put(cast, Slot(made, "logo"), "logo")
    cast.do(delete_project, made)

    again = cast.do(ensure_library)

    assert again == made
    assert put(cast, Slot(made, "logo"), "logo").version == 1


def test_twenty_sessions_of_one_author_get_one_library(cast: Cast) -> None:
    answers = all_at_once([lambda: cast.do(ensure_library)] * 20)

    assert set(answers) == {library_id(cast.owner.org_id)}
    assert len(libraries(cast)) == 1


def test_of_people_who_come_at_once_the_admins_all_get_in_and_one_library_is_made(cast: Cast) -> None:
    admin = admin_of(cast)
    people = [cast.owner, admin, cast.editor, cast.colleague] * 5

    answers = all_at_once([lambda who=who: cast.do(ensure_library, author=who) for who in people])

    assert len(libraries(cast)) == 1
    for who, answer in zip(people, answers, strict=True):
        assert answer == library_id(cast.owner.org_id) or (
            isinstance(answer, NotAllowed) and who in {cast.editor, cast.colleague}
        )
