"""The schema has no finding, and each rule names what is planted against it, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursecrafter.db import commands
from coursecrafter.db.lints import RULES, Finding, lint
from coursecrafter.db.lints.rule import NAMED_BY_THE_DOCUMENT
from coursecrafter.db.session import Database
from coursecrafter.db.upgrade import SchemaBehind, migrate_down
from database import TestServer

S = "course_crafter"
DOCUMENT = Path(__file__).parents[2] / "docs" / "schema" / "schema.json"
TO_APP = "TO cc_app USING"

# What is planted, the rule it breaks, and the words that must follow; each on objects that no other line touches.
PLANTED = [
    (
        f"DROP INDEX {S}.idx_cc_ai_calls_lesson_id",
        "foreign_key_without_index",
        "Foreign key fk_cc_ai_calls_lesson_id of course_crafter.cc_ai_calls has no index",
    ),
    (
        (
            f"DROP INDEX {S}.idx_cc_activity_log_org_id;"
            f"CREATE INDEX partly ON {S}.cc_activity_log (org_id) WHERE project_id IS NULL"
        ),
        "foreign_key_without_index",
        "fk_cc_activity_log_org_id of course_crafter.cc_activity_log has no index over all rows: add one that begins",
    ),
    (
        f"CREATE INDEX again ON {S}.cc_modules (project_id)",
        "doubled_index",
        "Index course_crafter.idx_cc_modules_project_id does what again of course_crafter.cc_modules does: drop it.",
    ),
    (
        f"CREATE INDEX key_again ON {S}.cc_brand_templates (id)",
        "doubled_index",
        "Index course_crafter.key_again does what pk_cc_brand_templates of",
    ),
    (
        (
            "CREATE INDEX unfinished ON course_crafter.cc_lessons (title);"
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'course_crafter.unfinished'::regclass"
        ),
        "invalid_index",
        "Index course_crafter.unfinished of course_crafter.cc_lessons was never finished",
    ),
    (
        f"ALTER TABLE {S}.cc_quiz_questions DROP CONSTRAINT pk_cc_quiz_questions",
        "no_primary_key",
        "Table course_crafter.cc_quiz_questions has no primary key",
    ),
    (
        f"ALTER TABLE {S}.cc_lessons ADD CONSTRAINT late CHECK (title <> '') NOT VALID",
        "constraint_not_valid",
        "Constraint late of course_crafter.cc_lessons does not hold for every row",
    ),
    (
        f"ALTER TABLE {S}.cc_scenes DISABLE ROW LEVEL SECURITY",
        "policies_without_row_security",
        "Table course_crafter.cc_scenes has policies that nobody asks",
    ),
    (
        (
            "CREATE TABLE platform.hidden (id uuid PRIMARY KEY); COMMENT ON TABLE platform.hidden IS 'x';"
            "COMMENT ON COLUMN platform.hidden.id IS 'x'; ALTER TABLE platform.hidden ENABLE ROW LEVEL SECURITY"
        ),
        "row_security_without_policy",
        "Table platform.hidden has row-level security and no policy",
    ),
    (
        f"ALTER TABLE {S}.cc_segments NO FORCE ROW LEVEL SECURITY",
        "row_security_not_forced",
        "Table course_crafter.cc_segments is one of the 24: ENABLE and FORCE",
    ),
    (
        (
            "CREATE TABLE platform.open (id uuid PRIMARY KEY); COMMENT ON TABLE platform.open IS 'x';"
            "COMMENT ON COLUMN platform.open.id IS 'x'; GRANT SELECT ON platform.open TO cc_app"
        ),
        "granted_without_row_security",
        "cc_app reaches every row of platform.open",
    ),
    (
        (
            "CREATE TABLE platform.ajar (id uuid PRIMARY KEY); COMMENT ON TABLE platform.ajar IS 'x';"
            "COMMENT ON COLUMN platform.ajar.id IS 'x'; GRANT UPDATE (id) ON platform.ajar TO cc_worker"
        ),
        "granted_without_row_security",
        "cc_worker reaches every row of platform.ajar",
    ),
    (
        (
            "CREATE MATERIALIZED VIEW platform.kept AS SELECT 1 AS id;"
            "COMMENT ON MATERIALIZED VIEW platform.kept IS 'x'; GRANT SELECT ON platform.kept TO cc_app"
        ),
        "granted_without_row_security",
        "cc_app reaches every row of platform.kept",
    ),
    (
        f"CREATE POLICY too ON {S}.cc_modules FOR SELECT {TO_APP} (title = 'x')",
        "several_permissive_policies",
        "course_crafter.cc_modules asks cc_modules_read, too for every SELECT of cc_app",
    ),
    (
        f"CREATE POLICY everybody ON {S}.cc_scripts FOR ALL USING (engine = 'e1')",
        "several_permissive_policies",
        "course_crafter.cc_scripts asks cc_scripts_remove, everybody for every DELETE of cc_worker",
    ),
    (
        f"ALTER POLICY cc_assets_read ON {S}.cc_assets USING (true)",
        "policy_always_true",
        "Policy cc_assets_read of course_crafter.cc_assets lets every row through",
    ),
    (
        f"ALTER POLICY cc_modules_change ON {S}.cc_modules USING (project_id = ANY(platform.scope('write')))",
        "policy_calls_per_row",
        "Policy cc_modules_change of course_crafter.cc_modules calls a function for each row",
    ),
    (
        (
            f"ALTER POLICY cc_lessons_add ON {S}.cc_lessons"
            " WITH CHECK (project_id = current_setting('cc.project_id', true)::uuid)"
        ),
        "policy_calls_per_row",
        "Policy cc_lessons_add of course_crafter.cc_lessons calls",
    ),
    (
        f"ALTER POLICY cc_ai_calls_read ON {S}.cc_ai_calls USING ((SELECT project_id = ANY(platform.scope('read'))))",
        "policy_calls_per_row",
        "Policy cc_ai_calls_read of course_crafter.cc_ai_calls calls",
    ),
    (
        (
            f"ALTER POLICY cc_voice_tracks_read ON {S}.cc_voice_tracks USING (EXISTS (SELECT FROM {S}.cc_lessons p"
            " WHERE p.id = lesson_id AND p.project_id = ANY(platform.scope('read'))))"
        ),
        "policy_calls_per_row",
        "Policy cc_voice_tracks_read of course_crafter.cc_voice_tracks calls",
    ),
    (
        f"GRANT SELECT ON {S}.cc_projects TO PUBLIC",
        "granted_to_public",
        "Everybody has SELECT on table course_crafter.cc_projects",
    ),
    (
        f"GRANT UPDATE (title) ON {S}.cc_lessons TO PUBLIC",
        "granted_to_public",
        "Everybody has UPDATE on column course_crafter.cc_lessons.title",
    ),
    ("GRANT CREATE ON SCHEMA platform TO PUBLIC", "granted_to_public", "Everybody has CREATE on schema platform"),
    (
        "GRANT EXECUTE ON FUNCTION platform.revision() TO PUBLIC",
        "security_definer_for_everybody",
        "Everybody may call platform.revision() with its owner's rights",
    ),
    (
        "CREATE FUNCTION platform.fresh() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1'",
        "security_definer_for_everybody",
        "Everybody may call platform.fresh() with its owner's rights",
    ),
    (
        "ALTER FUNCTION platform.uuidv7() RESET search_path",
        "mutable_search_path",
        "Function platform.uuidv7() finds names by its caller's search_path",
    ),
    (
        f"ALTER TABLE {S}.cc_modules DISABLE TRIGGER cc_modules_touch",
        "disabled_trigger",
        "Trigger cc_modules_touch of course_crafter.cc_modules does not fire",
    ),
    (
        f"ALTER TABLE {S}.cc_lessons ENABLE REPLICA TRIGGER cc_lessons_touch",
        "disabled_trigger",
        "Trigger cc_lessons_touch of course_crafter.cc_lessons does not fire",
    ),
    (
        "COMMENT ON FUNCTION platform.touch_updated_at() IS NULL",
        "function_without_comment",
        "Function platform.touch_updated_at() does not say what it is for",
    ),
    ("CREATE EXTENSION vector SCHEMA public", "extension_among_ours", "Extension vector stands in public"),
    (
        "UPDATE pg_extension SET extversion = '0.1' WHERE extname = 'vector'",
        "extension_of_another_version",
        "Extension vector is at 0.1, the server brings",
    ),
    (
        f"ALTER TABLE {S}.cc_projects ADD COLUMN seen timestamp; COMMENT ON COLUMN {S}.cc_projects.seen IS 'x'",
        "time_without_zone",
        "Column course_crafter.cc_projects.seen is timestamp without time zone",
    ),
    (
        f"ALTER TABLE {S}.cc_projects ADD COLUMN short varchar(9); COMMENT ON COLUMN {S}.cc_projects.short IS 'x'",
        "text_of_limited_length",
        "Column course_crafter.cc_projects.short is character varying(9)",
    ),
    (
        f"ALTER TABLE {S}.cc_projects ADD COLUMN letters char(2); COMMENT ON COLUMN {S}.cc_projects.letters IS 'x'",
        "text_of_limited_length",
        "Column course_crafter.cc_projects.letters is character(2)",
    ),
    (
        f"ALTER TABLE {S}.cc_projects ADD COLUMN notes json; COMMENT ON COLUMN {S}.cc_projects.notes IS 'x'",
        "json_as_text",
        "Column course_crafter.cc_projects.notes is json",
    ),
    (
        f"ALTER TABLE {S}.cc_projects ADD COLUMN fn regproc; COMMENT ON COLUMN {S}.cc_projects.fn IS 'x'",
        "type_that_blocks_upgrades",
        "Column course_crafter.cc_projects.fn is regproc",
    ),
    (
        f"ALTER TABLE {S}.cc_scenes ADD COLUMN no serial; COMMENT ON COLUMN {S}.cc_scenes.no IS 'x'",
        "serial_column",
        "Column course_crafter.cc_scenes.no is a serial",
    ),
    (
        (
            f"ALTER TABLE {S}.cc_scenes ADD COLUMN nr int GENERATED BY DEFAULT AS IDENTITY;"
            f"COMMENT ON COLUMN {S}.cc_scenes.nr IS 'x'"
        ),
        "identity_that_yields",
        "Column course_crafter.cc_scenes.nr takes a number that the writer chose",
    ),
    ("CREATE SEQUENCE platform.numbers", "loose_sequence", "Sequence platform.numbers belongs to no column"),
    (
        f"COMMENT ON COLUMN {S}.cc_assets.role IS NULL",
        "column_without_comment",
        "Column course_crafter.cc_assets.role does not say what it holds",
    ),
    (
        (
            "CREATE VIEW platform.all_projects AS SELECT id FROM course_crafter.cc_projects;"
            "COMMENT ON VIEW platform.all_projects IS 'x'"
        ),
        "view_with_owners_rights",
        "View platform.all_projects reads with its owner's rights",
    ),
    (
        f"ALTER TABLE {S}.cc_quiz_questions SET UNLOGGED",
        "unlogged_table",
        "Table course_crafter.cc_quiz_questions is unlogged",
    ),
    (
        f"COMMENT ON TABLE {S}.cc_book_sections IS NULL",
        "table_without_comment",
        "Table course_crafter.cc_book_sections does not say what it is for",
    ),
]
FOLLOWS = {
    ("row_security_not_forced", "course_crafter.cc_scenes"),  # with RLS off it is not forced either,
    ("granted_without_row_security", "course_crafter.cc_scenes"),  # nor does it stand between the roles and the rows
    ("function_without_comment", "platform.fresh()"),
}
"""What a planted violation brings along."""


@pytest.fixture(scope="module")
def found(server: TestServer) -> Iterator[list[Finding]]:
    """What the rules say while every violation is planted."""
    with server.session_database() as database:
        with server.superuser(str(database.urls.admin.database)) as connection:
            for statement, _rule, _sentence in PLANTED:
                connection.execute(statement)
        with database.admin() as admin:
            yield lint(admin)


def test_the_schema_as_migrated_has_no_finding(database: Database) -> None:
    with database.admin() as admin:
        findings = lint(admin)

    assert findings == []


@pytest.mark.parametrize(("statement", "rule", "sentence"), PLANTED)
def test_a_planted_violation_is_named(found: list[Finding], statement: str, rule: str, sentence: str) -> None:
    assert [finding for finding in found if finding.rule == rule and sentence in finding.sentence], statement


def test_nothing_else_is_named(found: list[Finding]) -> None:
    others = {
        (finding.rule, finding.object)
        for finding in found
        if not any(finding.rule == rule and sentence in finding.sentence for _statement, rule, sentence in PLANTED)
        and finding.rule != "several_permissive_policies"  # one policy of PUBLIC meets four others, of two roles
    }

    assert others == FOLLOWS


def test_every_rule_has_its_violation() -> None:
    assert {rule.name for rule in RULES} == {rule for _statement, rule, _sentence in PLANTED}


def test_the_indexes_that_may_double_are_those_the_document_names() -> None:
    named = json.loads(DOCUMENT.read_text(encoding="utf-8"))["named_index_columns"]

    assert sorted(named) == list(NAMED_BY_THE_DOCUMENT)


def test_the_command_says_its_findings_and_fails(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with server.session_database() as database:
        point_at(database, monkeypatch)
        clean = CliRunner().invoke(commands.db, ["lint"])
        with database.admin() as admin:
            admin.exec_driver_sql(f"COMMENT ON TABLE {S}.cc_lessons IS NULL")

        refused = CliRunner().invoke(commands.db, ["lint"])

    assert (clean.exit_code, clean.output) == (0, "No rule is broken.\n")
    assert refused.exit_code == 1
    assert refused.output == (
        "table_without_comment: Table course_crafter.cc_lessons does not say what it is for: add a comment.\n"
    )


def test_an_empty_database_is_not_called_clean(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with server.session_database() as database:
        with database.admin() as admin:
            migrate_down(admin)
        point_at(database, monkeypatch)

        refused = CliRunner().invoke(commands.db, ["lint"])

    assert isinstance(refused.exception, SchemaBehind)


def point_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find this database as a server's."""
    for variable, url in (("DATABASE_URL", database.urls.app), ("DATABASE_ADMIN_URL", database.urls.admin)):
        monkeypatch.setenv(variable, url.render_as_string(hide_password=False))
