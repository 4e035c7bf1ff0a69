"""Brand profiles and templates, of a project and of the organisation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from authored_course import TABLES, AuthoredCourse, content_of, events_after, race, settle_colleague, write_course
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.branding import (
    NotAPicture,
    change_brand,
    change_template,
    create_brand,
    create_template,
    delete_brand,
    delete_template,
    find_brand,
    set_brand,
)
from coursecrafter.authoring.library import ensure_library
from coursecrafter.authoring.projects import create_project, delete_project
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.refusals import NotAllowed, NotFound, UnusableText, ValueMissing, ValueRefused
from coursecrafter.db.session import Database, Identity


@pytest.fixture(scope="module")
def course(database: Database) -> AuthoredCourse:
    return write_course(database, "acme")


def add_asset(database: Database, course: AuthoredCourse, asset_type: str = "image") -> UUID:
    values = {"project_id": course.project_id, "asset_type": asset_type, "role": "logo", "is_active": False}
    with database.app(course.identity) as conn:
        count = conn.scalar(sa.select(sa.func.count()).select_from(TABLES["cc_assets"]))
        stored = {"file_path": "o", "mime_type": "image/png", "version": count + 1}
        added = TABLES["cc_assets"].insert().values(values | stored)
        found: UUID = conn.scalars(added.returning(TABLES["cc_assets"].c.id)).one()
        return found


def brand_row(database: Database, brand_id: UUID) -> dict[str, Any]:
    return content_of(database)["cc_brand_profiles"][brand_id]


@pytest.mark.parametrize(
    ("given", "kept"), [("#1F4E8C", "#1f4e8c"), ("1f4e8c", "#1f4e8c"), (" #AbC ", "#aabbcc"), ("fff", "#ffffff")]
)
def test_a_colour_is_kept_in_one_form(database: Database, course: AuthoredCourse, given: str, kept: str) -> None:
    with database.app(course.identity) as conn:
        change_brand(conn, course.author, course.brand, primary_color=given, secondary_color=given)

    row = brand_row(database, course.brand)
    assert (row["primary_color"], row["secondary_color"]) == (kept, kept)


@pytest.mark.parametrize("color", ["red", "#12345", "#gggggg", "", "#1234567", "\0", None, "#１２３"])
def test_what_is_no_colour_is_refused(database: Database, course: AuthoredCourse, color: Any) -> None:
    with database.app(course.identity) as conn, pytest.raises(ValueRefused, match="primary color of the brand profile"):
        change_brand(conn, course.author, course.brand, primary_color=color)


def test_the_event_holds_what_was_before_and_after(database: Database, course: AuthoredCourse) -> None:
    before = brand_row(database, course.brand)["name"]
    with database.app(course.identity) as conn:
        change_brand(conn, course.author, course.brand, name="Renamed", typography={})

    event = events_after(database, None)[-1]
    [change] = event["event_payload"]["changes"]
    assert (event["event_type"], change["before"], change["after"]) == (
        "brand_changed",
        {"name": before},
        {"name": "Renamed"},
    )


def test_a_deleted_profile_takes_its_templates_along_into_the_event(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        brand_id = create_brand(conn, course.author, course.project_id, name="B", primary_color="#000")
        for name in ("One", "Two"):
            create_template(conn, course.author, brand_id, name=name, template_type="slide", layout_config={"x": 1})
        delete_brand(conn, course.author, brand_id)

    assert brand_id not in content_of(database)["cc_brand_profiles"]
    event = events_after(database, None)[-1]
    removed = [(change["table"], change["before"]["name"]) for change in event["event_payload"]["changes"]]
    assert event["event_type"] == "brand_deleted"
    assert removed == [("cc_brand_templates", "One"), ("cc_brand_templates", "Two"), ("cc_brand_profiles", "B")]


def test_a_template_is_made_changed_and_deleted(database: Database, course: AuthoredCourse) -> None:
    preview = add_asset(database, course)
    with database.app(course.identity) as conn:
        made = create_template(conn, course.author, course.brand, name="T", template_type="slide")
        change_template(conn, course.author, made, layout_config={"logo": "left"}, preview_asset_id=preview)
    row = content_of(database)["cc_brand_templates"][made]
    assert (row["name"], row["layout_config"], row["preview_asset_id"]) == ("T", {"logo": "left"}, preview)

    with database.app(course.identity) as conn:
        delete_template(conn, course.author, made)
    assert made not in content_of(database)["cc_brand_templates"]


def test_a_logo_is_an_image_of_the_same_project(database: Database, course: AuthoredCourse) -> None:
    image, document = add_asset(database, course), add_asset(database, course, "document")
    elsewhere = add_asset(database, write_course(database, "cedar"))
    with database.app(course.identity) as conn:
        second = create_project(conn, course.author, name="Second", code=None, language="en")
    other = add_asset(database, AuthoredCourse(course.author, second))

    with database.app(course.identity) as conn:
        change_brand(conn, course.author, course.brand, logo_asset_id=image)
    with database.app(course.identity) as conn, pytest.raises(NotAPicture, match=r"of the type document\. \[CC-0056\]"):
        change_brand(conn, course.author, course.brand, logo_asset_id=document)
    for asset_id in (elsewhere, other, UUID(int=7)):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such asset"):
            change_brand(conn, course.author, course.brand, logo_asset_id=asset_id)
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such asset"):
            change_template(conn, course.author, course.templates[0], preview_asset_id=asset_id)
    assert brand_row(database, course.brand)["logo_asset_id"] == image


def test_a_logo_may_stand_in_the_organisations_library(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        library = AuthoredCourse(course.author, ensure_library(conn, course.author))
    logo = add_asset(database, library)

    with database.app(course.identity) as conn:
        own_brand = create_brand(conn, course.author, course.project_id, name="B", primary_color="#000")
        change_brand(conn, course.author, own_brand, logo_asset_id=logo)
        house = create_brand(conn, course.author, None, name="House", primary_color="#000", logo_asset_id=logo)

    assert brand_row(database, house)["logo_asset_id"] == logo
    own = add_asset(database, course)
    with database.app(course.identity) as conn, pytest.raises(NotFound):
        change_brand(conn, course.author, house, logo_asset_id=own)


def test_who_does_not_see_the_library_changes_a_brand_whose_logo_stands_there(
    database: Database, course: AuthoredCourse
) -> None:
    with database.app(course.identity) as conn:
        library = AuthoredCourse(course.author, ensure_library(conn, course.author))
    logo = add_asset(database, library)
    with database.app(course.identity) as conn:
        brand = create_brand(conn, course.author, course.project_id, name="B", primary_color="#000", logo_asset_id=logo)
    editor, identity = settle_colleague(database, course, "editor")

    with database.app(identity) as conn:
        change_brand(conn, editor, brand, primary_color="#336699")
    with database.app(identity) as conn, pytest.raises(NotFound, match="There is no such asset"):
        create_brand(conn, editor, course.project_id, name="C", primary_color="#000", logo_asset_id=logo)

    row = brand_row(database, brand)
    assert (row["primary_color"], row["logo_asset_id"]) == ("#336699", logo)


def test_the_organisations_brand_is_its_admins_to_change(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        house = create_brand(conn, course.author, None, name="House", primary_color="#000")
        template = create_template(conn, course.author, house, name="T", template_type="slide")
    event = events_after(database, None)[-1]
    assert (event["event_type"], event["project_id"]) == ("template_created", None)

    author, identity = settle_colleague(database, course, "editor")
    for act in (
        lambda conn: create_brand(conn, author, None, name="Mine", primary_color="#000"),
        lambda conn: change_brand(conn, author, house, name="Mine"),
        lambda conn: delete_brand(conn, author, house),
        lambda conn: create_template(conn, author, house, name="T", template_type="slide"),
        lambda conn: delete_template(conn, author, template),
    ):
        with database.app(identity) as conn, pytest.raises(NotAllowed):
            act(conn)
    with database.admin() as admin:
        boss = ensure_user(admin, course.author.org_id, "admin@acme.example", "Admin", role="admin")
    with database.app(Identity(course.author.org_id, boss)) as conn:
        change_brand(conn, Author(course.author.org_id, boss), house, name="Ours")
    assert brand_row(database, house)["name"] == "Ours"


def test_editors_may_and_the_others_may_not(database: Database, course: AuthoredCourse) -> None:
    author, identity = settle_colleague(database, course, "editor")
    with database.app(identity) as conn:
        change_brand(conn, author, course.brand, style_prefs={"tone": "warm"})
    for role, refusal in (("reviewer", NotAllowed), ("viewer", NotAllowed), (None, NotFound)):
        author, identity = settle_colleague(database, course, role)
        with database.app(identity) as conn, pytest.raises(refusal):
            create_brand(conn, author, course.project_id, name="B", primary_color="#000")
        with database.app(identity) as conn, pytest.raises(refusal):
            change_brand(conn, author, course.brand, name="B")
        with database.app(identity) as conn, pytest.raises(refusal):
            change_template(conn, author, course.templates[0], name="T")


def test_foreign_missing_and_mistaken_ids_are_answered_alike(database: Database, course: AuthoredCourse) -> None:
    other = write_course(database, "birch")

    for brand_id in (other.brand, UUID(int=7), course.templates[0]):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such brand profile"):
            delete_brand(conn, course.author, brand_id)
    for template_id in (other.templates[0], UUID(int=7), course.brand):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such template"):
            delete_template(conn, course.author, template_id)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"name": " "}, ValueRefused),
        ({"name": "x" * 501}, ValueRefused),
        ({"name": None}, ValueRefused),
        ({"name": "NUL \0"}, UnusableText),
        ({"style_prefs": {"tone": "\ud800"}}, UnusableText),
        ({"typography": None}, ValueMissing),
    ],
)
def test_bad_input_is_refused(
    database: Database, course: AuthoredCourse, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), database.app(course.identity) as conn:
        change_brand(conn, course.author, course.brand, **fields)


def test_a_brand_goes_with_its_project(database: Database) -> None:
    gone = write_course(database, "gone")
    with database.app(gone.identity) as conn:
        delete_project(conn, gone.author, gone.project_id)

    with database.app(gone.identity) as conn, pytest.raises(NotFound):
        change_brand(conn, gone.author, gone.brand, name="B")


def test_a_build_sets_the_projects_first_brand_and_writes_nothing_twice(database: Database) -> None:
    course = write_course(database, "built")
    colors = {"primary_color": "#112233", "secondary_color": "#445566"}
    with database.app(course.identity) as conn:
        create_brand(conn, course.author, course.project_id, name="Later", primary_color="#000")
        assert set_brand(conn, course.author, course.project_id, name="Deck", **colors) == course.brand
    known = len(events_after(database, None))

    with database.app(course.identity) as conn:
        set_brand(conn, course.author, course.project_id, name="Deck", **colors)
        found = find_brand(conn, course.project_id)

    assert len(events_after(database, None)) == known
    assert found is not None
    assert found.name == "Deck"


def test_twenty_who_make_and_delete_leave_nothing_half(database: Database) -> None:
    course = write_course(database, "crowd")

    def work(conn: sa.Connection, number: int) -> None:
        if number == 7:
            delete_brand(conn, course.author, course.brand)
        else:
            create_template(conn, course.author, course.brand, name=str(number), template_type="slide")

    ends = race(database, course, work)

    assert ends.keys() <= {"done", "CC-0020"}
    content = content_of(database)
    assert course.brand not in content["cc_brand_profiles"]
    assert not [row for row in content["cc_brand_templates"].values() if row["brand_profile_id"] == course.brand]
