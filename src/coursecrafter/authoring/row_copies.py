"""Copy the rows below a project or a lesson, table by table, each in one statement.

Which tables are copied, and by which key a row belongs to what is copied with it, is `ROOTS`; every other key follows
from the tables themselves. New ids ascend as the old ones do, since ids settle the order of equal places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Table,
    TableValuedAlias,
    Text,
    Uuid,
    any_,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from coursecrafter.authoring.assets import stored_object
from coursecrafter.db.tables import (
    cc_activity_log,
    cc_ai_calls,
    cc_asset_versions,
    cc_assets,
    cc_book_render_jobs,
    cc_book_sections,
    cc_book_structures,
    cc_brand_profiles,
    cc_brand_templates,
    cc_interactions,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_project_context,
    cc_project_documents,
    cc_projects,
    cc_quiz_questions,
    cc_scenes,
    cc_scorm_render_jobs,
    cc_scripts,
    cc_segments,
    cc_source_files,
    cc_video_render_jobs,
    cc_voice_tracks,
)
from coursecrafter.storage.objects import ObjectStore

ROOTS: Mapping[Table, str] = {
    cc_learning_units: "project_id",
    cc_modules: "learning_unit_id",
    cc_lessons: "module_id",
    cc_scenes: "lesson_id",
    cc_segments: "scene_id",
    cc_project_context: "project_id",
    cc_project_documents: "project_id",
    cc_source_files: "project_id",
    cc_assets: "project_id",
    cc_scripts: "scene_id",
    cc_voice_tracks: "script_id",
    cc_brand_profiles: "project_id",
    cc_brand_templates: "brand_profile_id",
    cc_book_structures: "project_id",
    cc_book_sections: "book_id",
    cc_interactions: "lesson_id",
    cc_quiz_questions: "lesson_id",
}
"""By table, the key to what a row is copied with; parents first."""

LESSON_ROOTS: Mapping[Table, str] = {
    cc_scenes: "lesson_id",
    cc_segments: "scene_id",
    cc_source_files: "lesson_id",
    cc_assets: "lesson_id",
    cc_scripts: "scene_id",
    cc_voice_tracks: "script_id",
    cc_interactions: "lesson_id",
    cc_quiz_questions: "lesson_id",
}
"""The same for what stands in a lesson."""

ADDED_APART = (cc_projects, cc_asset_versions)
"""A project's own row is its act's; a copied asset begins with a snapshot of its own."""

LEFT_BEHIND = (cc_video_render_jobs, cc_book_render_jobs, cc_scorm_render_jobs, cc_ai_calls, cc_activity_log)
"""What happened to the original did not happen to its copy."""

OWN_TIMES = frozenset({"created_at", "updated_at"})
"""A copied row begins when it is copied."""

LOOSE = frozenset({"logo_asset_id", "preview_asset_id"})
"""Keys that a row can do without: it is copied even if what they name is not."""

AN_ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DOCUMENT_PARSE = "document_parse_"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class RowCopies:
    """Rows on their way into a copy.

    Attributes:
        ids: by table, the new id of each row's id; what stands above the copied rows is given.
    """

    conn: Connection
    store: ObjectStore
    ids: dict[Table, dict[UUID, UUID]]

    def copy(self, roots: Mapping[Table, str]) -> dict[str, int]:
        """Copy the live rows that belong to what `ids` holds; how many of each table.

        Of an asset's versions the active one is copied, as version 1. Ids that stand inside JSON, in a column or in an
        asset's file, are said anew.
        """
        for table, root in roots.items():
            self.ids[table] = self._new_ids(table, root)
            if self.ids[table]:
                self._insert(table)
        known = {str(old).encode(): str(new).encode() for ids in self.ids.values() for old, new in ids.items()}
        for table in roots:
            self._say_ids_anew(table, known)
        self._rewrite_files(known)
        self._add_snapshots()
        self._reject_voices()
        return {table.name: len(self.ids[table]) for table in roots if self.ids[table]}

    def _new_ids(self, table: Table, root: str) -> dict[UUID, UUID]:
        """The rows to copy, each with its new id."""
        keys = _keys(table, self.ids)
        wanted = [table.c[root] == any_(_array(self.ids[keys[root]]))]
        wanted += [
            or_(table.c[key].is_(None), table.c[key] == any_(_array(self.ids[keys[key]])))
            for key in keys.keys() - {root, *LOOSE}
        ]
        if "deleted_at" in table.c:
            wanted.append(table.c.deleted_at.is_(None))
        if "is_active" in table.c:
            wanted.append(table.c.is_active)
        made = select(table.c.id, func.platform.uuidv7(type_=Uuid).label("new_id")).where(*wanted)
        rows = self.conn.execute(made).all()
        return dict(zip(sorted(row.id for row in rows), sorted(row.new_id for row in rows), strict=True))

    def _insert(self, table: Table) -> None:
        own = _pairs(self.ids[table], "own")
        source: FromClause = table.join(own, own.c.old == table.c.id)
        values: dict[str, ColumnElement[Any]] = {name: one for name, one in table.c.items() if name not in OWN_TIMES}
        values["id"] = own.c.new
        for name, target in _keys(table, self.ids).items():
            pairs = _pairs(self.ids[target], name)
            source = source.outerjoin(pairs, pairs.c.old == table.c[name])
            values[name] = func.coalesce(pairs.c.new, self._elsewhere(table.c[name])) if name in LOOSE else pairs.c.new
        if table is cc_lessons:
            del values["engine_flags"]  # nothing was rendered of the copy
            values["status"] = case((table.c.status == "draft", "draft"), else_="in_design")
        elif table is cc_voice_tracks:
            # No track begins as rejected; see `_reject_voices`.
            values["status"] = case((table.c.status == "rejected", "generated"), else_=table.c.status)
        elif table is cc_assets:
            source, values["role"] = self._role(source)
            values["version"] = literal(1)
        elif table is cc_book_sections:
            source, values["mapping_id"], values["mapping_type"] = self._mapping(source)
        self.conn.execute(table.insert().from_select(list(values), select(*values.values()).select_from(source)))

    def _elsewhere(self, key: ColumnElement[UUID]) -> ColumnElement[UUID]:
        """A picture of another project, as the organisation's logo, serves the copy too."""
        inside = cc_assets.c.project_id == any_(_array(self.ids[cc_projects]))
        return select(cc_assets.c.id).where(cc_assets.c.id == key, ~inside).scalar_subquery()

    def _role(self, source: FromClause) -> tuple[FromClause, ColumnElement[str]]:
        """What a document's reader found is named by the document."""
        pairs = _pairs(self.ids.get(cc_project_documents, {}), "document")
        source = source.outerjoin(pairs, cc_assets.c.role == literal(DOCUMENT_PARSE) + cast(pairs.c.old, Text))
        return source, func.coalesce(literal(DOCUMENT_PARSE) + cast(pairs.c.new, Text), cc_assets.c.role)

    def _mapping(self, source: FromClause) -> tuple[FromClause, ColumnElement[UUID], ColumnElement[str]]:
        """A section of what is not in the copy stays, on its own."""
        pairs = _pairs(self.ids[cc_learning_units] | self.ids[cc_modules] | self.ids[cc_lessons], "mapped")
        source = source.outerjoin(pairs, pairs.c.old == cc_book_sections.c.mapping_id)
        kind = case((pairs.c.new.is_(None), "custom"), else_=cc_book_sections.c.mapping_type)
        return source, pairs.c.new, kind

    def _say_ids_anew(self, table: Table, known: Mapping[bytes, bytes]) -> None:
        """Replace ids inside JSON columns."""
        for name, one in table.c.items():
            if not isinstance(one.type, JSONB):
                continue
            has_id = cast(one, Text).regexp_match(AN_ID.pattern.decode())
            rows = self.conn.execute(
                select(table.c.id, one).where(table.c.id == any_(_array(self._made(table))), has_id)
            )
            for row_id, value in rows.all():
                anew = json.loads(_anew(json.dumps(value).encode(), known))
                if anew != value:
                    self.conn.execute(table.update().where(table.c.id == row_id).values({name: anew}))

    def _rewrite_files(self, known: Mapping[bytes, bytes]) -> None:
        """Replace ids inside the JSON files of assets, as the headings of a branded video name their scenes."""
        table = cc_assets
        wanted = select(table).where(table.c.id == any_(_array(self._made(table))), table.c.mime_type == JSON)
        for row in self.conn.execute(wanted).all():
            content = self.store.get_bytes(stored_object(row.metadata, JSON))
            anew = _anew(content, known)
            if anew == content:
                continue
            stored = self.store.put_bytes(anew, JSON)
            described = {**row.metadata, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
            changed = table.update().where(table.c.id == row.id)
            self.conn.execute(changed.values(file_path=stored.key, metadata=described))

    def _add_snapshots(self) -> None:
        columns = ("asset_id", "file_path", "version", "metadata")
        table = cc_assets
        begun = select(table.c.id, table.c.file_path, table.c.version, table.c.metadata)
        made = begun.where(table.c.id == any_(_array(self._made(table))))
        self.conn.execute(cc_asset_versions.insert().from_select(columns, made))

    def _reject_voices(self) -> None:
        own = _pairs(self.ids[cc_voice_tracks], "own")
        original, table = cc_voice_tracks.alias("original"), cc_voice_tracks
        rejected = table.update().where(table.c.id == own.c.new, original.c.id == own.c.old)
        self.conn.execute(rejected.where(original.c.status == "rejected").values(status="rejected"))

    def _made(self, table: Table) -> list[UUID]:
        return list(self.ids[table].values())


def _keys(table: Table, copied: Collection[Table]) -> dict[str, Table]:
    """The columns that name a row of a table which is copied, and that table."""
    return {
        one.name: key.column.table
        for one in table.c
        for key in one.foreign_keys
        if key.column.name == "id" and key.column.table in copied
    }


def _anew(content: bytes, known: Mapping[bytes, bytes]) -> bytes:
    """A text with each known id replaced."""
    return AN_ID.sub(lambda found: known.get(found[0], found[0]), content)


def _array(ids: Iterable[UUID]) -> ColumnElement[Any]:
    return literal(list(ids), ARRAY(Uuid))


def _pairs(ids: Mapping[UUID, UUID], name: str) -> TableValuedAlias:
    """Old and new ids as a table."""
    pairs = func.unnest(_array(ids), _array(ids.values()))
    return pairs.table_valued(column("old", Uuid), column("new", Uuid), name=f"new_{name}").render_derived()
