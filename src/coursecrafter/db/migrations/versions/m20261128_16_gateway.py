"""Keep whom the gateway asks and what it may cost: providers, routes, prices, budgets, attempts, totals and turns.

Pages: docs/schema/gateway.md. Safe while old code runs: yes, it reads none of this.

The file is long because a revision carries every function as it was made.
"""

from __future__ import annotations

from alembic import op

revision = "20261128_16"
down_revision = "20261128_15"
branch_labels = None
depends_on = None

TABLES = (
    """
CREATE TABLE platform.ai_providers (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID,
  name TEXT NOT NULL,
  protocol TEXT NOT NULL,
  base_url TEXT DEFAULT '' NOT NULL,
  key_sealed BYTEA,
  key_hint TEXT DEFAULT '' NOT NULL,
  options JSONB DEFAULT '{}' NOT NULL,
  is_enabled BOOLEAN DEFAULT true NOT NULL,
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_ai_providers PRIMARY KEY (id),
  CONSTRAINT ck_ai_providers_name_plain CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$' AND name <> 'offline'),
  CONSTRAINT uq_ai_providers_org_id_name UNIQUE NULLS NOT DISTINCT (org_id, name),
  CONSTRAINT fk_ai_providers_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE
)
""",
    "COMMENT ON TABLE platform.ai_providers IS 'Services and servers that the gateway may ask.'",
    "COMMENT ON COLUMN platform.ai_providers.id IS 'Unique id, UUIDv7.'",
    """
COMMENT ON COLUMN platform.ai_providers.org_id
  IS '→ platform.organisations.id; null: the whole installation'
""",
    """
COMMENT ON COLUMN platform.ai_providers.name
  IS 'What its administrator calls it, as it stands in the log of calls.'
""",
    "COMMENT ON COLUMN platform.ai_providers.protocol IS 'How it is spoken to, as `openai_compatible`.'",
    "COMMENT ON COLUMN platform.ai_providers.base_url IS 'Where it is.'",
    """
COMMENT ON COLUMN platform.ai_providers.key_sealed
  IS 'Its key, sealed with the installation''s secret; null: needs none.'
""",
    "COMMENT ON COLUMN platform.ai_providers.key_hint IS 'The key''s last four signs, to know it by.'",
    """
COMMENT ON COLUMN platform.ai_providers.options
  IS 'Of the protocol, such as `api_version` or `calls_per_minute`; no secret.'
""",
    """
COMMENT ON COLUMN platform.ai_providers.is_enabled
  IS 'Whether it is asked; routes skip it otherwise.'
""",
    """
COMMENT ON COLUMN platform.ai_providers.created_by
  IS 'platform.users.id; null: the installation''s administrator'
""",
    "COMMENT ON COLUMN platform.ai_providers.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN platform.ai_providers.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER ai_providers_touch BEFORE UPDATE ON platform.ai_providers
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE platform.ai_routes (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID,
  project_id UUID,
  kind TEXT NOT NULL CONSTRAINT ck_ai_routes_kind_known CHECK (kind IN ('text', 'speech', 'image', 'video', 'parse')),
  mode TEXT NOT NULL CONSTRAINT ck_ai_routes_mode_known CHECK (mode IN ('standard', 'premium')),
  place INTEGER NOT NULL CONSTRAINT ck_ai_routes_place_at_least_1 CHECK (place >= 1),
  provider_id UUID,
  model TEXT DEFAULT '' NOT NULL,
  options JSONB DEFAULT '{}' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_ai_routes PRIMARY KEY (id),
  CONSTRAINT fk_ai_routes_project_id FOREIGN KEY(project_id, org_id)
    REFERENCES course_crafter.cc_projects (id, org_id) ON DELETE CASCADE,
  CONSTRAINT ck_ai_routes_project_placed CHECK (project_id IS NULL OR org_id IS NOT NULL),
  CONSTRAINT uq_ai_routes_org_id_project_id_kind_mode_place
    UNIQUE NULLS NOT DISTINCT (org_id, project_id, kind, mode, place),
  CONSTRAINT fk_ai_routes_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE,
  CONSTRAINT fk_ai_routes_provider_id FOREIGN KEY(provider_id) REFERENCES platform.ai_providers (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_ai_routes_project_id ON platform.ai_routes (project_id, org_id)",
    "CREATE INDEX idx_ai_routes_provider_id ON platform.ai_routes (provider_id)",
    "COMMENT ON TABLE platform.ai_routes IS 'Who is asked for what, in which order.'",
    "COMMENT ON COLUMN platform.ai_routes.id IS 'Unique id, UUIDv7.'",
    """
COMMENT ON COLUMN platform.ai_routes.org_id
  IS '→ platform.organisations.id; null: the whole installation'
""",
    "COMMENT ON COLUMN platform.ai_routes.project_id IS '→ cc_projects.id; null: the whole organisation'",
    "COMMENT ON COLUMN platform.ai_routes.kind IS 'text, speech, image, video, parse'",
    "COMMENT ON COLUMN platform.ai_routes.mode IS 'standard, premium'",
    "COMMENT ON COLUMN platform.ai_routes.place IS 'Its place in the list; the first is asked first.'",
    "COMMENT ON COLUMN platform.ai_routes.provider_id IS '→ ai_providers.id; null: the offline provider'",
    "COMMENT ON COLUMN platform.ai_routes.model IS 'As the provider names it.'",
    "COMMENT ON COLUMN platform.ai_routes.options IS 'Of the entry, such as `voices` or `temperature`.'",
    "COMMENT ON COLUMN platform.ai_routes.created_at IS 'When the row was made, UTC.'",
    """
CREATE TABLE platform.ai_prices (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  valid_from DATE NOT NULL,
  input_usd NUMERIC CONSTRAINT ck_ai_prices_input_usd_at_least_0 CHECK (input_usd >= 0),
  cached_input_usd NUMERIC CONSTRAINT ck_ai_prices_cached_input_usd_at_least_0 CHECK (cached_input_usd >= 0),
  output_usd NUMERIC CONSTRAINT ck_ai_prices_output_usd_at_least_0 CHECK (output_usd >= 0),
  characters_usd NUMERIC CONSTRAINT ck_ai_prices_characters_usd_at_least_0 CHECK (characters_usd >= 0),
  image_usd NUMERIC CONSTRAINT ck_ai_prices_image_usd_at_least_0 CHECK (image_usd >= 0),
  minute_usd NUMERIC CONSTRAINT ck_ai_prices_minute_usd_at_least_0 CHECK (minute_usd >= 0),
  source TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_ai_prices PRIMARY KEY (id),
  CONSTRAINT uq_ai_prices_org_id_provider_model_valid_from
    UNIQUE NULLS NOT DISTINCT (org_id, provider, model, valid_from),
  CONSTRAINT fk_ai_prices_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE
)
""",
    """
COMMENT ON TABLE platform.ai_prices
  IS 'Prices that go before those of the table that ships with the program.'
""",
    "COMMENT ON COLUMN platform.ai_prices.id IS 'Unique id, UUIDv7.'",
    """
COMMENT ON COLUMN platform.ai_prices.org_id
  IS '→ platform.organisations.id; null: the whole installation'
""",
    "COMMENT ON COLUMN platform.ai_prices.provider IS 'A provider''s name, or a protocol.'",
    "COMMENT ON COLUMN platform.ai_prices.model IS 'As the provider names it; *: all of its models.'",
    "COMMENT ON COLUMN platform.ai_prices.valid_from IS 'From this day on, UTC.'",
    "COMMENT ON COLUMN platform.ai_prices.input_usd IS 'Per million tokens that are sent.'",
    """
COMMENT ON COLUMN platform.ai_prices.cached_input_usd
  IS 'Per million tokens that are sent and that the provider remembers.'
""",
    "COMMENT ON COLUMN platform.ai_prices.output_usd IS 'Per million tokens that are answered.'",
    "COMMENT ON COLUMN platform.ai_prices.characters_usd IS 'Per million characters that are spoken.'",
    "COMMENT ON COLUMN platform.ai_prices.image_usd IS 'Per picture.'",
    "COMMENT ON COLUMN platform.ai_prices.minute_usd IS 'Per minute of sound or film.'",
    "COMMENT ON COLUMN platform.ai_prices.source IS 'Who says so.'",
    "COMMENT ON COLUMN platform.ai_prices.created_at IS 'When the row was made, UTC.'",
    """
CREATE TABLE platform.ai_budgets (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  project_id UUID,
  period TEXT NOT NULL CONSTRAINT ck_ai_budgets_period_known CHECK (period IN ('month', 'total')),
  limit_usd NUMERIC NOT NULL CONSTRAINT ck_ai_budgets_limit_usd_at_least_0 CHECK (limit_usd >= 0),
  refuses_unknown BOOLEAN DEFAULT false NOT NULL,
  is_imposed BOOLEAN DEFAULT false NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_ai_budgets PRIMARY KEY (id),
  CONSTRAINT fk_ai_budgets_project_id FOREIGN KEY(project_id, org_id)
    REFERENCES course_crafter.cc_projects (id, org_id) ON DELETE CASCADE,
  CONSTRAINT uq_ai_budgets_org_id_project_id_period_is_imposed
    UNIQUE NULLS NOT DISTINCT (org_id, project_id, period, is_imposed),
  CONSTRAINT fk_ai_budgets_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_ai_budgets_project_id ON platform.ai_budgets (project_id, org_id)",
    "COMMENT ON TABLE platform.ai_budgets IS 'What calls of an organisation or a project may cost.'",
    "COMMENT ON COLUMN platform.ai_budgets.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.ai_budgets.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN platform.ai_budgets.project_id IS '→ cc_projects.id; null: the whole organisation'",
    "COMMENT ON COLUMN platform.ai_budgets.period IS 'month, total'",
    "COMMENT ON COLUMN platform.ai_budgets.limit_usd IS 'What calls may cost in it.'",
    """
COMMENT ON COLUMN platform.ai_budgets.refuses_unknown
  IS 'Whether calls are refused whose price nobody knows.'
""",
    """
COMMENT ON COLUMN platform.ai_budgets.is_imposed
  IS 'Whether the installation set it, so that the organisation cannot change it.'
""",
    "COMMENT ON COLUMN platform.ai_budgets.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN platform.ai_budgets.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER ai_budgets_touch BEFORE UPDATE ON platform.ai_budgets
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE platform.ai_attempts (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID,
  kind TEXT NOT NULL CONSTRAINT ck_ai_attempts_kind_known CHECK (kind IN ('text', 'speech', 'image', 'video', 'parse')),
  provider_id UUID NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  month DATE NOT NULL,
  reserved_usd NUMERIC NOT NULL CONSTRAINT ck_ai_attempts_reserved_usd_at_least_0 CHECK (reserved_usd >= 0),
  is_trial BOOLEAN DEFAULT false NOT NULL,
  purpose JSONB DEFAULT '{}' NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_ai_attempts PRIMARY KEY (id),
  CONSTRAINT fk_ai_attempts_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE,
  CONSTRAINT fk_ai_attempts_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_ai_attempts_made_at ON platform.ai_attempts (made_at)",
    "CREATE INDEX idx_ai_attempts_org_id ON platform.ai_attempts (org_id)",
    "CREATE INDEX idx_ai_attempts_project_id ON platform.ai_attempts (project_id)",
    """
COMMENT ON TABLE platform.ai_attempts
  IS 'Calls under way; gone once their row stands in cc_ai_calls, under the same id.'
""",
    "COMMENT ON COLUMN platform.ai_attempts.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.ai_attempts.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN platform.ai_attempts.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN platform.ai_attempts.lesson_id IS 'cc_lessons.id, if it is for one'",
    "COMMENT ON COLUMN platform.ai_attempts.kind IS 'text, speech, image, video, parse'",
    """
COMMENT ON COLUMN platform.ai_attempts.provider_id
  IS 'ai_providers.id; no key, so that it outlives the provider.'
""",
    "COMMENT ON COLUMN platform.ai_attempts.provider IS 'Its name.'",
    "COMMENT ON COLUMN platform.ai_attempts.model IS 'As the provider names it.'",
    "COMMENT ON COLUMN platform.ai_attempts.month IS 'First day of the month that it counts in, UTC.'",
    """
COMMENT ON COLUMN platform.ai_attempts.reserved_usd
  IS 'What it may cost at most; kept free for it while it is open.'
""",
    "COMMENT ON COLUMN platform.ai_attempts.is_trial IS 'Whether it tries out a provider that rests.'",
    """
COMMENT ON COLUMN platform.ai_attempts.purpose
  IS 'Engine, task and kind of call; no text of an author.'
""",
    "COMMENT ON COLUMN platform.ai_attempts.made_at IS 'When it began, UTC.'",
    """
CREATE TABLE platform.ai_spending (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  project_id UUID,
  month DATE,
  spent_usd NUMERIC DEFAULT 0 NOT NULL CONSTRAINT ck_ai_spending_spent_usd_at_least_0 CHECK (spent_usd >= 0),
  calls BIGINT DEFAULT 0 NOT NULL CONSTRAINT ck_ai_spending_calls_at_least_0 CHECK (calls >= 0),
  CONSTRAINT pk_ai_spending PRIMARY KEY (id),
  CONSTRAINT uq_ai_spending_org_id_project_id_month UNIQUE NULLS NOT DISTINCT (org_id, project_id, month),
  CONSTRAINT fk_ai_spending_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE
)
""",
    """
COMMENT ON TABLE platform.ai_spending
  IS 'Running totals; they stay when the log of calls is forgotten.'
""",
    "COMMENT ON COLUMN platform.ai_spending.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.ai_spending.org_id IS '→ platform.organisations.id'",
    """
COMMENT ON COLUMN platform.ai_spending.project_id
  IS 'cc_projects.id; null: all of the organisation''s, also those that are gone'
""",
    "COMMENT ON COLUMN platform.ai_spending.month IS 'First day of the month, UTC; null: all months'",
    "COMMENT ON COLUMN platform.ai_spending.spent_usd IS 'What was spent.'",
    "COMMENT ON COLUMN platform.ai_spending.calls IS 'For so many calls.'",
    """
CREATE TABLE platform.ai_turns (
  provider_id UUID NOT NULL,
  model TEXT NOT NULL,
  allowance NUMERIC,
  refreshed_at TIMESTAMP WITH TIME ZONE,
  paused_until TIMESTAMP WITH TIME ZONE,
  failures INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_ai_turns_failures_at_least_0 CHECK (failures >= 0),
  closed_until TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_ai_turns PRIMARY KEY (provider_id, model),
  CONSTRAINT fk_ai_turns_provider_id FOREIGN KEY(provider_id) REFERENCES platform.ai_providers (id) ON DELETE CASCADE
)
""",
    """
COMMENT ON TABLE platform.ai_turns
  IS 'How often a model may be asked, and whether it rests: shared by all machines, by the database''s clock.'
""",
    "COMMENT ON COLUMN platform.ai_turns.provider_id IS '→ ai_providers.id'",
    "COMMENT ON COLUMN platform.ai_turns.model IS 'As the provider names it.'",
    """
COMMENT ON COLUMN platform.ai_turns.allowance
  IS 'Calls that may be made at once; below 0: who waits; null: none was made.'
""",
    "COMMENT ON COLUMN platform.ai_turns.refreshed_at IS 'When the allowance was counted, UTC.'",
    "COMMENT ON COLUMN platform.ai_turns.paused_until IS 'Until when the provider asked us to wait, UTC.'",
    "COMMENT ON COLUMN platform.ai_turns.failures IS 'Failures in a row.'",
    """
COMMENT ON COLUMN platform.ai_turns.closed_until
  IS 'It rests until then, or until its trial has ended, UTC; null: it does not rest.'
""",
)

FUNCTIONS = (
    """
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
""",
    """
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
""",
    """
CREATE FUNCTION platform.ai_price_overrides() RETURNS SETOF platform.ai_prices LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT * FROM platform.ai_prices p
  WHERE platform.organisation('member') IS NOT NULL
    AND (p.org_id IS NULL OR p.org_id = platform.organisation('member'))
$$
""",
    """
CREATE FUNCTION platform.ai_spent(org uuid, project uuid, of_month date) RETURNS numeric LANGUAGE sql STABLE
SET search_path = ''
AS $$
  SELECT coalesce((
    SELECT s.spent_usd FROM platform.ai_spending s WHERE s.org_id = org
      AND (s.project_id = project OR s.project_id IS NULL AND project IS NULL)
      AND (s.month = of_month OR s.month IS NULL AND of_month IS NULL)
  ), 0)
$$
""",
    """
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
""",
    """
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
""",
    """
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
""",
    """
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
""",
    """
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
  burst numeric := greatest(1, per_minute * 10 / 60);
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
    SET closed_until = moment + pg_catalog.make_interval(secs => 300 + wait_s::double precision)
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
""",
    """
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
      IF turn.failures >= 5 THEN
        turn.closed_until := moment + pg_catalog.make_interval(
          secs => least(600, 30 * 2.0 ^ least(turn.failures - 5, 10)));
      END IF;
    ELSIF gone.is_trial THEN
      turn.closed_until := moment;
    END IF;
    IF pause_s IS NOT NULL THEN
      turn.paused_until := greatest(turn.paused_until,
        moment + pg_catalog.make_interval(secs => least(pause_s, 600)::double precision));
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
""",
    """
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
""",
    """
CREATE FUNCTION platform.forget_turns() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  DELETE FROM platform.ai_turns t WHERE t.provider_id = NEW.id;
  RETURN NULL;
END
$$
""",
)

RIGHTS = (
    """
COMMENT ON FUNCTION platform.ai_candidates(uuid, text, text)
  IS 'Whom a job may ask for something, in order, with sealed keys; no list: no row.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_candidates(uuid, text, text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.ai_candidates(uuid, text, text) TO cc_worker",
    """
COMMENT ON FUNCTION platform.ai_offers()
  IS 'The providers that a member''s organisation may use, without address and key.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_offers() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.ai_offers() TO cc_app, cc_worker",
    """
COMMENT ON FUNCTION platform.ai_price_overrides()
  IS 'Prices of the installation and of the request''s organisation that go before the table''s.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_price_overrides() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.ai_price_overrides() TO cc_app, cc_worker",
    """
COMMENT ON FUNCTION platform.ai_spent(uuid, uuid, date)
  IS 'What was spent by an organisation or a project, in a month or at all.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_spent(uuid, uuid, date) FROM PUBLIC",
    """
COMMENT ON FUNCTION platform.ai_spend(uuid, uuid, date, numeric)
  IS 'Adds the cost of a call to the running totals.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_spend(uuid, uuid, date, numeric) FROM PUBLIC",
    """
COMMENT ON FUNCTION platform.ai_budgets_of(uuid, uuid, date)
  IS 'Budgets of an organisation and a project, what is spent and kept free of each.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_budgets_of(uuid, uuid, date) FROM PUBLIC",
    """
COMMENT ON FUNCTION platform.ai_budgets_left(uuid)
  IS 'The budgets that a member''s calls count in, in a project they may read or in none.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_budgets_left(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.ai_budgets_left(uuid) TO cc_app, cc_worker",
    """
COMMENT ON FUNCTION platform.ai_spending_of()
  IS 'What was spent: all of it for an admin, else that of the projects that may be read.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_spending_of() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.ai_spending_of() TO cc_app",
    """
COMMENT ON FUNCTION platform.ai_begin(uuid, uuid, text, uuid, text, jsonb, numeric, boolean, numeric, numeric)
  IS 'Opens an attempt: keeps its cost free of every budget, takes a turn; or says what is in the way.'
""",
    """
REVOKE ALL ON FUNCTION platform.ai_begin(uuid, uuid, text, uuid, text, jsonb, numeric, boolean, numeric, numeric)
  FROM PUBLIC
""",
    """
GRANT EXECUTE ON FUNCTION platform.ai_begin(uuid, uuid, text, uuid, text, jsonb, numeric, boolean, numeric, numeric)
  TO cc_worker
""",
    """
COMMENT ON FUNCTION platform.ai_end(uuid, numeric, text, numeric)
  IS 'Closes an attempt; what was counted as spent, null if it was not open.'
""",
    "REVOKE ALL ON FUNCTION platform.ai_end(uuid, numeric, text, numeric) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.ai_end(uuid, numeric, text, numeric) TO cc_worker",
    """
COMMENT ON FUNCTION platform.require_own_provider()
  IS 'Trigger: a route leads to a provider of its organisation or of the installation.'
""",
    "REVOKE ALL ON FUNCTION platform.require_own_provider() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.require_own_provider() TO cc_app",
    "COMMENT ON FUNCTION platform.forget_turns() IS 'Trigger: a provider that was changed begins anew.'",
    "REVOKE ALL ON FUNCTION platform.forget_turns() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.forget_turns() TO cc_app",
    "ALTER TABLE platform.ai_providers ENABLE ROW LEVEL SECURITY",
    """
CREATE POLICY ai_providers_read
  ON platform.ai_providers FOR SELECT
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_providers_add
  ON platform.ai_providers FOR INSERT
  TO cc_app
  WITH CHECK (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_providers_change
  ON platform.ai_providers FOR UPDATE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
  WITH CHECK (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_providers_remove
  ON platform.ai_providers FOR DELETE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.ai_providers TO cc_app",
    "ALTER TABLE platform.ai_routes ENABLE ROW LEVEL SECURITY",
    """
CREATE POLICY ai_routes_read
  ON platform.ai_routes FOR SELECT
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_routes_add
  ON platform.ai_routes FOR INSERT
  TO cc_app
  WITH CHECK (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_routes_change
  ON platform.ai_routes FOR UPDATE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
  WITH CHECK (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_routes_remove
  ON platform.ai_routes FOR DELETE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.ai_routes TO cc_app",
    "ALTER TABLE platform.ai_prices ENABLE ROW LEVEL SECURITY",
    """
CREATE POLICY ai_prices_read
  ON platform.ai_prices FOR SELECT
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_prices_add
  ON platform.ai_prices FOR INSERT
  TO cc_app
  WITH CHECK (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_prices_change
  ON platform.ai_prices FOR UPDATE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
  WITH CHECK (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_prices_remove
  ON platform.ai_prices FOR DELETE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.ai_prices TO cc_app",
    "ALTER TABLE platform.ai_budgets ENABLE ROW LEVEL SECURITY",
    """
CREATE POLICY ai_budgets_read
  ON platform.ai_budgets FOR SELECT
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')))
""",
    """
CREATE POLICY ai_budgets_add
  ON platform.ai_budgets FOR INSERT
  TO cc_app
  WITH CHECK (org_id = (SELECT platform.organisation('admin')) AND NOT is_imposed)
""",
    """
CREATE POLICY ai_budgets_change
  ON platform.ai_budgets FOR UPDATE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')) AND NOT is_imposed)
  WITH CHECK (org_id = (SELECT platform.organisation('admin')) AND NOT is_imposed)
""",
    """
CREATE POLICY ai_budgets_remove
  ON platform.ai_budgets FOR DELETE
  TO cc_app
  USING (org_id = (SELECT platform.organisation('admin')) AND NOT is_imposed)
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.ai_budgets TO cc_app",
    """
CREATE TRIGGER ai_routes_provider BEFORE INSERT OR UPDATE OF provider_id, org_id ON platform.ai_routes
  FOR EACH ROW EXECUTE FUNCTION platform.require_own_provider()
""",
    """
CREATE TRIGGER ai_providers_turns AFTER UPDATE OF base_url, key_sealed, options, is_enabled ON platform.ai_providers
  FOR EACH ROW EXECUTE FUNCTION platform.forget_turns()
""",
)

DOWN = (
    "DROP TABLE platform.ai_turns",
    "DROP TABLE platform.ai_spending",
    "DROP TABLE platform.ai_attempts",
    "DROP TABLE platform.ai_budgets",
    "DROP FUNCTION platform.ai_price_overrides()",
    "DROP TABLE platform.ai_prices",
    "DROP TABLE platform.ai_routes",
    "DROP TABLE platform.ai_providers",
    "DROP FUNCTION platform.forget_turns()",
    "DROP FUNCTION platform.require_own_provider()",
    "DROP FUNCTION platform.ai_end(uuid, numeric, text, numeric)",
    "DROP FUNCTION platform.ai_begin(uuid, uuid, text, uuid, text, jsonb, numeric, boolean, numeric, numeric)",
    "DROP FUNCTION platform.ai_spending_of()",
    "DROP FUNCTION platform.ai_budgets_left(uuid)",
    "DROP FUNCTION platform.ai_budgets_of(uuid, uuid, date)",
    "DROP FUNCTION platform.ai_spend(uuid, uuid, date, numeric)",
    "DROP FUNCTION platform.ai_spent(uuid, uuid, date)",
    "DROP FUNCTION platform.ai_offers()",
    "DROP FUNCTION platform.ai_candidates(uuid, text, text)",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in (*TABLES, *FUNCTIONS, *RIGHTS):
        op.execute(statement.strip())


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
