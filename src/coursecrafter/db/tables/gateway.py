"""Whom the gateway asks and what it may cost: providers, routes, prices, budgets, and what is under way and spent.

Four tables are an organisation's to lead, or the installation's where they name no organisation; `ai_attempts`,
`ai_spending` and `ai_turns` are reached by functions only. Money is kept in US dollars, as providers bill it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from coursecrafter.db.tables.accounts import row_id
from coursecrafter.db.tables.columns import choice, created_at, flag, metadata, moment, number, updated_at
from coursecrafter.db.tables.platform import PLATFORM, organisations

KINDS = ("text", "speech", "image", "video", "parse")
MODES = ("standard", "premium")
PERIODS = ("month", "total")
WHOLE = "→ platform.organisations.id; null: the whole installation"


def _org_id(comment: str = "→ platform.organisations.id", *, nullable: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey(organisations.c.id, ondelete="CASCADE")
    return sa.Column("org_id", sa.Uuid, key, nullable=nullable, comment=comment)


def _words(name: str, comment: str, *, default: str | None = None) -> sa.Column[Any]:
    said = sa.text(f"'{default}'") if default is not None else None
    return sa.Column(name, sa.Text, nullable=False, server_default=said, comment=comment)


def _json(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, JSONB, nullable=False, server_default=sa.text("'{}'"), comment=comment)


def _usd(name: str, comment: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    return number(name, comment, kind="numeric", nullable=nullable, default=default)


def _once(*columns: str) -> sa.UniqueConstraint:
    """Two rows that name no organisation, or no project, count as naming the same one."""
    return sa.UniqueConstraint(*columns, postgresql_nulls_not_distinct=True)


def _of_project(table: str) -> tuple[sa.Column[Any], sa.ForeignKeyConstraint, sa.Index]:
    """The project of a row, which is its organisation's."""
    return (
        sa.Column("project_id", sa.Uuid, comment="→ cc_projects.id; null: the whole organisation"),
        sa.ForeignKeyConstraint(
            ["project_id", "org_id"],
            ["course_crafter.cc_projects.id", "course_crafter.cc_projects.org_id"],
            ondelete="CASCADE",
            name=f"fk_{table}_project_id",
        ),
        sa.Index(f"idx_{table}_project_id", "project_id", "org_id"),
    )


ai_providers = sa.Table(
    "ai_providers",
    metadata,
    row_id(),
    _org_id(WHOLE, nullable=True),
    _words("name", "What its administrator calls it, as it stands in the log of calls."),
    _words("protocol", "How it is spoken to, as `openai_compatible`."),
    _words("base_url", "Where it is.", default=""),
    sa.Column(
        "key_sealed", sa.LargeBinary, comment="Its key, sealed with the installation's secret; null: needs none."
    ),
    _words("key_hint", "The key's last four signs, to know it by.", default=""),
    _json("options", "Of the protocol, such as `api_version` or `calls_per_minute`; no secret."),
    flag("is_enabled", "Whether it is asked; routes skip it otherwise.", default=True),
    sa.Column("created_by", sa.Uuid, comment="platform.users.id; null: the installation's administrator"),
    created_at(),
    updated_at(),
    sa.CheckConstraint("name ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$' AND name <> 'offline'", name="name_plain"),
    _once("org_id", "name"),
    schema=PLATFORM,
    comment="Services and servers that the gateway may ask.",
)

ai_routes = sa.Table(
    "ai_routes",
    metadata,
    row_id(),
    _org_id(WHOLE, nullable=True),
    *_of_project("ai_routes"),
    choice("kind", KINDS, "text, speech, image, video, parse"),
    choice("mode", MODES, "standard, premium"),
    number("place", "Its place in the list; the first is asked first.", at_least=1),
    sa.Column(
        "provider_id",
        sa.Uuid,
        sa.ForeignKey(ai_providers.c.id, ondelete="CASCADE"),
        comment="→ ai_providers.id; null: the offline provider",
    ),
    _words("model", "As the provider names it.", default=""),
    _json("options", "Of the entry, such as `voices` or `temperature`."),
    created_at(),
    sa.CheckConstraint("project_id IS NULL OR org_id IS NOT NULL", name="project_placed"),
    _once("org_id", "project_id", "kind", "mode", "place"),
    sa.Index("idx_ai_routes_provider_id", "provider_id"),
    schema=PLATFORM,
    comment="Who is asked for what, in which order.",
)

ai_prices = sa.Table(
    "ai_prices",
    metadata,
    row_id(),
    _org_id(WHOLE, nullable=True),
    _words("provider", "A provider's name, or a protocol."),
    _words("model", "As the provider names it; *: all of its models."),
    sa.Column("valid_from", sa.Date, nullable=False, comment="From this day on, UTC."),
    _usd("input_usd", "Per million tokens that are sent.", nullable=True),
    _usd("cached_input_usd", "Per million tokens that are sent and that the provider remembers.", nullable=True),
    _usd("output_usd", "Per million tokens that are answered.", nullable=True),
    _usd("characters_usd", "Per million characters that are spoken.", nullable=True),
    _usd("image_usd", "Per picture.", nullable=True),
    _usd("minute_usd", "Per minute of sound or film.", nullable=True),
    _words("source", "Who says so."),
    created_at(),
    _once("org_id", "provider", "model", "valid_from"),
    schema=PLATFORM,
    comment="Prices that go before those of the table that ships with the program.",
)

ai_budgets = sa.Table(
    "ai_budgets",
    metadata,
    row_id(),
    _org_id(),
    *_of_project("ai_budgets"),
    choice("period", PERIODS, "month, total"),
    _usd("limit_usd", "What calls may cost in it."),
    flag("refuses_unknown", "Whether calls are refused whose price nobody knows.", default=False),
    flag("is_imposed", "Whether the installation set it, so that the organisation cannot change it.", default=False),
    created_at(),
    updated_at(),
    _once("org_id", "project_id", "period", "is_imposed"),
    schema=PLATFORM,
    comment="What calls of an organisation or a project may cost.",
)

ai_attempts = sa.Table(
    "ai_attempts",
    metadata,
    row_id(),
    _org_id(),
    sa.Column(
        "project_id",
        sa.Uuid,
        sa.ForeignKey("course_crafter.cc_projects.id", ondelete="CASCADE"),
        nullable=False,
        comment="→ cc_projects.id",
    ),
    sa.Column("lesson_id", sa.Uuid, comment="cc_lessons.id, if it is for one"),
    choice("kind", KINDS, "text, speech, image, video, parse"),
    sa.Column(
        "provider_id", sa.Uuid, nullable=False, comment="ai_providers.id; no key, so that it outlives the provider."
    ),
    _words("provider", "Its name."),
    _words("model", "As the provider names it."),
    sa.Column("month", sa.Date, nullable=False, comment="First day of the month that it counts in, UTC."),
    _usd("reserved_usd", "What it may cost at most; kept free for it while it is open."),
    flag("is_trial", "Whether it tries out a provider that rests.", default=False),
    _json("purpose", "Engine, task and kind of call; no text of an author."),
    moment("made_at", "When it began, UTC.", default="now()"),
    sa.Index("idx_ai_attempts_org_id", "org_id"),
    sa.Index("idx_ai_attempts_project_id", "project_id"),
    sa.Index("idx_ai_attempts_made_at", "made_at"),
    schema=PLATFORM,
    comment="Calls under way; gone once their row stands in cc_ai_calls, under the same id.",
)

ai_spending = sa.Table(
    "ai_spending",
    metadata,
    row_id(),
    _org_id(),
    sa.Column(
        "project_id", sa.Uuid, comment="cc_projects.id; null: all of the organisation's, also those that are gone"
    ),
    sa.Column("month", sa.Date, comment="First day of the month, UTC; null: all months"),
    _usd("spent_usd", "What was spent.", default="0"),
    number("calls", "For so many calls.", kind="bigint", default="0"),
    _once("org_id", "project_id", "month"),
    schema=PLATFORM,
    comment="Running totals; they stay when the log of calls is forgotten.",
)

ai_turns = sa.Table(
    "ai_turns",
    metadata,
    sa.Column(
        "provider_id",
        sa.Uuid,
        sa.ForeignKey(ai_providers.c.id, ondelete="CASCADE"),
        primary_key=True,
        comment="→ ai_providers.id",
    ),
    sa.Column("model", sa.Text, primary_key=True, comment="As the provider names it."),
    sa.Column(
        "allowance", sa.Numeric, comment="Calls that may be made at once; below 0: who waits; null: none was made."
    ),
    moment("refreshed_at", "When the allowance was counted, UTC.", nullable=True),
    moment("paused_until", "Until when the provider asked us to wait, UTC.", nullable=True),
    number("failures", "Failures in a row.", default="0"),
    moment(
        "closed_until", "It rests until then, or until its trial has ended, UTC; null: it does not rest.", nullable=True
    ),
    schema=PLATFORM,
    comment="How often a model may be asked, and whether it rests: shared by all machines, by the database's clock.",
)
