"""A rule: a query for what breaks it, and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from coursecrafter.db.policies.forms import ROLES
from coursecrafter.db.tables import PLATFORM, SCHEMA, metadata

BY_ALEMBIC = f"{PLATFORM}.alembic_version"
"""Alembic makes its table in its own way."""

NAMED_BY_THE_DOCUMENT = (
    "idx_cc_assets_project_lesson",
    "idx_cc_assets_segment_role_active",
    "idx_cc_learning_units_project_id_sequence",
    "idx_cc_lessons_module_sequence",
    "idx_cc_modules_learning_unit_id_sequence",
    "idx_cc_projects_code_unique",
    "idx_cc_projects_org_id",
    "idx_cc_scenes_lesson_id_sequence",
    "idx_cc_segments_scene_id_sequence",
    "idx_cc_video_render_jobs_lesson_state",
)
"""Indexes that the schema document asks for by name; they may double another."""

BOUND = {
    "schemas": [PLATFORM, SCHEMA],
    "tables": [table.name for table in metadata.tables.values() if table.schema == SCHEMA],
    "schema": SCHEMA,
    "roles": ROLES.split(", "),
    "by_alembic": BY_ALEMBIC,
    "named": list(NAMED_BY_THE_DOCUMENT),
}
"""What a rule's query may name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that breaks a rule.

    Attributes:
        rule: its name, such as `foreign_key_without_index`.
        object: what breaks it, as SQL would name it.
        sentence: what is wrong and what to do.
    """

    rule: str
    object: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: what it forbids.
        query: gives a row for each object that breaks it; the column `object` names it.
        sentence: what to do; the row's columns stand in braces.
        is_broken: whether a row that the query gives breaks the rule; for what SQL cannot say.
    """

    name: str
    query: str
    sentence: str
    is_broken: Callable[[sa.RowMapping], bool] = lambda _row: True

    def findings(self, connection: sa.Connection) -> Iterator[Finding]:
        """What breaks the rule, by name."""
        for row in connection.execute(sa.text(self.query), BOUND).mappings().all():
            if self.is_broken(row):
                yield Finding(self.name, row["object"], self.sentence.format(**row))
