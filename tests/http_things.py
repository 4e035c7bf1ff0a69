"""One of everything that an id in a call can name, in one organisation; and which name means what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from authored_course import AuthoredCourse
from coursecrafter.accounts.caller import Caller, Scope
from coursecrafter.accounts.events import HERE
from coursecrafter.accounts.invitations import invite
from coursecrafter.accounts.keys import make_key
from coursecrafter.accounts.people import find_account
from coursecrafter.accounts.sessions import open_session
from coursecrafter.api.site import Site
from coursecrafter.authoring.branding import create_brand, create_template
from coursecrafter.authoring.comments import add_comment
from coursecrafter.authoring.documents import add_document
from coursecrafter.authoring.library import ensure_library
from coursecrafter.authoring.projects import create_project, delete_project
from coursecrafter.authoring.render_jobs import fail_render, request_render, start_render
from coursecrafter.authoring.sources import add_source
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.tables import cc_lessons, project_access, uploads
from coursecrafter.domain.course import Engine
from rendered_course import RenderedCourse, book, publish, results, sound
from tenants import rows_of_a_course, table_named

DECK = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

NAMES: Mapping[str, str] = {
    "project_id": "project",
    "learning_unit_id": "learning unit",
    "unit_id": "learning unit",
    "module_id": "module",
    "lesson_id": "lesson",
    "scene_id": "scene",
    "segment_id": "segment",
    "script_id": "script",
    "interaction_id": "interaction",
    "question_id": "question",
    "book_id": "book",
    "section_id": "section",
    "brand_profile_id": "brand",
    "brand_id": "brand",
    "template_id": "template",
    "document_id": "document",
    "source_id": "source",
    "source_file_id": "source",
    "asset_id": "asset",
    "job_id": "waiting job",
    "voice_track_id": "voice track",
    "track_id": "voice track",
    "comment_id": "comment",
    "event_id": "event",
    "upload_id": "upload",
    "user_id": "member",
    "invitation_id": "invitation",
    "key_id": "key",
    "session_id": "session",
    "org_id": "organisation",
}
"""What an id is of, by the name it has in a path or a body."""


def settle_things(site: Site, course: AuthoredCourse) -> dict[str, UUID]:
    """Make them beside what the course has; ids by what they are of."""
    made = RenderedCourse(course, site.store(course.author.org_id), {}, {}, {})
    things = {
        "organisation": course.author.org_id,
        "project": course.project_id,
        "learning unit": course.units[0],
        "other learning unit": course.units[1],
        "module": course.modules[0],
        "other module": course.modules[1],
        "lesson": course.lessons[0],
        "other lesson": course.lessons[1],
        "scene": course.scenes[0],
        "other scene": course.scenes[1],
        "segment": course.segments[0],
        "next segment": course.segments[1],
        "interaction": course.interactions[1],
        "question": course.questions[0],
        "book": course.book,
        "section": course.sections[0],
        "brand": course.brand,
        "template": course.templates[0],
    }
    with site.database.admin() as admin:
        admin.execute(
            cc_lessons.update().values(status="in_design").where(cc_lessons.c.project_id == course.project_id)
        )
    things |= _renders(site, made)
    things |= _materials(site, made)
    things |= _rows(site, course)
    return things | _people(site, course)


def _renders(site: Site, made: RenderedCourse) -> dict[str, UUID]:
    course, lesson = made.course, made.course.lessons[0]
    publish(site.database, made, Engine.E1, lesson, results(Engine.E1))
    publish(site.database, made, Engine.E3, None, results(Engine.E3))
    publish(site.database, made, Engine.E4, lesson, results(Engine.E4))
    with site.database.app(course.identity) as conn:
        waiting = request_render(conn, course.author, Engine.E1, course.project_id, lesson)
        running = request_render(conn, course.author, Engine.E1, course.project_id, course.lessons[1])
        start_render(conn, course.author, running.id)
        failed = request_render(conn, course.author, Engine.E1, course.project_id, course.lessons[2])
        fail_render(conn, course.author, failed.id, "The sound of slide 2 is missing.")
    return {
        "waiting job": waiting.id,
        "running job": running.id,
        "failed job": failed.id,
        "finished job": made.jobs[Engine.E1],
        "asset": made.assets[Engine.E1, "poster"],
        "film": made.assets[Engine.E1, "final_video"],
    }


def _materials(site: Site, made: RenderedCourse) -> dict[str, UUID]:
    course, store = made.course, made.store
    author, project_id = course.author, course.project_id
    handbook, deck = store.put_bytes(book(), "application/pdf"), store.put_bytes(b"deck", DECK)
    with site.database.app(course.identity) as conn:
        document = add_document(conn, author, project_id, handbook, name="handbook.pdf", title="Handbook")
        source = add_source(
            conn,
            author,
            project_id,
            deck,
            file_type="pptx",
            purpose="engine1_ppt",
            name="deck.pptx",
            lesson_id=course.lessons[0],
        )
        comment = add_comment(conn, author, project_id, text="Which door?", lesson_id=course.lessons[0])
        deleted = create_project(conn, author, name="Given up", code=None, language="en")
        delete_project(conn, author, deleted)
        library = ensure_library(conn, author)
        house = create_brand(conn, author, None, name="House style", primary_color="#003366")
        house_template = create_template(conn, author, house, name="Cover", template_type="slide")
    return {
        "document": document,
        "source": source,
        "comment": comment,
        "deleted project": deleted,
        "library": library,
        "house brand": house,
        "house template": house_template,
    }


def _rows(site: Site, course: AuthoredCourse) -> dict[str, UUID]:
    """Rows that no verb makes alone."""
    speech = site.store(course.author.org_id).put_bytes(sound(), "audio/wav")
    segment = course.segments[0]
    with site.database.admin() as admin:

        def newest(name: str, **where: Any) -> UUID:
            table = table_named(name)
            query = sa.select(table.c.id).filter_by(**where).order_by(table.c.id.desc()).limit(1)
            found: UUID = admin.scalars(query).one()
            return found

        ids = {
            "cc_lessons": course.lessons[0],
            "cc_scenes": course.scenes[0],
            "cc_segments": segment,
            "cc_scripts": newest("cc_scripts", segment_id=segment),
        }
        values = dict(rows_of_a_course(course.author.org_id, course.project_id, ids))

        def add(name: str, **more: Any) -> UUID:
            table = table_named(name)
            made: UUID = admin.scalars(table.insert().values(values[name]() | more).returning(table.c.id)).one()
            return made

        return {
            "script": ids["cc_scripts"],
            "voice track": add("cc_voice_tracks", file_path=speech.key, status="generated"),
            "model call": add("cc_ai_calls"),
            "event": newest("cc_activity_log", project_id=course.project_id, event_type="segment_created"),
        }


def _people(site: Site, course: AuthoredCourse) -> dict[str, UUID]:
    author, caller = course.author, Caller(course.author.user_id, course.author.org_id, "session")
    with site.database.admin() as admin:
        member = ensure_user(admin, author.org_id, f"bystander@{author.org_id}.example", "Bystander")
        values = {"user_id": member, "project_id": course.project_id, "org_id": author.org_id, "role": "viewer"}
        admin.execute(project_access.insert().values(values))
        place = {"org_id": author.org_id, "user_id": author.user_id, "project_id": course.project_id}
        upload = uploads.insert().values(
            **place,
            purpose="document",
            file_name="plan.pdf",
            size_bytes=9,
            expires_at=sa.text("now() + interval '1 day'"),
        )
        upload_id = admin.scalars(upload.returning(uploads.c.id)).one()
    with site.database.accounts() as conn:
        _, invitation = invite(conn, caller, f"guest@{author.org_id}.example", "member", HERE)
        _, key = make_key(conn, caller, "nightly", {Scope.READ}, HERE)
        account = find_account(conn, user_id=author.user_id)
        assert account is not None
        _, session = open_session(conn, account, author.org_id, HERE)
    assert session.session_id is not None
    return {
        "member": member,
        "upload": upload_id,
        "invitation": invitation.id,
        "key": key.id,
        "session": session.session_id,
    }
