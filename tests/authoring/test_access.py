"""Sharing a project and leading an organisation, with an event where the author may write one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring.access import (
    people_of_project,
    remove_member,
    set_member_role,
    share_project,
    unshare_project,
)
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.projects import change_project
from coursecrafter.db.refusals import LastOwner, NotAllowed, NotFound, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_activity_log


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


def roles_of(cast: Cast) -> dict[UUID, str]:
    with cast.session() as conn:
        return {person.user_id: person.role for person in people_of_project(conn, cast.project_id)}


def told_to_the_organisation(cast: Cast) -> list[tuple[str, dict[str, Any]]]:
    wanted = sa.select(cc_activity_log).where(cc_activity_log.c.project_id.is_(None)).order_by(cc_activity_log.c.id)
    with cast.session() as conn:
        return [(row.event_type, row.event_payload) for row in conn.execute(wanted)]


def test_people_of_a_project_are_listed_with_their_roles(cast: Cast) -> None:
    with cast.session(cast.viewer) as conn:
        people = people_of_project(conn, cast.project_id)

    assert {(one.name, one.role) for one in people} == {
        ("Author", "owner"),
        ("Editor", "editor"),
        ("Reviewer", "reviewer"),
        ("Viewer", "viewer"),
    }


@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_people_of_a_foreign_project_are_nobody(cast: Cast, who: str) -> None:
    with cast.session(getattr(cast, who)) as conn, pytest.raises(NotFound):
        people_of_project(conn, cast.project_id)


def test_an_owner_shares_and_unshares_with_before_and_after(cast: Cast) -> None:
    user_id = cast.colleague.user_id

    cast.do(share_project, cast.project_id, user_id, "viewer")
    cast.do(share_project, cast.project_id, user_id, "editor")
    cast.do(unshare_project, cast.project_id, user_id)

    told = [(one.event_type, one.event_payload["before"], one.event_payload["after"]) for one in cast.events()[1:]]
    assert told == [
        ("project_shared", None, "viewer"),
        ("project_shared", "viewer", "editor"),
        ("project_unshared", "editor", None),
    ]
    assert user_id not in roles_of(cast)


def test_a_new_editor_may_change_the_project(cast: Cast) -> None:
    cast.do(share_project, cast.project_id, cast.colleague.user_id, "editor")

    cast.do(change_project, cast.project_id, name="Ours", author=cast.colleague)


def test_sharing_again_in_the_same_role_is_no_event(cast: Cast) -> None:
    cast.do(share_project, cast.project_id, cast.viewer.user_id, "viewer")

    assert cast.events("project_shared") == []


def test_an_unknown_role_is_refused(cast: Cast) -> None:
    with pytest.raises(ValueRefused, match="owner, editor, reviewer or viewer"):
        cast.do(share_project, cast.project_id, cast.colleague.user_id, "king")
    with pytest.raises(ValueRefused, match="owner, admin or member"):
        cast.do(set_member_role, cast.colleague.user_id, "king")


@pytest.mark.parametrize("who", ["editor", "reviewer", "viewer"])
def test_who_is_no_owner_shares_nothing(cast: Cast, who: str) -> None:
    author = getattr(cast, who)

    with pytest.raises(NotAllowed):
        cast.do(share_project, cast.project_id, cast.colleague.user_id, "viewer", author=author)
    with pytest.raises(NotAllowed):
        cast.do(unshare_project, cast.project_id, cast.owner.user_id, author=author)

    assert [one.event_type for one in cast.events()] == ["project_created"]


def test_a_project_is_shared_with_members_of_its_organisation_only(cast: Cast) -> None:
    with pytest.raises(NotFound, match="member"):
        cast.do(share_project, cast.project_id, cast.stranger.user_id, "viewer")
    with pytest.raises(NotFound, match="member"):
        cast.do(share_project, cast.project_id, UUID(int=5), "viewer")
    with pytest.raises(NotFound, match="project"):
        cast.do(share_project, cast.others["cc_projects"], cast.colleague.user_id, "viewer")


def test_who_has_no_role_is_not_unshared(cast: Cast) -> None:
    with pytest.raises(NotFound):
        cast.do(unshare_project, cast.project_id, cast.colleague.user_id)


def test_the_last_owner_stays_and_stays_owner(cast: Cast) -> None:
    me = cast.owner.user_id

    with pytest.raises(LastOwner, match="project"):
        cast.do(unshare_project, cast.project_id, me)
    with pytest.raises(LastOwner, match="project"):
        cast.do(share_project, cast.project_id, me, "editor")
    with pytest.raises(LastOwner, match="organisation"):
        cast.do(remove_member, me)
    with pytest.raises(LastOwner, match="organisation"):
        cast.do(set_member_role, me, "member")

    assert roles_of(cast)[me] == "owner"
    assert [one.event_type for one in cast.events()] == ["project_created"]
    assert told_to_the_organisation(cast) == []


def test_an_owner_who_becomes_a_viewer_has_told_so(cast: Cast) -> None:
    cast.do(share_project, cast.project_id, cast.editor.user_id, "owner")

    cast.do(share_project, cast.project_id, cast.editor.user_id, "viewer", author=cast.editor)

    event = cast.events("project_shared")[-1]
    assert (event.user_id, event.event_payload["after"]) == (cast.editor.user_id, "viewer")


@pytest.mark.parametrize("who", ["editor", "reviewer", "viewer"])
def test_anybody_may_leave(cast: Cast, who: str) -> None:
    author = getattr(cast, who)

    cast.do(unshare_project, cast.project_id, author.user_id, author=author)

    assert author.user_id not in roles_of(cast)


def test_an_admin_without_a_role_tells_the_organisation(cast: Cast) -> None:
    cast.do(set_member_role, cast.colleague.user_id, "admin")

    cast.do(share_project, cast.project_id, cast.colleague.user_id, "viewer", author=cast.colleague)

    told = told_to_the_organisation(cast)
    assert told == [
        ("member_role_changed", {"user_id": str(cast.colleague.user_id), "after": "admin"}),
        (
            "project_shared",
            {
                "project": str(cast.project_id),
                "user_id": str(cast.colleague.user_id),
                "before": None,
                "after": "viewer",
            },
        ),
    ]


def test_a_removed_member_leaves_every_project(cast: Cast) -> None:
    cast.do(remove_member, cast.editor.user_id)

    assert cast.editor.user_id not in roles_of(cast)
    assert told_to_the_organisation(cast)[-1][0] == "member_removed"


@pytest.mark.parametrize("verb", ["set", "remove"])
def test_a_member_leads_nobody(cast: Cast, verb: str) -> None:
    with pytest.raises(NotAllowed):
        lead(cast, verb, cast.viewer.user_id, author=cast.editor)


@pytest.mark.parametrize("verb", ["set", "remove"])
def test_a_member_of_another_organisation_is_not_there(cast: Cast, verb: str) -> None:
    with pytest.raises(NotFound, match="member"):
        lead(cast, verb, cast.stranger.user_id, author=cast.owner)


def test_two_owners_who_leave_at_once_leave_one(cast: Cast) -> None:
    cast.do(share_project, cast.project_id, cast.editor.user_id, "owner")

    def leave(author: Author) -> None:
        cast.do(unshare_project, cast.project_id, author.user_id, author=author)

    outcomes = all_at_once([lambda: leave(cast.owner), lambda: leave(cast.editor)])

    assert sorted(type(one).__name__ for one in outcomes) == ["LastOwner", "NoneType"]


def lead(cast: Cast, verb: str, user_id: UUID, *, author: Author) -> None:
    if verb == "set":
        cast.do(set_member_role, user_id, "admin", author=author)
    else:
        cast.do(remove_member, user_id, author=author)
