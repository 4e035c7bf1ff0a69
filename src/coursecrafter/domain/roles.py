"""Who may do what: the one source of the policies, of their tests and of the rule tables in the documentation.

A person has one role in an organisation and, for each project that was shared with them, one role in the project. A
role gives rights; an act on a table asks for one right. Source: product ("organisations share one installation without
ever seeing each other's work"); schema 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class OrganisationRole(StrEnum):
    """A person's role in an organisation, the highest first."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class ProjectRole(StrEnum):
    """A person's role in a project, the highest first."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


class Right(StrEnum):
    """What a role gives; each is the word that `platform.scope` or `platform.organisation` takes."""

    READ = "read"
    COMMENT = "comment"
    WRITE = "write"
    OWN = "own"
    MEMBER = "member"
    ADMIN = "admin"
    GOVERN = "govern"


PROJECT_RIGHTS: Mapping[ProjectRole, frozenset[Right]] = {
    ProjectRole.OWNER: frozenset({Right.READ, Right.COMMENT, Right.WRITE, Right.OWN}),
    ProjectRole.EDITOR: frozenset({Right.READ, Right.COMMENT, Right.WRITE}),
    ProjectRole.REVIEWER: frozenset({Right.READ, Right.COMMENT}),
    ProjectRole.VIEWER: frozenset({Right.READ}),
}
"""Rights in one project."""

ORGANISATION_RIGHTS: Mapping[OrganisationRole, frozenset[Right]] = {
    OrganisationRole.OWNER: frozenset({Right.MEMBER, Right.ADMIN, Right.GOVERN}),
    OrganisationRole.ADMIN: frozenset({Right.MEMBER, Right.ADMIN}),
    OrganisationRole.MEMBER: frozenset({Right.MEMBER}),
}
"""Rights in an organisation. None of them shows a project: an admin who must see one shares it with themselves."""

RIGHT_MEANINGS: Mapping[Right, str] = {
    Right.READ: "see the project and everything in it",
    Right.COMMENT: "write review comments and resolve them",
    Right.WRITE: "change the course, render it, keep its assets",
    Right.OWN: "share the project, delete it, restore it",
    Right.MEMBER: "belong: create projects, use the organisation's brand",
    Right.ADMIN: "look after people, access to projects, the organisation's brand and its events",
    Right.GOVERN: "make and unmake owners and admins of the organisation",
}
"""What each right is for, as the documentation says it."""


def project_roles_with(right: Right) -> tuple[ProjectRole, ...]:
    """The project roles that give a right, the highest first."""
    return tuple(role for role in ProjectRole if right in PROJECT_RIGHTS[role])


def organisation_roles_with(right: Right) -> tuple[OrganisationRole, ...]:
    """The organisation roles that give a right, the highest first."""
    return tuple(role for role in OrganisationRole if right in ORGANISATION_RIGHTS[role])


@dataclass(frozen=True, slots=True)
class TableRule:
    """The right that each act on a row of a table asks for; None: nobody may, whatever their role.

    Attributes:
        without_project: the rule of rows that belong to no project, for tables that may hold such rows.
        said: what the four words cannot say, as a sentence for the documentation.
    """

    select: Right
    insert: Right
    update: Right | None
    delete: Right | None
    without_project: TableRule | None = None
    said: str = ""


_CONTENT = TableRule(Right.READ, Right.WRITE, Right.WRITE, Right.WRITE)
_LOG = TableRule(Right.READ, Right.WRITE, None, None)

TABLE_RULES: Mapping[str, TableRule] = {
    "cc_projects": TableRule(
        Right.READ,
        Right.MEMBER,
        Right.WRITE,
        Right.OWN,
        said="A new project belongs to whoever makes it. Marking it as deleted, and taking that back, asks for `own`.",
    ),
    "cc_learning_units": _CONTENT,
    "cc_modules": _CONTENT,
    "cc_lessons": _CONTENT,
    "cc_scenes": _CONTENT,
    "cc_segments": _CONTENT,
    "cc_project_context": _CONTENT,
    "cc_project_documents": _CONTENT,
    "cc_source_files": _CONTENT,
    "cc_assets": _CONTENT,
    "cc_asset_versions": _LOG,
    "cc_scripts": _CONTENT,
    "cc_voice_tracks": _CONTENT,
    "cc_brand_profiles": TableRule(
        Right.READ,
        Right.WRITE,
        Right.WRITE,
        Right.WRITE,
        TableRule(Right.MEMBER, Right.ADMIN, Right.ADMIN, Right.ADMIN),
        said="The organisation's own profiles belong to no project.",
    ),
    "cc_brand_templates": TableRule(
        Right.READ,
        Right.WRITE,
        Right.WRITE,
        Right.WRITE,
        TableRule(Right.MEMBER, Right.ADMIN, Right.ADMIN, Right.ADMIN),
        said="As the profile that the template belongs to.",
    ),
    "cc_video_render_jobs": _CONTENT,
    "cc_book_render_jobs": _CONTENT,
    "cc_scorm_render_jobs": _CONTENT,
    "cc_book_structures": _CONTENT,
    "cc_book_sections": _CONTENT,
    "cc_interactions": _CONTENT,
    "cc_quiz_questions": _CONTENT,
    "cc_ai_calls": _LOG,
    "cc_activity_log": TableRule(
        Right.READ,
        Right.WRITE,
        None,
        None,
        TableRule(Right.ADMIN, Right.ADMIN, None, None),
        said="Events whose type begins with `comment_` ask for `comment` only. Nobody writes in another's name.",
    ),
}
"""The 24 tables."""
