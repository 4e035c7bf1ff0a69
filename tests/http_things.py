"""One of everything that an id in a call can name, in one organisation; and which name means what."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
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
from coursecrafter.authoring.assets import delete_asset, put_asset
from coursecrafter.authoring.branding import create_brand, create_template
from coursecrafter.authoring.comments import add_comment, resolve_comment
from coursecrafter.authoring.documents import add_document
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.hierarchy import (
    create_learning_unit,
    create_lesson,
    create_module,
    delete_learning_unit,
    delete_lesson,
    delete_module,
)
from coursecrafter.authoring.history import undo
from coursecrafter.authoring.library import ensure_library
from coursecrafter.authoring.projects import create_project, delete_project
from coursecrafter.authoring.render_jobs import fail_render, request_render, start_render
from coursecrafter.authoring.scenes import change_scene, create_scene, delete_scene
from coursecrafter.authoring.scripts import change_script
from coursecrafter.authoring.segments import create_segment, delete_segment
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import add_source
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.tables import cc_lessons, project_access, uploads, users
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.gateway.budgets import set_budget
from coursecrafter.gateway.connections import add_provider
from coursecrafter.gateway.sealing import load_keyring
from rendered_course import RenderedCourse, book, picture, publish, results, sound
from tenants import rows_of_a_course, table_named

DECK = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

NAMES: Mapping[str, str] = {
    "project_id": "project",
    "learning_unit_id": "learning unit",
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
    "template_id": "template",
    "document_id": "document",
    "source_id": "source",
    "music_source_id": "source",
    "asset_id": "asset",
    "job_id": "waiting job",
    "voice_track_id": "voice track",
    "comment_id": "comment",
    "event_id": "event",
    "upload_id": "upload",
    "user_id": "member",
    "invitation_id": "invitation",
    "key_id": "key",
    "session_id": "session",
    "provider_id": "provider",
    "org_id": "organisation",
    "learning_unit_ids": "learning unit",
    "module_ids": "module",
    "lesson_ids": "lesson",
    "scene_ids": "scene",
    "segment_ids": "segment",
    "logo_asset_id": "picture",
    "preview_asset_id": "picture",
    "mapping_id": "lesson",
    "about_id": "segment",
    "original": "project",
    "id": "segment",
    "ids": "interaction",
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
        "third segment": course.segments[2],
        "first interaction": course.interactions[0],
        "interaction": course.interactions[1],
        "question": course.questions[0],
        "next question": course.questions[1],
        "third question": course.questions[2],
        "book": course.book,
        "section": course.sections[0],
        "last section": course.sections[-1],
        "brand": course.brand,
        "template": course.templates[0],
    }
    with site.database.admin() as admin:
        admin.execute(
            cc_lessons.update().values(status="in_design").where(cc_lessons.c.project_id == course.project_id)
        )
    things |= _deleted(site, course)
    things |= _renders(site, made)
    things |= _materials(site, made)
    things |= _rows(site, course)
    things |= _acts(site, course, things["script"])
    things |= _gateway(site, course)
    return things | _people(site, course)


def _deleted(site: Site, course: AuthoredCourse) -> dict[str, UUID]:
    """One of each kind that can be restored."""
    author = course.author
    with site.database.app(course.identity) as conn:
        unit = create_learning_unit(conn, author, course.project_id, title="Given up")
        module = create_module(conn, author, course.units[0], title="Given up")
        lesson = create_lesson(conn, author, course.modules[0], title="Given up")
        scene = create_scene(conn, author, course.lessons[0], title="Given up")
        segment = create_segment(conn, author, course.scenes[0], Engine.E1, text="Given up.")
        branded = create_segment(conn, author, course.scenes[1], Engine.E2, text="Close every door.")
        delete_learning_unit(conn, author, unit)
        delete_module(conn, author, module)
        delete_lesson(conn, author, lesson)
        delete_scene(conn, author, scene)
        delete_segment(conn, author, segment)
    return {
        "deleted learning unit": unit,
        "deleted module": module,
        "deleted lesson": lesson,
        "deleted scene": scene,
        "deleted segment": segment,
        "branded segment": branded,
    }


def _renders(site: Site, made: RenderedCourse) -> dict[str, UUID]:
    course, lesson = made.course, made.course.lessons[0]
    publish(site.database, made, Engine.E1, lesson, results(Engine.E1))
    publish(site.database, made, Engine.E2, lesson, results(Engine.E2))
    publish(site.database, made, Engine.E3, None, results(Engine.E3))
    publish(site.database, made, Engine.E4, lesson, results(Engine.E4))
    with site.database.app(course.identity) as conn:
        waiting = request_render(conn, course.author, Engine.E1, course.project_id, lesson)
        running = request_render(conn, course.author, Engine.E1, course.project_id, course.lessons[1])
        start_render(conn, course.author, running.id)
        failed = request_render(conn, course.author, Engine.E1, course.project_id, course.lessons[2])
        fail_render(conn, course.author, failed.id, "The sound of slide 2 is missing.")
        elsewhere = {"settings": {"external": True}}
        external = request_render(conn, course.author, Engine.E1, course.project_id, course.lessons[1], **elsewhere)
        begun = request_render(conn, course.author, Engine.E1, course.project_id, course.lessons[1], **elsewhere)
        start_render(conn, course.author, begun.id)
        place = {"project_id": course.project_id, "lesson_id": lesson}
        with edit(conn, course.author, Event.ASSETS_ADDED, **place) as act:
            slot = Slot(course.project_id, "hero_image", None, lesson)
            for color in ("navy", "teal"):
                stored = made.store.put_bytes(picture(color), "image/png")
                version = put_asset(act, slot, stored, AssetType.IMAGE, {})
            logo = put_asset(
                act, Slot(course.project_id, "logo"), made.store.put_bytes(picture(), "image/png"), AssetType.IMAGE, {}
            )
        delete_asset(conn, course.author, version.id)
    return {
        "waiting job": waiting.id,
        "running job": running.id,
        "failed job": failed.id,
        "external job": external.id,
        "running external job": begun.id,
        "finished job": made.jobs[Engine.E1],
        "picture": logo.id,
        "deleted asset": version.id,
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
        resolved = add_comment(conn, author, project_id, text="This door.", lesson_id=course.lessons[0])
        resolve_comment(conn, author, resolved)
        deleted = create_project(conn, author, name="Given up", code=None, language="en")
        delete_project(conn, author, deleted)
        library = ensure_library(conn, author)
        house = create_brand(conn, author, None, name="House style", primary_color="#003366")
        house_template = create_template(conn, author, house, name="Cover", template_type="slide")
    return {
        "document": document,
        "source": source,
        "comment": comment,
        "resolved comment": resolved,
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
        }


def _acts(site: Site, course: AuthoredCourse, script_id: UUID) -> dict[str, UUID]:
    """Acts that can be turned back, and one that was."""
    author, found = course.author, {}
    with site.database.app(course.identity) as conn:

        def last() -> UUID:
            log = table_named("cc_activity_log")
            query = sa.select(log.c.id).where(log.c.project_id == course.project_id).order_by(log.c.id.desc())
            event: UUID = conn.scalars(query.limit(1)).one()
            return event

        change_script(conn, author, script_id, final_text="Find the exit first.")
        found["script event"] = last()
        change_scene(conn, author, course.scenes[1], title="Steps")
        found["undone event"] = undo(conn, author, last())
        change_scene(conn, author, course.scenes[0], title="Fire doors")
        found["event"] = last()
    return found


def _gateway(site: Site, course: AuthoredCourse) -> dict[str, UUID]:
    """A provider that is nowhere to be reached, and budgets."""
    org_id = course.author.org_id
    with site.database.app(course.identity) as conn:
        made = add_provider(
            conn,
            load_keyring(site.settings.home),
            org_id=org_id,
            name="House models",
            protocol="openai_compatible",
            base_url="https://127.0.0.1:9/v1",
        )
        for project_id in (None, course.project_id):
            set_budget(conn, org_id=org_id, project_id=project_id, period="month", limit_usd=Decimal(5))
    return {"provider": made.id}


def _people(site: Site, course: AuthoredCourse) -> dict[str, UUID]:
    author, caller = course.author, Caller(course.author.user_id, course.author.org_id, "session")
    with site.database.admin() as admin:
        member = ensure_user(admin, author.org_id, f"bystander@{author.org_id}.example", "Bystander")
        values = {"user_id": member, "project_id": course.project_id, "org_id": author.org_id, "role": "viewer"}
        admin.execute(project_access.insert().values(values))
        closed = ensure_user(admin, author.org_id, f"closed@{author.org_id}.example", "Closed")
        admin.execute(users.update().where(users.c.id == closed).values(deactivated_at=sa.func.now()))
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
        "closed member": closed,
        "upload": upload_id,
        "invitation": invitation.id,
        "key": key.id,
        "session": session.session_id,
    }
