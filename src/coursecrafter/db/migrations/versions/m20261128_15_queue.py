"""Make the queue: procrastinate's own schema, and what ours adds to it.

Decision: docs/decisions/0018. Safe while old code runs: yes, it reads none of this.

The library's schema is made as the version ships it that the requirements hold fast (3.10; its last migration is
03.04.00_50). Its migrations cannot be run one by one here: on PostgreSQL 16 they want a commit in between. Everything
stands in the schema `queue`, which nobody reaches but by the functions below and as `cc_queue`, the role of those who
fetch work. The file is long because a revision carries every function as it was made.

Lint prefer-identity: the library's own script makes its tables, in this transaction.
Lint prefer-text-field: the library's own script makes its tables, in this transaction.
Lint require-concurrent-index-creation: the library's own script makes its tables, in this transaction.
Lint require-table-schema: the library's own script makes its tables, in this transaction.
"""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "20261128_15"
down_revision = "20261122_14"
branch_labels = None
depends_on = None

TABLES = (
    """
CREATE TABLE queue.workers (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  lane TEXT NOT NULL,
  slots INTEGER NOT NULL,
  facts JSONB DEFAULT '{}' NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_workers PRIMARY KEY (id),
  CONSTRAINT fk_workers_id FOREIGN KEY(id) REFERENCES queue.procrastinate_workers (id) ON DELETE CASCADE
)
""",
    "COMMENT ON TABLE queue.workers IS 'What is known of each worker that lives; gone with its heartbeat.'",
    "COMMENT ON COLUMN queue.workers.id IS '→ procrastinate_workers.id'",
    "COMMENT ON COLUMN queue.workers.name IS 'What its operator calls it; two may have one name.'",
    "COMMENT ON COLUMN queue.workers.host IS 'The machine it runs on.'",
    "COMMENT ON COLUMN queue.workers.pid IS 'Its process there.'",
    "COMMENT ON COLUMN queue.workers.version IS 'Of the program.'",
    "COMMENT ON COLUMN queue.workers.lane IS 'renders, calls, upkeep'",
    "COMMENT ON COLUMN queue.workers.slots IS 'Pieces of work that it does at once.'",
    "COMMENT ON COLUMN queue.workers.facts IS 'Sandbox level and versions of what it renders with.'",
    "COMMENT ON COLUMN queue.workers.started_at IS 'When it began, UTC.'",
    """
CREATE TABLE queue.orders (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  user_id UUID NOT NULL,
  project_id UUID NOT NULL,
  task TEXT NOT NULL,
  key TEXT NOT NULL,
  arguments JSONB NOT NULL,
  answer JSONB,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  delivered_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_orders PRIMARY KEY (id)
)
""",
    """
CREATE UNIQUE INDEX idx_orders_key ON queue.orders (org_id, user_id, project_id, key) WHERE delivered_at IS NULL
""",
    "CREATE INDEX idx_orders_created_at ON queue.orders (created_at)",
    "COMMENT ON TABLE queue.orders IS 'Calls that somebody waits for, until their answers are delivered.'",
    "COMMENT ON COLUMN queue.orders.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN queue.orders.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN queue.orders.user_id IS '→ platform.users.id: who waits.'",
    "COMMENT ON COLUMN queue.orders.project_id IS '→ cc_projects.id: where it works.'",
    "COMMENT ON COLUMN queue.orders.task IS 'What is to be done, by its name.'",
    "COMMENT ON COLUMN queue.orders.key IS 'Equal for equal calls: the same call waits for the same work.'",
    "COMMENT ON COLUMN queue.orders.arguments IS 'Ids, and a few words of an author.'",
    "COMMENT ON COLUMN queue.orders.answer IS 'Its result or its error; null while it is made.'",
    "COMMENT ON COLUMN queue.orders.created_at IS 'When it was asked for, UTC.'",
    "COMMENT ON COLUMN queue.orders.ended_at IS 'When the answer was there, UTC.'",
    "COMMENT ON COLUMN queue.orders.delivered_at IS 'When whoever waits was given it, UTC.'",
    """
CREATE TABLE queue.notes (
  name TEXT NOT NULL,
  kept JSONB DEFAULT '{}' NOT NULL,
  CONSTRAINT pk_notes PRIMARY KEY (name)
)
""",
    "COMMENT ON TABLE queue.notes IS 'What workers keep in common; whoever holds a row has the turn.'",
    "COMMENT ON COLUMN queue.notes.name IS 'Whose notes they are: watchdog.'",
    "COMMENT ON COLUMN queue.notes.kept IS 'The notes.'",
    """
CREATE TABLE queue.claims (
  org_id UUID NOT NULL,
  key TEXT NOT NULL,
  job_id BIGINT NOT NULL,
  worker_id BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  claimed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_claims PRIMARY KEY (org_id, key),
  CONSTRAINT fk_claims_job_id FOREIGN KEY(job_id) REFERENCES queue.procrastinate_jobs (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_claims_job_id ON queue.claims (job_id)",
    "COMMENT ON TABLE queue.claims IS 'Steps that are being made, so that nobody makes one of them at the same time.'",
    "COMMENT ON COLUMN queue.claims.org_id IS '→ platform.organisations.id: whose store the result goes to.'",
    "COMMENT ON COLUMN queue.claims.key IS 'Kind and content key of the step.'",
    "COMMENT ON COLUMN queue.claims.job_id IS '→ procrastinate_jobs.id: who makes it.'",
    "COMMENT ON COLUMN queue.claims.worker_id IS 'On which worker; once that is given up, the claim is void.'",
    "COMMENT ON COLUMN queue.claims.attempts IS 'In which attempt.'",
    "COMMENT ON COLUMN queue.claims.claimed_at IS 'Since when, UTC.'",
)

INDEXES = (
    """
CREATE INDEX idx_jobs_next ON queue.procrastinate_jobs (queue_name, priority DESC, id) WHERE status = 'todo'
""",
    "CREATE INDEX idx_jobs_begun ON queue.procrastinate_jobs (queue_name, priority) WHERE status <> 'todo'",
    "CREATE INDEX idx_jobs_organisation ON queue.procrastinate_jobs (queue_name, (args ->> 'org_id'), priority)",
    """
CREATE INDEX idx_jobs_subject ON queue.procrastinate_jobs ((args ->> 'subject_id')) WHERE status IN ('todo', 'doing')
""",
    # A worker that goes leaves its name on nothing: the key asks for all that it had, whatever became of it.
    "CREATE INDEX idx_jobs_worker ON queue.procrastinate_jobs (worker_id) WHERE worker_id IS NOT NULL",
    "CREATE INDEX idx_jobs_running ON queue.procrastinate_jobs (queue_name) WHERE status = 'doing'",
)

# A job's turn is a number that grows; its priority is that number, negative. An organisation's next job comes one after
# its last, and no earlier than the latest turn that was begun: so organisations take turns however much each has
# waiting, one that comes new is next, and of several that come new the first is first. (One before whatever waits first
# would put the last to come in front of all of them.)
TURN = """
CREATE FUNCTION queue.turn(lane text, org uuid) RETURNS integer LANGUAGE plpgsql
SET search_path = queue, pg_temp
AS $$
DECLARE
  latest_begun integer := (
    SELECT -min(priority) FROM procrastinate_jobs WHERE queue_name = lane AND status <> 'todo'
  );
  last_of_org integer := (
    SELECT -min(priority) FROM procrastinate_jobs WHERE queue_name = lane AND args ->> 'org_id' = org::text
  );
BEGIN
  IF latest_begun IS NULL THEN
    -- Nothing was begun for a day: together with the first that waits.
    latest_begun := (SELECT -max(priority) FROM procrastinate_jobs WHERE queue_name = lane AND status = 'todo');
  END IF;
  RETURN greatest(coalesce(latest_begun, 0), last_of_org + 1);
END
$$
"""

ENQUEUE = """
CREATE FUNCTION queue.enqueue(lane text, task text, project uuid, subject uuid, kind text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
DECLARE
  org uuid := platform.organisation('member');
  person uuid := nullif(current_setting('cc.user_id', true), '')::uuid;
  waiting bigint;
BEGIN
  IF org IS NULL OR project IS NULL OR NOT project = ANY (platform.scope('write')) THEN
    RAISE EXCEPTION 'the project may not be changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT j.id INTO waiting FROM procrastinate_jobs j
  WHERE j.args ->> 'subject_id' = subject::text AND j.task_name = task AND j.args ->> 'org_id' = org::text
    AND (j.status = 'todo' OR j.status = 'doing' AND lane = 'renders');
  IF waiting IS NOT NULL THEN
    RETURN waiting;
  END IF;
  RETURN (procrastinate_defer_jobs_v1(ARRAY[ROW(
    lane, task, -queue.turn(lane, org), NULL, NULL,
    jsonb_build_object(
      'org_id', org, 'user_id', person, 'project_id', project, 'subject_id', subject, 'kind', kind
    ), NULL
  )::procrastinate_job_to_defer_v1]))[1];
END
$$
"""

IS_QUEUED = """
CREATE FUNCTION queue.is_queued(subject uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM procrastinate_jobs j
    WHERE j.args ->> 'subject_id' = subject::text AND j.status IN ('todo', 'doing')
      AND j.args ->> 'org_id' = platform.organisation('member')::text
  )
$$
"""

ORDER = """
CREATE FUNCTION queue.order_call(task text, project uuid, call_key text, arguments jsonb)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
DECLARE
  org uuid := platform.organisation('member');
  person uuid := nullif(current_setting('cc.user_id', true), '')::uuid;
  found_id uuid;
BEGIN
  IF org IS NULL OR project IS NULL OR NOT project = ANY (platform.scope('write')) THEN
    RAISE EXCEPTION 'the project may not be changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  LOOP
    -- An answer that nobody fetched in time is out of date.
    DELETE FROM orders o
    WHERE o.org_id = org AND o.user_id = person AND o.project_id = project AND o.key = call_key
      AND o.delivered_at IS NULL AND o.ended_at < now() - interval '10 minutes';
    SELECT o.id INTO found_id FROM orders o
    WHERE o.org_id = org AND o.user_id = person AND o.project_id = project AND o.key = call_key
      AND o.delivered_at IS NULL;
    IF found_id IS NOT NULL THEN
      RETURN found_id;
    END IF;
    INSERT INTO orders (org_id, user_id, project_id, task, key, arguments)
    VALUES (org, person, project, order_call.task, call_key, order_call.arguments)
    ON CONFLICT DO NOTHING RETURNING id INTO found_id;
    IF found_id IS NOT NULL THEN
      PERFORM queue.enqueue('calls', 'call', project, found_id, order_call.task);
      RETURN found_id;
    END IF;
  END LOOP;
END
$$
"""

READ_ORDER = """
CREATE FUNCTION queue.read_order(order_id uuid) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
DECLARE
  org uuid := platform.organisation('member');
  person uuid := nullif(current_setting('cc.user_id', true), '')::uuid;
  said jsonb;
BEGIN
  SELECT o.answer INTO said FROM orders o WHERE o.id = order_id AND o.org_id = org AND o.user_id = person;
  IF NOT FOUND THEN
    -- Forgotten, or never this person's.
    RETURN '{"error": {"code": "CC-0608", "message": "The work was given up.", "detail": ""}}';
  END IF;
  IF said IS NOT NULL THEN
    UPDATE orders o SET delivered_at = now() WHERE o.id = order_id AND o.delivered_at IS NULL;
  END IF;
  RETURN said;
END
$$
"""

# Shared, so that whoever takes a worker's work away waits for what it publishes right now.
# Whoever holds it and says nothing for five seconds is frozen or cut off: its locks must not outlast its lease.
HOLD = """
CREATE FUNCTION queue.hold(job bigint, worker bigint, attempt integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
BEGIN
  PERFORM FROM procrastinate_jobs j
  WHERE j.id = job AND j.status = 'doing' AND j.worker_id = worker AND j.attempts = attempt FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM set_config('idle_in_transaction_session_timeout', '5s', true);
  RETURN true;
END
$$
"""

CLAIM = """
CREATE FUNCTION queue.claim(step text, job bigint, worker bigint, attempt integer)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
BEGIN
  INSERT INTO claims AS c (org_id, key, job_id, worker_id, attempts)
  SELECT (j.args ->> 'org_id')::uuid, step, job, worker, attempt FROM procrastinate_jobs j
  WHERE j.id = job AND j.status = 'doing' AND j.worker_id = worker AND j.attempts = attempt
    AND j.args ->> 'org_id' = current_setting('cc.org_id', true)
  ON CONFLICT (org_id, key) DO UPDATE
  SET job_id = excluded.job_id, worker_id = excluded.worker_id, attempts = excluded.attempts, claimed_at = now()
  WHERE NOT EXISTS (
    SELECT FROM procrastinate_jobs o
    WHERE o.id = c.job_id AND o.status = 'doing' AND o.worker_id = c.worker_id AND o.attempts = c.attempts
  );
  RETURN FOUND;
END
$$
"""

RELEASE = """
CREATE FUNCTION queue.release(step text, job bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
  DELETE FROM claims c
  WHERE c.org_id = nullif(current_setting('cc.org_id', true), '')::uuid AND c.key = step AND c.job_id = job
$$
"""

CALL_HELP = """
CREATE FUNCTION queue.call_help(job bigint, worker bigint, attempt integer, most integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = queue, pg_temp
AS $$
DECLARE
  mine procrastinate_jobs;
  wanted integer;
BEGIN
  SELECT * INTO mine FROM procrastinate_jobs j
  WHERE j.id = job AND j.status = 'doing' AND j.worker_id = worker AND j.attempts = attempt;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  wanted := least(most, (SELECT coalesce(sum(w.slots), 0) FROM workers w WHERE w.lane = 'renders') - 1)
    - (SELECT count(*) FROM procrastinate_jobs h
       WHERE h.queue_name = 'help' AND h.status IN ('todo', 'doing')
         AND h.args ->> 'subject_id' = mine.args ->> 'subject_id');
  IF wanted > 0 THEN
    -- Right behind the job itself: who helps an old job comes before a new one.
    PERFORM procrastinate_defer_jobs_v1(ARRAY(
      SELECT ROW('help', 'help', mine.priority, NULL, NULL, mine.args, NULL)::procrastinate_job_to_defer_v1
      FROM generate_series(1, wanted)
    ));
  END IF;
  RETURN greatest(wanted, 0);
END
$$
"""

# A time of retry that lies further ahead than any of ours was written before the clock was set back.
#
# Lane by lane, each in the order of its index: asked for several lanes at once, PostgreSQL sorts all that waits if its
# statistics are older than the queue; so it may not sort or read the whole table here at all. A lane is a range of one
# name and the first thing to order by, which only `idx_jobs_next` gives: with an equality it would take the library's
# index of all lanes, and walk past every render that waits to find a call.
FETCH = """
CREATE FUNCTION queue.fetch(lanes text[], worker bigint, most_of_org integer, most_of_kind jsonb)
RETURNS SETOF queue.procrastinate_jobs LANGUAGE plpgsql
SET search_path = queue, pg_temp
SET enable_sort = off
SET enable_incremental_sort = off
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
  full_orgs text[];
  full_kinds text[];
  first record;
BEGIN
  IF most_of_org IS NOT NULL OR most_of_kind <> '{}' THEN
    -- Two who fetch at once would both see the last free place.
    PERFORM pg_advisory_xact_lock(6710887);
    full_orgs := ARRAY(
      SELECT j.args ->> 'org_id' FROM procrastinate_jobs j WHERE j.status = 'doing' AND j.queue_name = 'renders'
      GROUP BY 1 HAVING count(*) >= most_of_org
    );
    full_kinds := ARRAY(
      SELECT j.args ->> 'kind' FROM procrastinate_jobs j WHERE j.status = 'doing' AND j.queue_name = 'renders'
      GROUP BY 1 HAVING count(*) >= (most_of_kind ->> (j.args ->> 'kind'))::integer
    );
  END IF;
  FOR first IN
    SELECT l.lane, f.priority FROM unnest(lanes) l(lane) CROSS JOIN LATERAL (
      SELECT j.priority, j.id FROM procrastinate_jobs j
      WHERE j.status = 'todo' AND j.queue_name >= l.lane AND j.queue_name <= l.lane
        AND (j.scheduled_at IS NULL OR j.scheduled_at <= now() OR j.scheduled_at > now() + interval '10 minutes')
        AND (l.lane <> 'renders' OR (
          j.args ->> 'org_id' = ANY (full_orgs) IS NOT TRUE AND j.args ->> 'kind' = ANY (full_kinds) IS NOT TRUE
        ))
      ORDER BY j.queue_name, j.priority DESC, j.id LIMIT 1
    ) f ORDER BY f.priority DESC, f.id
  LOOP
    -- Somebody may take it meanwhile; then it is the next one of the lane.
    RETURN QUERY
    WITH candidate AS (
      SELECT j.id FROM procrastinate_jobs j
      WHERE j.status = 'todo' AND j.queue_name >= first.lane AND j.queue_name <= first.lane
        AND j.priority <= first.priority
        AND (j.scheduled_at IS NULL OR j.scheduled_at <= now() OR j.scheduled_at > now() + interval '10 minutes')
        AND (first.lane <> 'renders' OR (
          j.args ->> 'org_id' = ANY (full_orgs) IS NOT TRUE AND j.args ->> 'kind' = ANY (full_kinds) IS NOT TRUE
        ))
      ORDER BY j.queue_name, j.priority DESC, j.id LIMIT 1 FOR UPDATE OF j SKIP LOCKED
    )
    UPDATE procrastinate_jobs j SET status = 'doing', worker_id = worker
    FROM candidate WHERE j.id = candidate.id RETURNING j.*;
    IF FOUND THEN
      RETURN;
    END IF;
  END LOOP;
END
$$
"""

# Whoever gives a worker up says which heartbeat it saw last: one that beat meanwhile lives.
GIVE_UP = """
CREATE FUNCTION queue.give_up(worker bigint, seen timestamp with time zone) RETURNS boolean LANGUAGE plpgsql
SET search_path = queue, pg_temp
AS $$
BEGIN
  DELETE FROM procrastinate_workers w WHERE w.id = worker AND w.last_heartbeat = seen;
  RETURN FOUND;
END
$$
"""

TAKE_BACK = """
CREATE FUNCTION queue.take_back(lost bigint[]) RETURNS integer LANGUAGE plpgsql
SET search_path = queue, pg_temp
AS $$
DECLARE
  job procrastinate_jobs;
  taken integer := 0;
BEGIN
  FOR job IN
    SELECT * FROM procrastinate_jobs j
    WHERE j.status = 'doing' AND (j.worker_id IS NULL OR j.id = ANY (lost)) FOR UPDATE SKIP LOCKED
  LOOP
    -- A chore comes again by itself, and may wait already.
    UPDATE procrastinate_jobs j
    SET status = CASE WHEN j.queueing_lock IS NULL THEN 'todo' ELSE 'failed' END::procrastinate_job_status,
      attempts = j.attempts + 1, worker_id = NULL, scheduled_at = NULL
    WHERE j.id = job.id;
    PERFORM pg_notify(
      'procrastinate_queue_v1#' || job.queue_name,
      json_build_object('type', 'job_inserted', 'job_id', job.id)::text
    );
    taken := taken + 1;
  END LOOP;
  RETURN taken;
END
$$
"""

FUNCTIONS = {
    "turn(text, uuid)": (TURN, "An organisation's next turn in a lane.", "cc_queue"),
    "enqueue(text, text, uuid, uuid, text)": (
        ENQUEUE,
        "Puts work on the queue, unless it waits there, in a project that may be changed; its number.",
        "cc_app, cc_worker",
    ),
    "is_queued(uuid)": (IS_QUEUED, "Whether work on a row waits or runs on the queue.", "cc_app, cc_worker"),
    "order_call(text, uuid, text, jsonb)": (
        ORDER,
        "Orders a call, or finds the same one under way; its id.",
        "cc_app, cc_worker",
    ),
    "read_order(uuid)": (READ_ORDER, "The answer of a call of one's own; null while it is made.", "cc_app, cc_worker"),
    "hold(bigint, bigint, integer)": (
        HOLD,
        "Whether an attempt is still its worker's; holds that until the transaction ends.",
        "cc_app, cc_worker, cc_queue",
    ),
    "claim(text, bigint, bigint, integer)": (
        CLAIM,
        "Takes a step for an attempt, unless somebody who lives has it.",
        "cc_worker",
    ),
    "release(text, bigint)": (RELEASE, "Gives a claimed step back.", "cc_worker"),
    "call_help(bigint, bigint, integer, integer)": (
        CALL_HELP,
        "Asks other workers to share a job's steps; how many were asked.",
        "cc_worker",
    ),
    "fetch(text[], bigint, integer, jsonb)": (FETCH, "Gives a worker the job whose turn it is.", "cc_queue"),
    "give_up(bigint, timestamptz)": (GIVE_UP, "Gives a worker up whose heartbeat stands still.", "cc_queue"),
    "take_back(bigint[])": (TAKE_BACK, "Puts work back whose worker is gone, or that is lost; how much.", "cc_queue"),
}


def upgrade() -> None:
    """Make the schema `queue`."""
    op.execute("CREATE SCHEMA queue")
    op.execute("COMMENT ON SCHEMA queue IS 'The durable queue: procrastinate''s tables, and what ours adds.'")
    op.execute("SET LOCAL search_path = queue, pg_catalog")
    op.execute(SchemaManager.get_schema())
    op.execute("RESET search_path")
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    op.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA queue FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA queue TO cc_app, cc_worker, cc_queue")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO cc_queue")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO cc_queue")
    op.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA queue TO cc_queue")
    op.execute("GRANT USAGE ON SCHEMA platform TO cc_queue")
    for name, (body, comment, callers) in FUNCTIONS.items():
        said = comment.replace("'", "''")
        op.execute(body.strip())
        op.execute(f"COMMENT ON FUNCTION queue.{name} IS '{said}'")
        op.execute(f"REVOKE ALL ON FUNCTION queue.{name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION queue.{name} TO {callers}")


def downgrade() -> None:
    """Take it away, with all that waits."""
    op.execute("REVOKE USAGE ON SCHEMA platform FROM cc_queue")
    op.execute("DROP SCHEMA queue CASCADE")
