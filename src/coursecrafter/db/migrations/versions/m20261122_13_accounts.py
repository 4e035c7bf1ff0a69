"""Keep what people are known by: passwords, sessions, keys, invitations, identities, and what happened at the door.

Decision: docs/decisions/0015. Safe while old code runs: yes, it reads none of this.

Lint constraint-missing-not-valid: an installation has few organisations, and their table is read in a moment.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_13"
down_revision = "20261122_12"
branch_labels = None
depends_on = None

UP = (
    "GRANT USAGE ON SCHEMA platform TO cc_accounts",
    "GRANT EXECUTE ON FUNCTION platform.uuidv7() TO cc_accounts",
    "ALTER TABLE platform.organisations ADD COLUMN quota_bytes BIGINT",
    """
ALTER TABLE platform.organisations ADD CONSTRAINT ck_organisations_quota_bytes_not_negative
  CHECK (quota_bytes >= 0)
""",
    """
COMMENT ON COLUMN platform.organisations.quota_bytes
  IS 'Most bytes of uploads it may keep; null: the installation''s.'
""",
    """
ALTER TABLE platform.users ADD COLUMN password_hash TEXT, ADD COLUMN is_operator BOOLEAN DEFAULT false NOT NULL,
  ADD COLUMN deactivated_at TIMESTAMP WITH TIME ZONE
""",
    """
COMMENT ON COLUMN platform.users.password_hash
  IS 'argon2id in PHC form; null: signs in elsewhere, or not yet.'
""",
    """
COMMENT ON COLUMN platform.users.is_operator
  IS 'Whether they run the installation: make organisations, close accounts.'
""",
    "COMMENT ON COLUMN platform.users.deactivated_at IS 'When the account was closed, UTC; null: open.'",
    """
CREATE TABLE platform.sessions (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  token_hash BYTEA NOT NULL,
  org_id UUID NOT NULL,
  user_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  user_agent TEXT,
  ip INET,
  CONSTRAINT pk_sessions PRIMARY KEY (id),
  CONSTRAINT fk_sessions_org_id FOREIGN KEY(org_id, user_id)
    REFERENCES platform.memberships (org_id, user_id) ON DELETE CASCADE,
  CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash)
)
""",
    "CREATE INDEX idx_sessions_org_id ON platform.sessions (org_id, user_id)",
    "CREATE INDEX idx_sessions_user_id ON platform.sessions (user_id)",
    "COMMENT ON TABLE platform.sessions IS 'People who are signed in.'",
    "COMMENT ON COLUMN platform.sessions.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.sessions.token_hash IS 'SHA-256 of the cookie''s value.'",
    "COMMENT ON COLUMN platform.sessions.org_id IS 'The organisation it works in; → platform.memberships.'",
    "COMMENT ON COLUMN platform.sessions.user_id IS '→ platform.users.id, by the membership'",
    "COMMENT ON COLUMN platform.sessions.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN platform.sessions.last_seen_at IS 'When it was last used, to the minute, UTC.'",
    "COMMENT ON COLUMN platform.sessions.expires_at IS 'When it ends at the latest, UTC.'",
    "COMMENT ON COLUMN platform.sessions.revoked_at IS 'When it was ended, UTC; null: not ended.'",
    "COMMENT ON COLUMN platform.sessions.user_agent IS 'What the browser or program calls itself, cut.'",
    "COMMENT ON COLUMN platform.sessions.ip IS 'Where it came from.'",
    """
CREATE TABLE platform.api_keys (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  user_id UUID NOT NULL,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  key_hash BYTEA NOT NULL,
  scopes TEXT[] NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE,
  last_used_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_api_keys PRIMARY KEY (id),
  CONSTRAINT fk_api_keys_org_id FOREIGN KEY(org_id, user_id)
    REFERENCES platform.memberships (org_id, user_id) ON DELETE CASCADE,
  CONSTRAINT ck_api_keys_scopes_known CHECK (scopes <@ ARRAY['read', 'write', 'admin', 'worker']),
  CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash)
)
""",
    "CREATE INDEX idx_api_keys_org_id ON platform.api_keys (org_id, user_id)",
    "COMMENT ON TABLE platform.api_keys IS 'Keys for programs; each speaks for one person in one organisation.'",
    "COMMENT ON COLUMN platform.api_keys.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.api_keys.org_id IS '→ platform.organisations.id, by the membership'",
    "COMMENT ON COLUMN platform.api_keys.user_id IS '→ platform.users.id, by the membership'",
    "COMMENT ON COLUMN platform.api_keys.name IS 'What its owner calls it.'",
    "COMMENT ON COLUMN platform.api_keys.prefix IS 'Its first signs, to know it by.'",
    "COMMENT ON COLUMN platform.api_keys.key_hash IS 'SHA-256 of the key.'",
    "COMMENT ON COLUMN platform.api_keys.scopes IS 'read, write, admin, worker'",
    "COMMENT ON COLUMN platform.api_keys.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN platform.api_keys.expires_at IS 'When it ends, UTC; null: not by itself.'",
    "COMMENT ON COLUMN platform.api_keys.last_used_at IS 'When it was last used, to the minute, UTC.'",
    "COMMENT ON COLUMN platform.api_keys.revoked_at IS 'When it was ended, UTC; null: not ended.'",
    """
CREATE TABLE platform.invitations (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  token_hash BYTEA NOT NULL,
  invited_by UUID,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  accepted_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_invitations PRIMARY KEY (id),
  CONSTRAINT ck_invitations_role_known CHECK (role IN ('owner', 'admin', 'member')),
  CONSTRAINT ck_invitations_email_lower CHECK (email = lower(email)),
  CONSTRAINT fk_invitations_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE,
  CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash),
  CONSTRAINT fk_invitations_invited_by FOREIGN KEY(invited_by) REFERENCES platform.users (id) ON DELETE SET NULL
)
""",
    "CREATE INDEX idx_invitations_invited_by ON platform.invitations (invited_by)",
    "CREATE INDEX idx_invitations_org_id ON platform.invitations (org_id, email)",
    "COMMENT ON TABLE platform.invitations IS 'Who was asked to join which organisation.'",
    "COMMENT ON COLUMN platform.invitations.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.invitations.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN platform.invitations.email IS 'Who is invited, lower case.'",
    "COMMENT ON COLUMN platform.invitations.role IS 'owner, admin, member'",
    "COMMENT ON COLUMN platform.invitations.token_hash IS 'SHA-256 of the link''s secret.'",
    "COMMENT ON COLUMN platform.invitations.invited_by IS '→ platform.users.id; null: the installation itself'",
    "COMMENT ON COLUMN platform.invitations.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN platform.invitations.expires_at IS 'When it ends, UTC.'",
    "COMMENT ON COLUMN platform.invitations.accepted_at IS 'When it was accepted, UTC; null: not yet.'",
    "COMMENT ON COLUMN platform.invitations.revoked_at IS 'When it was taken back, UTC; null: not.'",
    """
CREATE TABLE platform.password_resets (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  user_id UUID NOT NULL,
  token_hash BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_password_resets PRIMARY KEY (id),
  CONSTRAINT fk_password_resets_user_id FOREIGN KEY(user_id) REFERENCES platform.users (id) ON DELETE CASCADE,
  CONSTRAINT uq_password_resets_token_hash UNIQUE (token_hash)
)
""",
    "CREATE INDEX idx_password_resets_user_id ON platform.password_resets (user_id)",
    "COMMENT ON TABLE platform.password_resets IS 'Links by which a person sets a new password.'",
    "COMMENT ON COLUMN platform.password_resets.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.password_resets.user_id IS '→ platform.users.id'",
    "COMMENT ON COLUMN platform.password_resets.token_hash IS 'SHA-256 of the link''s secret.'",
    "COMMENT ON COLUMN platform.password_resets.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN platform.password_resets.expires_at IS 'When it ends, UTC.'",
    "COMMENT ON COLUMN platform.password_resets.used_at IS 'When it was used, UTC; null: not yet.'",
    """
CREATE TABLE platform.identities (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_identities PRIMARY KEY (issuer, subject),
  CONSTRAINT fk_identities_user_id FOREIGN KEY(user_id) REFERENCES platform.users (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_identities_user_id ON platform.identities (user_id)",
    "COMMENT ON TABLE platform.identities IS 'People whom another system knows.'",
    "COMMENT ON COLUMN platform.identities.issuer IS 'Who vouches, as its tokens say (iss).'",
    "COMMENT ON COLUMN platform.identities.subject IS 'Whom for (sub).'",
    "COMMENT ON COLUMN platform.identities.user_id IS '→ platform.users.id'",
    "COMMENT ON COLUMN platform.identities.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN platform.identities.last_seen_at IS 'When they last came this way, UTC.'",
    """
CREATE TABLE platform.security_events (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  event TEXT NOT NULL,
  org_id UUID,
  user_id UUID,
  email TEXT,
  user_agent TEXT,
  ip INET,
  details JSONB DEFAULT '{}' NOT NULL,
  CONSTRAINT pk_security_events PRIMARY KEY (id)
)
""",
    "CREATE INDEX idx_security_events_email ON platform.security_events (email, created_at)",
    "CREATE INDEX idx_security_events_ip ON platform.security_events (ip, created_at)",
    "CREATE INDEX idx_security_events_org_id ON platform.security_events (org_id, id)",
    """
COMMENT ON TABLE platform.security_events
  IS 'Sign-ins, keys, invitations, refusals: written, never changed.'
""",
    "COMMENT ON COLUMN platform.security_events.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.security_events.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN platform.security_events.event IS 'What happened, of a closed list.'",
    """
COMMENT ON COLUMN platform.security_events.org_id
  IS 'Where, if that is known; no key, so that it outlives the organisation.'
""",
    """
COMMENT ON COLUMN platform.security_events.user_id
  IS 'Who, if that is known; no key, so that it outlives the person.'
""",
    "COMMENT ON COLUMN platform.security_events.email IS 'The address that was given, lower case.'",
    "COMMENT ON COLUMN platform.security_events.user_agent IS 'What the browser or program calls itself, cut.'",
    "COMMENT ON COLUMN platform.security_events.ip IS 'Where it came from.'",
    "COMMENT ON COLUMN platform.security_events.details IS 'What else is known.'",
    "GRANT SELECT, INSERT, UPDATE ON platform.organisations TO cc_accounts",
    "GRANT SELECT, INSERT, UPDATE ON platform.users TO cc_accounts",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.memberships TO cc_accounts",
    "GRANT SELECT ON platform.project_access TO cc_accounts",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.sessions TO cc_accounts",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.api_keys TO cc_accounts",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.invitations TO cc_accounts",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.password_resets TO cc_accounts",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.identities TO cc_accounts",
    "GRANT SELECT, INSERT ON platform.security_events TO cc_accounts",
    """
CREATE FUNCTION platform.organisation_people()
RETURNS TABLE (user_id uuid, name text, email text, role text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT u.id, u.name, u.email, m.role, m.created_at
  FROM platform.memberships m JOIN platform.users u ON u.id = m.user_id
  WHERE m.org_id = platform.organisation('member')
  ORDER BY u.name, u.id
$$
""",
    """
COMMENT ON FUNCTION platform.organisation_people()
  IS 'The members of the request''s organisation, for each of them.'
""",
    "REVOKE ALL ON FUNCTION platform.organisation_people() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.organisation_people() TO cc_app",
)

DOWN = (
    "DROP FUNCTION platform.organisation_people()",
    "DROP TABLE platform.security_events",
    "DROP TABLE platform.identities",
    "DROP TABLE platform.password_resets",
    "DROP TABLE platform.invitations",
    "DROP TABLE platform.api_keys",
    "DROP TABLE platform.sessions",
    "REVOKE ALL ON platform.project_access FROM cc_accounts",
    "REVOKE ALL ON platform.memberships FROM cc_accounts",
    "REVOKE ALL ON platform.users FROM cc_accounts",
    "REVOKE ALL ON platform.organisations FROM cc_accounts",
    "ALTER TABLE platform.users DROP COLUMN deactivated_at, DROP COLUMN is_operator, DROP COLUMN password_hash",
    "ALTER TABLE platform.organisations DROP COLUMN quota_bytes",
    "REVOKE EXECUTE ON FUNCTION platform.uuidv7() FROM cc_accounts",
    "REVOKE USAGE ON SCHEMA platform FROM cc_accounts",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
