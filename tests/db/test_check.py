"""Drift: each change planted in a live database is named in words, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from coursecrafter.db.check import check
from coursecrafter.db.dump import Entry, SchemaNotRead, dump_schemas, say_differences
from coursecrafter.db.session import Database
from coursecrafter.db.upgrade import head_revision, migrate_down
from coursecrafter.db.urls import DatabaseUrls
from database import TestServer

S = "course_crafter"

# What was changed, how, and the sentence that must follow from it; each on objects that no other line touches.
PLANTED = [
    (
        "column added",
        f"ALTER TABLE {S}.cc_lessons ADD COLUMN colour text",
        "The column colour of table cc_lessons is not part of",
    ),
    (
        "column dropped",
        f"ALTER TABLE {S}.cc_scenes DROP COLUMN title",
        "The column title of table cc_scenes is missing.",
    ),
    (
        "type",
        f"ALTER TABLE {S}.cc_scripts ALTER draft_text TYPE varchar(9)",
        "has type character varying(9), not text.",
    ),
    (
        "precision",
        f"ALTER TABLE {S}.cc_segments ALTER gap_after TYPE numeric(6,2)",
        "has type numeric(6,2), not numeric.",
    ),
    (
        "nullability",
        f"ALTER TABLE {S}.cc_modules ALTER title DROP NOT NULL",
        "The column title of table cc_modules may be empty",
    ),
    (
        "nullability, the other way",
        f"ALTER TABLE {S}.cc_modules ALTER description SET NOT NULL",
        "column description of table cc_modules must be",
    ),
    (
        "default",
        f"ALTER TABLE {S}.cc_projects ALTER default_language SET DEFAULT 'de'",
        "has default 'de'::text, not 'en'::text.",
    ),
    (
        "CHECK body",
        (
            f"ALTER TABLE {S}.cc_projects DROP CONSTRAINT ck_cc_projects_status_known,"
            " ADD CONSTRAINT ck_cc_projects_status_known CHECK (status IN ('draft'))"
        ),
        "The rule ck_cc_projects_status_known of table cc_projects reads: ",
    ),
    (
        "extra CHECK",
        f"ALTER TABLE {S}.cc_assets ADD CONSTRAINT small CHECK (version < 9)",
        "The rule small of table cc_assets is not",
    ),
    (
        "index columns",
        (
            f"DROP INDEX {S}.idx_cc_scenes_lesson_id_sequence;"
            f"CREATE INDEX idx_cc_scenes_lesson_id_sequence ON {S}.cc_scenes (lesson_id)"
        ),
        "The index idx_cc_scenes_lesson_id_sequence reads: ",
    ),
    (
        "index predicate",
        (
            f"DROP INDEX {S}.idx_cc_projects_code_unique;"
            f"CREATE UNIQUE INDEX idx_cc_projects_code_unique ON {S}.cc_projects (org_id, code)"
        ),
        "The index idx_cc_projects_code_unique reads: ",
    ),
    (
        "index method",
        (
            f"DROP INDEX {S}.idx_cc_ai_calls_lesson_id;"
            f"CREATE INDEX idx_cc_ai_calls_lesson_id ON {S}.cc_ai_calls USING hash (lesson_id)"
        ),
        "The index idx_cc_ai_calls_lesson_id reads: ",
    ),
    ("index of the queue", "DROP INDEX queue.idx_claims_job_id", "The index idx_claims_job_id is missing."),
    (
        "right on the queue",
        "GRANT SELECT ON queue.procrastinate_jobs TO cc_app",
        "The rights on TABLE procrastinate_jobs go beyond the schema: GRANT SELECT TO cc_app.",
    ),
    ("index dropped", f"DROP INDEX {S}.idx_cc_ai_calls_project_id", "The index idx_cc_ai_calls_project_id is missing."),
    (
        "foreign key action",
        (
            f"ALTER TABLE {S}.cc_scenes DROP CONSTRAINT fk_cc_scenes_lesson_id,"
            f" ADD CONSTRAINT fk_cc_scenes_lesson_id FOREIGN KEY (lesson_id) REFERENCES {S}.cc_lessons (id)"
        ),
        "The foreign key cc_scenes fk_cc_scenes_lesson_id reads: ",
    ),
    (
        "policy body",
        f"ALTER POLICY cc_scripts_read ON {S}.cc_scripts USING (true)",
        "The policy cc_scripts cc_scripts_read reads: ",
    ),
    (
        "policy role",
        f"ALTER POLICY cc_modules_read ON {S}.cc_modules TO PUBLIC",
        "The policy cc_modules cc_modules_read reads: ",
    ),
    (
        "policy dropped",
        f"DROP POLICY cc_assets_read ON {S}.cc_assets",
        "The policy cc_assets cc_assets_read is missing.",
    ),
    (
        "policy added",
        f"CREATE POLICY open ON {S}.cc_assets USING (true)",
        "The policy cc_assets open is not part of the schema",
    ),
    (
        "RLS off",
        f"ALTER TABLE {S}.cc_scenes DISABLE ROW LEVEL SECURITY",
        "Row-level security of table cc_scenes is off.",
    ),
    (
        "FORCE off",
        f"ALTER TABLE {S}.cc_segments NO FORCE ROW LEVEL SECURITY",
        "of table cc_segments is not forced on its owner.",
    ),
    (
        "grant added",
        f"GRANT TRUNCATE ON {S}.cc_lessons TO cc_app",
        "TABLE cc_lessons go beyond the schema: GRANT TRUNCATE TO cc_app.",
    ),
    (
        "grant to PUBLIC",
        f"GRANT SELECT ON {S}.cc_scripts TO PUBLIC",
        "TABLE cc_scripts go beyond the schema: GRANT SELECT TO PUBLIC.",
    ),
    (
        "grant taken",
        f"REVOKE DELETE ON {S}.cc_modules FROM cc_app",
        "The rights on TABLE cc_modules lack: GRANT DELETE TO cc_app.",
    ),
    (
        "function body",
        (
            "CREATE OR REPLACE FUNCTION platform.touch_updated_at() RETURNS trigger LANGUAGE plpgsql"
            " SET search_path = '' AS $$ BEGIN RETURN NEW; END $$"
        ),
        "The function touch_updated_at() has another definition: ",
    ),
    (
        "trigger off",
        f"ALTER TABLE {S}.cc_modules DISABLE TRIGGER cc_modules_touch",
        "The trigger cc_modules cc_modules_touch reads: ",
    ),
    (
        "trigger dropped",
        f"DROP TRIGGER cc_scripts_touch ON {S}.cc_scripts",
        "The trigger cc_scripts cc_scripts_touch is missing.",
    ),
    ("extra table", f"CREATE TABLE {S}.notes (id int)", "The table notes is not part of the schema"),
    (
        "owner",
        f"ALTER TABLE {S}.cc_voice_tracks OWNER TO cc_admin",
        "The table cc_voice_tracks belongs to cc_admin, not to",
    ),
    (
        "table setting",
        f"ALTER TABLE {S}.cc_assets SET (fillfactor = 50)",
        "The table cc_assets has a setting that the schema lacks",
    ),
    (
        "BYPASSRLS on the application role",
        "ALTER ROLE cc_app BYPASSRLS",
        "The role cc_app has BYPASSRLS, which it must not have.",
    ),
    ("login taken", "ALTER ROLE cc_worker NOLOGIN", "The role cc_worker lacks LOGIN."),
    (
        "membership in the owner role",
        "GRANT cc_owner TO cc_app",
        "The role cc_app is a member of cc_owner, which it must not be.",
    ),
    ("membership lost", "REVOKE cc_owner FROM cc_admin", "The role cc_admin is not a member of cc_owner."),
    (
        "a role's search_path",
        "ALTER ROLE cc_app SET search_path = public",
        "The role cc_app has a setting of its own: search_path=public",
    ),
    (
        "a database's setting",
        "ALTER DATABASE {database} SET row_security = off",
        "The database has a setting of its own: row_security=off",
    ),
    (
        "CHECK dropped",
        f"ALTER TABLE {S}.cc_ai_calls DROP CONSTRAINT ck_cc_ai_calls_status_known",
        "rule ck_cc_ai_calls_status_known of table cc_ai_calls is missing.",
    ),
    (
        "CHECK not valid",
        f"ALTER TABLE {S}.cc_quiz_questions ADD CONSTRAINT late CHECK (sequence < 9) NOT VALID",
        "The rule cc_quiz_questions late is not part of the schema",
    ),
    (
        "foreign key dropped",
        f"ALTER TABLE {S}.cc_ai_calls DROP CONSTRAINT fk_cc_ai_calls_lesson_id",
        "The foreign key cc_ai_calls fk_cc_ai_calls_lesson_id is missing.",
    ),
    (
        "key added",
        f"ALTER TABLE {S}.cc_scripts ADD CONSTRAINT one_each UNIQUE (segment_id)",
        "The key cc_scripts one_each is not part of the schema",
    ),
    (
        "policy command",
        (
            f"DROP POLICY cc_ai_calls_add ON {S}.cc_ai_calls;"
            f"CREATE POLICY cc_ai_calls_add ON {S}.cc_ai_calls FOR ALL TO cc_app"
        ),
        "The policy cc_ai_calls cc_ai_calls_add reads: ",
    ),
    (
        "grant on a column",
        f"GRANT UPDATE (error_message) ON {S}.cc_ai_calls TO cc_app",
        "The rights on COLUMN cc_ai_calls.error_message are not part of the schema: GRANT UPDATE(error_message)",
    ),
    (
        "grant on a function",
        "GRANT EXECUTE ON FUNCTION platform.revision() TO PUBLIC",
        "The rights on FUNCTION revision()",
    ),
    (
        "grant on a schema",
        "GRANT CREATE ON SCHEMA platform TO PUBLIC",
        "The rights on SCHEMA platform go beyond the schema: GRANT CREATE TO PUBLIC.",
    ),
    (
        "default rights",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE cc_owner IN SCHEMA {S} GRANT ALL ON TABLES TO PUBLIC",
        "The default rights",
    ),
    (
        "rights of a function",
        "ALTER FUNCTION platform.scope(text) SECURITY INVOKER",
        "The function scope(text) has another definition: ",
    ),
    (
        "search_path of a function",
        "ALTER FUNCTION platform.organisation(text) RESET search_path",
        "The function organisation(text) has another definition: ",
    ),
    (
        "extra function",
        "CREATE FUNCTION platform.leak() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "The function leak() is not part of the schema",
    ),
    (
        "extra view",
        "CREATE VIEW platform.all_projects AS SELECT id FROM course_crafter.cc_projects",
        "The view all_projects is not part of the schema",
    ),
    (
        "trigger added",
        (
            f"CREATE TRIGGER extra BEFORE UPDATE ON {S}.cc_assets"
            " FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()"
        ),
        "The trigger cc_assets extra is not part of the schema",
    ),
    (
        "trigger condition",
        (
            f"DROP TRIGGER cc_segments_state_moves ON {S}.cc_segments;"
            f"CREATE TRIGGER cc_segments_state_moves BEFORE UPDATE ON {S}.cc_segments"
            " FOR EACH ROW WHEN (false) EXECUTE FUNCTION platform.refuse_state()"
        ),
        "The trigger cc_segments cc_segments_state_moves reads: ",
    ),
    ("comment", f"COMMENT ON TABLE {S}.cc_lessons IS 'x'", "The comment on TABLE cc_lessons reads: "),
    (
        "a role's setting in the database",
        "ALTER ROLE cc_worker IN DATABASE {database} SET search_path = public",
        "The role cc_worker has a setting of its own: search_path=public",
    ),
]
ROLES_AS_THEY_WERE = (
    "ALTER ROLE cc_app NOBYPASSRLS",
    "ALTER ROLE cc_worker LOGIN",
    "REVOKE cc_owner FROM cc_app",
    "GRANT cc_owner TO cc_admin",
    "ALTER ROLE cc_app RESET search_path",
)
FOLLOWS = {"The comment on COLUMN cc_scenes.title is missing."}
"""What a planted change brings along."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """What the check said while all changes were planted, and after they had gone."""

    sentences: list[str]
    names_of_databases: list[str]


@pytest.fixture(scope="module")
def drifted(server: TestServer) -> Iterator[Drifted]:
    with server.session_database() as database:
        as_superuser = database_as_superuser(server, database)
        name = str(database.urls.admin.database)
        with server.superuser(name) as connection:
            try:
                for _kind, statement, _sentence in PLANTED:
                    connection.execute(statement.format(database=name))
                sentences = [difference.sentence for difference in check(as_superuser)]
            finally:
                for statement in ROLES_AS_THEY_WERE:
                    connection.execute(statement)
            names = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
        yield Drifted(sentences, names)


def database_as_superuser(server: TestServer, database: Database) -> Database:
    """A server's administrator is often its superuser."""
    with server.superuser() as connection:
        login, password = connection.info.user, connection.info.password
    admin = database.urls.admin.set(username=login, password=password)
    return Database(DatabaseUrls(database.urls.app, database.urls.worker, admin), is_embedded=False)


@pytest.mark.parametrize(("kind", "statement", "sentence"), PLANTED, ids=[kind for kind, _how, _sentence in PLANTED])
def test_a_planted_change_is_named(drifted: Drifted, kind: str, statement: str, sentence: str) -> None:
    assert [said for said in drifted.sentences if sentence in said], f"{kind}: {statement}"


def test_nothing_else_is_named(drifted: Drifted) -> None:
    planted = [sentence for _kind, _statement, sentence in PLANTED]
    others = [said for said in drifted.sentences if not any(sentence in said for sentence in planted)]

    assert set(others) == FOLLOWS
    assert len(drifted.sentences) == len(PLANTED) + len(FOLLOWS)


def test_the_scratch_database_is_dropped(drifted: Drifted) -> None:
    assert [name for name in drifted.names_of_databases if name.endswith("_check")] == []


def test_a_migrated_database_has_no_difference(database: Database) -> None:
    """Also where an earlier check was killed half-way."""
    name = f"{database.urls.admin.database}_check"
    engine = sa.create_engine(database.urls.admin, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")

    assert check(database) == []


def test_a_database_that_is_behind_says_so_and_nothing_more(server: TestServer) -> None:
    with server.session_database() as database:
        with database.admin() as admin:
            migrate_down(admin, "20261122_08")

        said = [difference.sentence for difference in check(database)]

    assert said == [
        f"The schema is at 20261122_08; this program needs {head_revision()}: run `coursecrafter db upgrade`.",
    ]


def test_an_empty_database_is_behind(server: TestServer) -> None:
    with server.session_database() as database:
        with database.admin() as admin:
            migrate_down(admin)

        said = [difference.sentence for difference in check(database)]

    assert said == [
        f"The schema is at no revision; this program needs {head_revision()}: run `coursecrafter db upgrade`."
    ]


def test_a_login_that_may_not_look_is_refused(database: Database) -> None:
    with pytest.raises(SchemaNotRead):
        dump_schemas(database.urls.app)


def test_a_server_that_lost_a_role_is_told_which(server: TestServer) -> None:
    with server.session_database() as database, server.superuser() as connection:
        with database.admin() as admin:
            migrate_down(admin)
        connection.execute("ALTER ROLE cc_worker RENAME TO cc_lost")
        try:
            said = [difference.sentence for difference in check(database)]
        finally:
            connection.execute("ALTER ROLE cc_lost RENAME TO cc_worker")

    assert "The role cc_worker is missing." in said


def test_a_function_that_goes_on_is_not_the_same() -> None:
    short = Entry("FUNCTION", "platform", "f()", "cc_owner", "BEGIN")
    longer = replace(short, body="BEGIN\nEND")

    said = list(say_differences([short], [longer]))

    assert said == ["The function f() has another definition: one ends before the other."]
