"""`/cc/comments`: what reviewers say about a course and its parts."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Prose, page
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.base import PageOf
from coursecrafter.api.shapes.logs import Comment
from coursecrafter.authoring import comments
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.reading.comments import read_comment, read_comments
from coursecrafter.reading.pages import CursorRefused, Page

routes = Routes("/cc/comments", "Comments")

Table = Literal[
    "cc_projects",
    "cc_learning_units",
    "cc_modules",
    "cc_lessons",
    "cc_scenes",
    "cc_segments",
    "cc_project_context",
    "cc_project_documents",
    "cc_source_files",
    "cc_assets",
    "cc_scripts",
    "cc_voice_tracks",
    "cc_brand_profiles",
    "cc_brand_templates",
    "cc_video_render_jobs",
    "cc_book_render_jobs",
    "cc_scorm_render_jobs",
    "cc_book_structures",
    "cc_book_sections",
    "cc_interactions",
    "cc_quiz_questions",
]


class AboutRow(Body):
    """The part of the course that a comment is about."""

    table: Table
    id: UUID


class NewComment(Body):
    """A comment on a course, on one of its lessons or on a part of them."""

    project_id: UUID
    text: Prose
    lesson_id: UUID | None = None
    about: AboutRow | None = None

    model_config = example(project_id=ONE, text="Too fast for newcomers.", about={"table": "cc_segments", "id": OTHER})


@routes.acts("/create", Comment, status=201, refuses=(NotFound, NotAllowed, ValueRefused))
def create(call: Calling, body: NewComment) -> Response:
    """Comment on a course or a part of it."""

    def work(conn: Connection) -> bytes:
        about = None if body.about is None else comments.About(body.about.table, body.about.id)
        made = comments.add_comment(
            conn, call.author, body.project_id, text=body.text, lesson_id=body.lesson_id, about=about
        )
        return read_comment(conn, made)

    return call.act(work, status=201, project_id=body.project_id)


@routes.reads("/{project_id}/list", PageOf[Comment], refuses=(NotFound, CursorRefused))
def read_list(
    call: Calling,
    project_id: UUID,
    wanted: Annotated[Page, Depends(page)],
    lesson_id: Annotated[UUID | None, Query(description="Only those of this lesson.")] = None,
    about_table: Annotated[Table | None, Query(description="Only those about a row of this table.")] = None,
    about_id: Annotated[UUID | None, Query(description="Only those about this row.")] = None,
    *,
    resolved: Annotated[bool | None, Query(description="Only what is resolved, or only what is open.")] = None,
) -> Response:
    """The comments on a course, the oldest first."""
    return call.read(
        lambda conn: read_comments(
            conn,
            project_id,
            wanted,
            lesson_id=lesson_id,
            about_table=about_table,
            about_id=about_id,
            is_resolved=resolved,
        ),
        project_id=project_id,
    )


@routes.acts("/{comment_id}/resolve", Comment)
def resolve(call: Calling, comment_id: UUID) -> Response:
    """Mark a comment as dealt with."""

    def work(conn: Connection) -> bytes:
        comments.resolve_comment(conn, call.author, comment_id)
        return read_comment(conn, comment_id)

    return call.act(work)


@routes.acts("/{comment_id}/reopen", Comment)
def reopen(call: Calling, comment_id: UUID) -> Response:
    """Take back that a comment was dealt with."""

    def work(conn: Connection) -> bytes:
        comments.reopen_comment(conn, call.author, comment_id)
        return read_comment(conn, comment_id)

    return call.act(work)
