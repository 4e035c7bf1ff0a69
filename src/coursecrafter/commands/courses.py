"""`coursecrafter course`: what an author does to whole courses; each act is in the course's history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from sqlalchemy import Connection

from coursecrafter.authoring.access import people_of_project, share_project, unshare_project
from coursecrafter.authoring.copying import copy_project
from coursecrafter.authoring.history import history, redo_last, undo_last
from coursecrafter.authoring.overview import CourseLine, list_courses, read_tree
from coursecrafter.authoring.projects import change_project, change_project_status, delete_project, restore_project
from coursecrafter.config import load_settings
from coursecrafter.db.organisations import find_member
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.roles import ProjectRole
from coursecrafter.progress import BuildProgress
from coursecrafter.wiring import Who, Workshop, open_workshop


@click.group()
def course() -> None:
    """Look after courses: copy, share, delete, restore, undo."""


@course.command("list")
@click.option("--deleted", is_flag=True, help="List the deleted ones instead.")
@click.pass_obj
def list_command(who: Who, *, deleted: bool) -> None:
    """List the courses that you may see."""
    with open_shop(who) as shop, shop.database.app(shop.identity()) as conn:
        lines = list_courses(conn, shop.author.org_id, deleted=deleted)
    for line in lines:
        click.echo(f"{line.code or line.id!s:<38} {line.status:<18} {line.updated_at:%Y-%m-%d %H:%M}  {line.name}")


@course.command("show")
@click.argument("which")
@click.pass_obj
def show_command(who: Who, which: str) -> None:
    """Show a course as its tree: learning units, modules, lessons and their states."""
    with open_shop(who) as shop, shop.database.app(shop.identity()) as conn:
        line = find_course(conn, shop, which)
        tree = read_tree(conn, line.id)
    click.echo(f"{line.name} ({line.status})")
    for unit in tree["learning_units"]:
        click.echo(f"  {unit['title']}")
        for module in unit["modules"]:
            click.echo(f"    {module['title']}")
            for lesson in module["lessons"]:
                done = ", ".join(sorted(engine for engine, is_done in lesson["engine_flags"].items() if is_done))
                click.echo(f"      {lesson['code'] or '–'} {lesson['title']} ({lesson['status']}; done: {done or '–'})")


@course.command("rename")
@click.argument("which")
@click.argument("name")
@click.pass_obj
def rename_command(who: Who, which: str, name: str) -> None:
    """Give a course another name."""
    _act(who, which, lambda conn, shop, project_id: change_project(conn, shop.author, project_id, name=name))


@course.command("archive")
@click.argument("which")
@click.pass_obj
def archive_command(who: Who, which: str) -> None:
    """Put a course away; `coursecrafter course reopen` takes it out again."""
    _act(who, which, lambda conn, shop, project_id: change_project_status(conn, shop.author, project_id, "archived"))


@course.command("reopen")
@click.argument("which")
@click.pass_obj
def reopen_command(who: Who, which: str) -> None:
    """Take an archived or finished course up again."""
    _act(who, which, lambda conn, shop, project_id: change_project_status(conn, shop.author, project_id, "in_progress"))


@course.command("copy")
@click.argument("which")
@click.option("--name", required=True, help="The copy's name.")
@click.option("--code", help="The copy's short code.")
@click.pass_obj
def copy_command(who: Who, which: str, name: str, code: str | None) -> None:
    """Copy a course: everything that an author made, and the files in use; not its jobs nor its history."""

    def act(conn: Connection, shop: Workshop, project_id: UUID) -> None:
        copy_project(conn, shop.author, shop.store, project_id, name=name, code=code)

    _act(who, which, act)


@course.command("delete")
@click.argument("which")
@click.pass_obj
def delete_command(who: Who, which: str) -> None:
    """Delete a course; `coursecrafter course restore` brings it back whole."""
    _act(who, which, lambda conn, shop, project_id: delete_project(conn, shop.author, project_id))


@course.command("restore")
@click.argument("which")
@click.pass_obj
def restore_command(who: Who, which: str) -> None:
    """Bring a deleted course back, with exactly what its deletion took along."""
    restore: Act = lambda conn, shop, project_id: restore_project(conn, shop.author, project_id)  # noqa: E731 - one use
    _act(who, which, restore, deleted=True)


@course.command("people")
@click.argument("which")
@click.pass_obj
def people_command(who: Who, which: str) -> None:
    """List who has which role in a course."""
    with open_shop(who) as shop, shop.database.app(shop.identity()) as conn:
        people = people_of_project(conn, find_course(conn, shop, which).id)
    for person in people:
        click.echo(f"{person.role:<9} {person.name}")


@course.command("share")
@click.argument("which")
@click.argument("address")
@click.argument("role", type=click.Choice([role.value for role in ProjectRole]))
@click.pass_obj
def share_command(who: Who, which: str, address: str, role: str) -> None:
    """Give somebody of your organisation a role in a course."""

    def act(conn: Connection, shop: Workshop, project_id: UUID) -> None:
        share_project(conn, shop.author, project_id, _person(shop, address), role)

    _act(who, which, act)


@course.command("unshare")
@click.argument("which")
@click.argument("address")
@click.pass_obj
def unshare_command(who: Who, which: str, address: str) -> None:
    """Take somebody's role in a course away."""

    def act(conn: Connection, shop: Workshop, project_id: UUID) -> None:
        unshare_project(conn, shop.author, project_id, _person(shop, address))

    _act(who, which, act)


@course.command("history")
@click.argument("which")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.pass_obj
def history_command(who: Who, which: str, limit: int) -> None:
    """Say what happened to a course, the latest first."""
    with open_shop(who) as shop, shop.database.app(shop.identity()) as conn:
        entries = history(conn, find_course(conn, shop, which).id, limit=limit)
    for entry in entries:
        click.echo(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.event}{'  (undone)' if entry.is_undone else ''}")


@course.command("undo")
@click.argument("which")
@click.pass_obj
def undo_command(who: Who, which: str) -> None:
    """Take your last act on a course back."""
    _act(who, which, lambda conn, shop, project_id: undo_last(conn, shop.author, project_id))


@course.command("redo")
@click.argument("which")
@click.pass_obj
def redo_command(who: Who, which: str) -> None:
    """Do again what you took back last."""
    _act(who, which, lambda conn, shop, project_id: redo_last(conn, shop.author, project_id))


Act = Callable[[Connection, Workshop, UUID], object]


def _act(who: Who, which: str, act: Act, *, deleted: bool = False) -> None:
    """Find a course and do something to it, in one transaction, as the author who sees it."""
    with open_shop(who) as shop, shop.database.app(shop.identity()) as conn:
        line = find_course(conn, shop, which, deleted=deleted)
        act(conn, shop, line.id)
    click.echo("Done.")


@contextmanager
def open_shop(who: Who) -> Iterator[Workshop]:
    """Where a command works, without bars of progress."""
    with BuildProgress(is_quiet=True) as progress, open_workshop(load_settings(), progress, who) as shop:
        yield shop


def find_course(conn: Connection, shop: Workshop, which: str, *, deleted: bool = False) -> CourseLine:
    """The course of that short code, id or name."""
    lines = list_courses(conn, shop.author.org_id, deleted=deleted)
    for matches in (
        [line for line in lines if line.code == which],
        [line for line in lines if str(line.id) == which.lower()],
        [line for line in lines if line.name == which],
    ):
        if matches:
            return matches[0]
    raise NotFound(f"There is no {'deleted ' if deleted else ''}course “{which}” that you may see.")


def _person(shop: Workshop, address: str) -> UUID:
    with shop.database.admin() as admin:
        return find_member(admin, shop.author.org_id, address)
