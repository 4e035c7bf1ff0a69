"""A project's brand by project; an organisation's brand is read by its members and written by its admins."""

from __future__ import annotations

from collections.abc import Iterator

from coursecrafter.db.policies.forms import (
    ADMIN,
    MEMBER,
    READ_SCOPE,
    WRITE_SCOPE,
    TablePolicy,
    by_parent,
)

_READABLE = "{row}org_id = " + MEMBER + " AND ({row}project_id IS NULL OR {row}project_id = ANY(" + READ_SCOPE + "))"
_WRITABLE = (
    "({row}project_id = ANY(" + WRITE_SCOPE + ") AND {row}org_id = " + MEMBER + ")"
    " OR ({row}project_id IS NULL AND {row}org_id = " + ADMIN + ")"
)

POLICIES = (
    TablePolicy("cc_brand_profiles", _READABLE.format(row=""), _WRITABLE.format(row="")),
    by_parent(
        "cc_brand_templates",
        "brand_profile_id",
        "cc_brand_profiles",
        _READABLE.format(row="p."),
        f"({_WRITABLE.format(row='p.')})",
    ),
)

# Asked when the picture is chosen, not whenever the row is written: who may change a profile's colours need not see the
# organisation's library, where its logo stands. A foreign key does not ask the policies; this does, as the request.
REQUIRE_SEEN_ASSET = """
CREATE FUNCTION platform.require_seen_asset() RETURNS trigger LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM course_crafter.cc_assets a WHERE a.id = (pg_catalog.to_jsonb(NEW) ->> TG_ARGV[0])::uuid
  ) THEN
    RAISE EXCEPTION 'no such asset' USING ERRCODE = 'no_data_found', TABLE = 'cc_assets';
  END IF;
  RETURN NEW;
END
$$
""".strip()


def picture_triggers() -> Iterator[str]:
    """The SQL of the triggers that ask for a chosen logo or preview."""
    for table, column in (("cc_brand_profiles", "logo_asset_id"), ("cc_brand_templates", "preview_asset_id")):
        call = f"EXECUTE FUNCTION platform.require_seen_asset('{column}')"
        chosen = f"NEW.{column} IS NOT NULL"
        yield (
            f"CREATE TRIGGER {table}_picture_first BEFORE INSERT ON course_crafter.{table}"
            f" FOR EACH ROW WHEN ({chosen}) {call}"
        )
        yield (
            f"CREATE TRIGGER {table}_picture BEFORE UPDATE OF {column} ON course_crafter.{table}"
            f" FOR EACH ROW WHEN ({chosen} AND NEW.{column} IS DISTINCT FROM OLD.{column}) {call}"
        )
