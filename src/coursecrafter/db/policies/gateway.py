"""Row-level security of the gateway's own tables, and the functions by which jobs reserve, spend and take turns.

An organisation's owners and admins lead its providers, routes, prices and budgets; what names no organisation is the
installation's, which only its administrator sees. Jobs have no grant: `ai_candidates` gives a job whom it may ask, and
`ai_begin` and `ai_end` enclose every call that may cost something. Not forced: the functions belong to the tables'
owner, who sums what an organisation has spent without being its member.

All times are the database's: the clocks of machines are never compared. Locks are taken in one order, so that nobody
waits in a circle: `ai_begin` holds the model's turn, then the budgets by id; `ai_end` the totals, those of the
organisation first, then the turn; the one never asks for budgets, the other never holds totals.
"""

from __future__ import annotations

from collections.abc import Iterator

from coursecrafter.db.policies.forms import ADMIN

FAILURES_TO_REST = 5
REST_S = 30
LONGEST_REST_S = 600
TRIAL_S = 300
BURST_S = 10

LED = ("ai_providers", "ai_routes", "ai_prices", "ai_budgets")
"""Tables that an organisation's admins lead."""

OURS = f"org_id = {ADMIN}"
NOT_IMPOSED = f"{OURS} AND NOT is_imposed"

CANDIDATES = """
CREATE FUNCTION platform.ai_candidates(project uuid, kind text, mode text)
RETURNS TABLE (place integer, provider_id uuid, is_shared boolean, name text, protocol text, base_url text,
  key_sealed bytea, provider_options jsonb, is_enabled boolean, model text, options jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  org uuid := platform.organisation('member');
  list record;
BEGIN
  IF org IS NULL OR project IS NULL OR NOT project = ANY (platform.scope('read')) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', TABLE = 'cc_projects';
  END IF;
  -- The nearest list wins as a whole: a project that is kept to one server is kept to it in every mode.
  SELECT r.org_id, r.project_id, r.mode INTO list FROM platform.ai_routes r
  WHERE r.kind = ai_candidates.kind AND r.mode IN (ai_candidates.mode, 'standard')
    AND (r.org_id = org AND (r.project_id = project OR r.project_id IS NULL) OR r.org_id IS NULL)
  ORDER BY r.project_id IS NULL, r.org_id IS NULL, r.mode <> ai_candidates.mode LIMIT 1;
  RETURN QUERY
  SELECT r.place, p.id, p.org_id IS NULL, p.name, p.protocol, p.base_url, p.key_sealed, p.options, p.is_enabled,
    r.model, r.options
  FROM platform.ai_routes r LEFT JOIN platform.ai_providers p ON p.id = r.provider_id
  WHERE r.kind = ai_candidates.kind AND r.mode = list.mode AND r.org_id IS NOT DISTINCT FROM list.org_id
    AND r.project_id IS NOT DISTINCT FROM list.project_id
  ORDER BY r.place;
END
$$
""".strip()

OFFERS = """
CREATE FUNCTION platform.ai_offers()
RETURNS TABLE (id uuid, name text, protocol text, is_shared boolean, is_enabled boolean, kinds text[])
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT p.id, p.name, p.protocol, p.org_id IS NULL, p.is_enabled, ARRAY(
    SELECT DISTINCT r.kind FROM platform.ai_routes r
    WHERE r.provider_id = p.id AND (r.org_id IS NULL OR r.org_id = platform.organisation('member')) ORDER BY r.kind
  )
  FROM platform.ai_providers p
  WHERE platform.organisation('member') IS NOT NULL
    AND (p.org_id IS NULL OR p.org_id = platform.organisation('member'))
  ORDER BY p.name, p.org_id IS NULL
$$
""".strip()

PRICE_OVERRIDES = """
CREATE FUNCTION platform.ai_price_overrides() RETURNS SETOF platform.ai_prices LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT * FROM platform.ai_prices p
  WHERE platform.organisation('member') IS NOT NULL
    AND (p.org_id IS NULL OR p.org_id = platform.organisation('member'))
$$
""".strip()

SPENT = """
CREATE FUNCTION platform.ai_spent(org uuid, project uuid, of_month date) RETURNS numeric LANGUAGE sql STABLE
SET search_path = ''
AS $$
  SELECT coalesce((
    SELECT s.spent_usd FROM platform.ai_spending s WHERE s.org_id = org
      AND (s.project_id = project OR s.project_id IS NULL AND project IS NULL)
      AND (s.month = of_month OR s.month IS NULL AND of_month IS NULL)
  ), 0)
$$
""".strip()

# Those of the organisation come first: two projects of it wait for each other there, and nowhere else.
SPEND = """
CREATE FUNCTION platform.ai_spend(org uuid, project uuid, of_month date, cost_usd numeric)
RETURNS void LANGUAGE sql
SET search_path = ''
AS $$
  INSERT INTO platform.ai_spending AS s (org_id, project_id, month, spent_usd, calls)
  SELECT org, part.project, part.month, cost_usd, 1
  FROM (VALUES (1, NULL::uuid, NULL::date), (2, NULL, of_month), (3, project, NULL), (4, project, of_month))
    part (n, project, month) ORDER BY part.n
  ON CONFLICT ON CONSTRAINT uq_ai_spending_org_id_project_id_month
  DO UPDATE SET spent_usd = s.spent_usd + excluded.spent_usd, calls = s.calls + 1
$$
""".strip()

BUDGETS_OF = """
CREATE FUNCTION platform.ai_budgets_of(org uuid, project uuid, this_month date)
RETURNS TABLE (id uuid, project_id uuid, period text, is_imposed boolean, refuses_unknown boolean,
  limit_usd numeric, spent_usd numeric, reserved_usd numeric)
LANGUAGE sql STABLE
SET search_path = ''
AS $$
  SELECT b.id, b.project_id, b.period, b.is_imposed, b.refuses_unknown, b.limit_usd,
    platform.ai_spent(org, b.project_id, CASE b.period WHEN 'month' THEN this_month END),
    coalesce((
      SELECT pg_catalog.sum(a.reserved_usd) FROM platform.ai_attempts a
      WHERE a.org_id = org AND (b.project_id IS NULL OR a.project_id = b.project_id)
        AND (b.period = 'total' OR a.month = this_month)
    ), 0)
  FROM platform.ai_budgets b WHERE b.org_id = org AND (b.project_id IS NULL OR b.project_id = project)
  ORDER BY b.project_id IS NULL, b.period, b.is_imposed
$$
""".strip()

BUDGETS_LEFT = """
CREATE FUNCTION platform.ai_budgets_left(project uuid)
RETURNS TABLE (project_id uuid, period text, is_imposed boolean, refuses_unknown boolean,
  limit_usd numeric, spent_usd numeric, reserved_usd numeric)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT b.project_id, b.period, b.is_imposed, b.refuses_unknown, b.limit_usd, b.spent_usd, b.reserved_usd
  FROM platform.ai_budgets_of(
    platform.organisation('member'), CASE WHEN project = ANY (platform.scope('read')) THEN project END,
    pg_catalog.date_trunc('month', pg_catalog.now() AT TIME ZONE 'UTC')::date
  ) b
$$
""".strip()

SPENDING_OF = """
CREATE FUNCTION platform.ai_spending_of()
RETURNS TABLE (project_id uuid, month date, spent_usd numeric, calls bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT s.project_id, s.month, s.spent_usd, s.calls FROM platform.ai_spending s
  WHERE s.org_id = platform.organisation('member')
    AND (s.org_id = platform.organisation('admin') OR s.project_id = ANY (platform.scope('read')))
  ORDER BY s.month, s.project_id
$$
""".strip()

# What is refused is refused before anything is written, so that a refusal uses up neither turn nor trial.
BEGIN = f"""
CREATE FUNCTION platform.ai_begin(project uuid, lesson uuid, kind text, provider uuid, model text, purpose jsonb,
  most_usd numeric, is_known boolean, per_minute numeric, longest_wait_s numeric)
RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  org uuid := platform.organisation('member');
  provider_name text;
  turn platform.ai_turns;
  moment timestamptz := pg_catalog.clock_timestamp();
  this_month date := pg_catalog.date_trunc('month', moment AT TIME ZONE 'UTC')::date;
  burst numeric := greatest(1, per_minute * {BURST_S} / 60);
  allowed numeric;
  wait_s numeric := 0;
  is_trial boolean := false;
  reached record;
  opened uuid;
BEGIN
  IF org IS NULL OR project IS NULL OR NOT project = ANY (platform.scope('write')) THEN
    RAISE EXCEPTION 'the project may not be changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT p.name INTO provider_name FROM platform.ai_providers p
  WHERE p.id = provider AND (p.org_id IS NULL OR p.org_id = org);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such provider' USING ERRCODE = 'no_data_found', TABLE = 'ai_providers';
  END IF;

  IF per_minute IS NOT NULL THEN
    INSERT INTO platform.ai_turns (provider_id, model) VALUES (provider, ai_begin.model) ON CONFLICT DO NOTHING;
  END IF;
  SELECT * INTO turn FROM platform.ai_turns t WHERE t.provider_id = provider AND t.model = ai_begin.model;
  -- A model without a limit that answers is asked without waiting for anybody.
  IF per_minute IS NOT NULL OR turn.closed_until IS NOT NULL OR turn.paused_until > moment THEN
    SELECT * INTO turn FROM platform.ai_turns t
    WHERE t.provider_id = provider AND t.model = ai_begin.model FOR UPDATE;
    moment := pg_catalog.clock_timestamp();
  END IF;
  IF turn.closed_until > moment THEN
    RETURN pg_catalog.jsonb_build_object(
      'state', 'resting', 'wait_s', extract(epoch FROM turn.closed_until - moment));
  END IF;
  is_trial := turn.closed_until IS NOT NULL;
  IF turn.paused_until > moment THEN
    wait_s := extract(epoch FROM turn.paused_until - moment);
  END IF;
  IF per_minute IS NOT NULL THEN
    allowed := least(burst, coalesce(turn.allowance, burst)
      + greatest(0, coalesce(extract(epoch FROM moment - turn.refreshed_at), 0)) * per_minute / 60) - 1;
    wait_s := greatest(wait_s, -allowed * 60 / per_minute);
  END IF;
  IF wait_s > longest_wait_s THEN
    RETURN pg_catalog.jsonb_build_object('state', 'busy', 'wait_s', wait_s);
  END IF;

  IF most_usd > 0 OR NOT is_known THEN
    PERFORM 1 FROM platform.ai_budgets b
    WHERE b.org_id = org AND (b.project_id IS NULL OR b.project_id = project) ORDER BY b.id FOR UPDATE;
    IF FOUND THEN
      -- In a statement of its own, which sees what those have reserved who held the lock before.
      SELECT * INTO reached FROM platform.ai_budgets_of(org, project, this_month) b
      WHERE b.spent_usd + b.reserved_usd + most_usd > b.limit_usd OR (b.refuses_unknown AND NOT is_known)
      ORDER BY b.spent_usd + b.reserved_usd + most_usd > b.limit_usd DESC,
        b.limit_usd - b.spent_usd - b.reserved_usd LIMIT 1;
      IF FOUND THEN
        RETURN pg_catalog.jsonb_build_object(
          'state', CASE WHEN reached.spent_usd + reached.reserved_usd + most_usd > reached.limit_usd
            THEN 'budget' ELSE 'unknown' END,
          'project_id', reached.project_id, 'period', reached.period, 'limit_usd', reached.limit_usd::text,
          'left_usd', (reached.limit_usd - reached.spent_usd - reached.reserved_usd)::text);
      END IF;
    END IF;
  END IF;

  IF per_minute IS NOT NULL THEN
    UPDATE platform.ai_turns t SET allowance = allowed, refreshed_at = moment
    WHERE t.provider_id = provider AND t.model = ai_begin.model;
  END IF;
  IF is_trial THEN
    -- Nobody else is let through until this one has ended, or its time is over.
    UPDATE platform.ai_turns t
    SET closed_until = moment + pg_catalog.make_interval(secs => {TRIAL_S} + wait_s::double precision)
    WHERE t.provider_id = provider AND t.model = ai_begin.model;
  END IF;
  INSERT INTO platform.ai_attempts
    (org_id, project_id, lesson_id, kind, provider_id, provider, model, month, reserved_usd, is_trial, purpose, made_at)
  VALUES (org, project, lesson, ai_begin.kind, ai_begin.provider, provider_name, ai_begin.model, this_month, most_usd,
    is_trial, ai_begin.purpose, moment)
  RETURNING id INTO opened;
  RETURN pg_catalog.jsonb_build_object('state', 'open', 'id', opened, 'wait_s', wait_s, 'is_trial', is_trial);
END
$$
""".strip()  # noqa: S608 - words of ours

END = f"""
CREATE FUNCTION platform.ai_end(attempt uuid, cost_usd numeric, outcome text, pause_s numeric)
RETURNS numeric LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  gone platform.ai_attempts;
  turn platform.ai_turns;
  moment timestamptz;
  counted numeric;
BEGIN
  DELETE FROM platform.ai_attempts a
  WHERE a.id = attempt AND a.org_id = platform.organisation('member') AND a.project_id = ANY (platform.scope('write'))
  RETURNING * INTO gone;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  counted := coalesce(cost_usd, gone.reserved_usd);
  PERFORM platform.ai_spend(gone.org_id, gone.project_id, gone.month, counted);
  IF outcome = 'answered' THEN
    UPDATE platform.ai_turns t SET failures = 0, closed_until = NULL
    WHERE t.provider_id = gone.provider_id AND t.model = gone.model AND (t.failures > 0 OR t.closed_until IS NOT NULL);
  ELSIF outcome IN ('faulty', 'paused') THEN
    INSERT INTO platform.ai_turns (provider_id, model)
    SELECT p.id, gone.model FROM platform.ai_providers p WHERE p.id = gone.provider_id FOR KEY SHARE
    ON CONFLICT DO NOTHING;
    SELECT * INTO turn FROM platform.ai_turns t
    WHERE t.provider_id = gone.provider_id AND t.model = gone.model FOR UPDATE;
    moment := pg_catalog.clock_timestamp();
    -- What was under way when it began to rest says nothing new.
    IF outcome = 'faulty' AND (gone.is_trial OR turn.closed_until IS NULL) THEN
      turn.failures := turn.failures + 1;
      IF turn.failures >= {FAILURES_TO_REST} THEN
        turn.closed_until := moment + pg_catalog.make_interval(
          secs => least({LONGEST_REST_S}, {REST_S} * 2.0 ^ least(turn.failures - {FAILURES_TO_REST}, 10)));
      END IF;
    ELSIF gone.is_trial THEN
      turn.closed_until := moment;
    END IF;
    IF pause_s IS NOT NULL THEN
      turn.paused_until := greatest(turn.paused_until,
        moment + pg_catalog.make_interval(secs => least(pause_s, {LONGEST_REST_S})::double precision));
    END IF;
    UPDATE platform.ai_turns t
    SET failures = turn.failures, closed_until = turn.closed_until, paused_until = turn.paused_until
    WHERE t.provider_id = gone.provider_id AND t.model = gone.model;
  ELSIF gone.is_trial THEN
    -- It ended for a reason that says nothing of the provider: the next one tries.
    UPDATE platform.ai_turns t SET closed_until = pg_catalog.clock_timestamp()
    WHERE t.provider_id = gone.provider_id AND t.model = gone.model AND t.closed_until IS NOT NULL;
  END IF;
  RETURN counted;
END
$$
""".strip()  # noqa: S608 - words of ours

REQUIRE_PROVIDER = """
CREATE FUNCTION platform.require_own_provider() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF NEW.provider_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM platform.ai_providers p
    WHERE p.id = NEW.provider_id AND (p.org_id IS NULL OR p.org_id = NEW.org_id)
  ) THEN
    RAISE EXCEPTION 'no such provider' USING ERRCODE = 'no_data_found', TABLE = 'ai_providers';
  END IF;
  RETURN NEW;
END
$$
""".strip()

FORGET_TURNS = """
CREATE FUNCTION platform.forget_turns() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  DELETE FROM platform.ai_turns t WHERE t.provider_id = NEW.id;
  RETURN NULL;
END
$$
""".strip()

GATEWAY_FUNCTIONS = (
    CANDIDATES,
    OFFERS,
    PRICE_OVERRIDES,
    SPENT,
    SPEND,
    BUDGETS_OF,
    BUDGETS_LEFT,
    SPENDING_OF,
    BEGIN,
    END,
    REQUIRE_PROVIDER,
    FORGET_TURNS,
)

COMMENTS = {
    "ai_candidates(uuid, text, text)": "Whom a job may ask for something, in order, with sealed keys; no list: no row.",
    "ai_offers()": "The providers that a member's organisation may use, without address and key.",
    "ai_price_overrides()": "Prices of the installation and of the request's organisation that go before the table's.",
    "ai_spent(uuid, uuid, date)": "What was spent by an organisation or a project, in a month or at all.",
    "ai_spend(uuid, uuid, date, numeric)": "Adds the cost of a call to the running totals.",
    "ai_budgets_of(uuid, uuid, date)": "Budgets of an organisation and a project, what is spent and kept free of each.",
    "ai_budgets_left(uuid)": "The budgets that a member's calls count in, in a project they may read or in none.",
    "ai_spending_of()": "What was spent: all of it for an admin, else that of the projects that may be read.",
    "ai_begin(uuid, uuid, text, uuid, text, jsonb, numeric, boolean, numeric, numeric)": (
        "Opens an attempt: keeps its cost free of every budget, takes a turn; or says what is in the way."
    ),
    "ai_end(uuid, numeric, text, numeric)": "Closes an attempt; what was counted as spent, null if it was not open.",
    "require_own_provider()": "Trigger: a route leads to a provider of its organisation or of the installation.",
    "forget_turns()": "Trigger: a provider that was changed begins anew.",
}
CALLERS = {
    "ai_candidates(uuid, text, text)": "cc_worker",
    "ai_offers()": "cc_app, cc_worker",
    "ai_price_overrides()": "cc_app, cc_worker",
    "ai_spent(uuid, uuid, date)": "",
    "ai_spend(uuid, uuid, date, numeric)": "",
    "ai_budgets_of(uuid, uuid, date)": "",
    "ai_budgets_left(uuid)": "cc_app, cc_worker",
    "ai_spending_of()": "cc_app",
    "ai_begin(uuid, uuid, text, uuid, text, jsonb, numeric, boolean, numeric, numeric)": "cc_worker",
    "ai_end(uuid, numeric, text, numeric)": "cc_worker",
    "require_own_provider()": "cc_app",
    "forget_turns()": "cc_app",
}
"""By signature, who may call it; nobody but the owner where none is named."""

GATEWAY_TRIGGERS = (
    """
CREATE TRIGGER ai_routes_provider BEFORE INSERT OR UPDATE OF provider_id, org_id ON platform.ai_routes
  FOR EACH ROW EXECUTE FUNCTION platform.require_own_provider()
""".strip(),
    """
CREATE TRIGGER ai_providers_turns AFTER UPDATE OF base_url, key_sealed, options, is_enabled ON platform.ai_providers
  FOR EACH ROW EXECUTE FUNCTION platform.forget_turns()
""".strip(),
)


def gateway_policies() -> Iterator[str]:
    """The SQL that puts them into force, in order."""
    for table in LED:
        name, changeable = f"platform.{table}", NOT_IMPOSED if table == "ai_budgets" else OURS
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY {table}_read ON {name} FOR SELECT TO cc_app USING ({OURS})"
        yield f"CREATE POLICY {table}_add ON {name} FOR INSERT TO cc_app WITH CHECK ({changeable})"
        yield (
            f"CREATE POLICY {table}_change ON {name} FOR UPDATE TO cc_app"
            f" USING ({changeable}) WITH CHECK ({changeable})"
        )
        yield f"CREATE POLICY {table}_remove ON {name} FOR DELETE TO cc_app USING ({changeable})"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO cc_app"
