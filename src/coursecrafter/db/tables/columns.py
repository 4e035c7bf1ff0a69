"""The kinds of column that the 24 tables are made of, so that each table reads as its page in the schema document."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

SCHEMA = "course_crafter"

metadata = sa.MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    },
)

_NUMBERS: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "integer": sa.Integer,
    "bigint": sa.BigInteger,
    "numeric": sa.Numeric,
}


def table(name: str, purpose: str, *parts: SchemaItem) -> sa.Table:
    """A table of the schema `course_crafter`, with its purpose as comment."""
    keys = [key for part in parts for key in (part.info.get("keys", ()) if isinstance(part, sa.Column) else ())]
    return sa.Table(name, metadata, *parts, *keys, comment=purpose)


def row_id(comment: str = "Unique id, UUIDv7.") -> sa.Column[Any]:
    """The primary key."""
    return sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("platform.uuidv7()"), comment=comment)


def reference(
    name: str,
    target: str,
    comment: str,
    *,
    nullable: bool = False,
    on_delete: str = "CASCADE",
    along: str | None = None,
) -> sa.Column[Any]:
    """A foreign key to `target`'s id; the target stands in this schema unless it names its own.

    Args:
        along: a column that was copied from the target; the key takes it in, so that it cannot disagree with it, and
            it follows when the target moves.
    """
    path = target if "." in target else f"{SCHEMA}.{target}"
    is_cleared = on_delete == "SET NULL" and along
    key = sa.ForeignKeyConstraint(
        [name, along] if along else [name],
        [f"{path}.id", f"{path}.{along}"] if along else [f"{path}.id"],
        ondelete=f"SET NULL ({name})" if is_cleared else on_delete,
        onupdate="CASCADE" if along else None,
    )
    return sa.Column(name, sa.Uuid, nullable=nullable, comment=comment, info={"keys": [key]})


def agreement(name: str, target: str, key: str, copied: str, *, clear: str | None = None) -> sa.ForeignKeyConstraint:
    """One more key to a row that is referred to already: a column copied from it agrees with it, and follows it.

    One copied column in each such key: two keys that both carried a third would undo each other when the row moves.

    Args:
        clear: the column to empty when the row goes; None: this row goes too.
    """
    return sa.ForeignKeyConstraint(
        [key, copied],
        [f"{SCHEMA}.{target}.id", f"{SCHEMA}.{target}.{copied}"],
        name=name,
        ondelete=f"SET NULL ({clear})" if clear else "CASCADE",
        onupdate="CASCADE",
    )


def known_with(*columns: str) -> sa.UniqueConstraint:
    """What keys that take copied columns along point at."""
    return sa.UniqueConstraint(*columns)


def loose_id(name: str, comment: str, *, nullable: bool = False) -> sa.Column[Any]:
    """An id without a foreign key: people leave and history stays, or the table depends on another column."""
    return sa.Column(name, sa.Uuid, nullable=nullable, comment=comment)


def text(name: str, comment: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    """Words."""
    return sa.Column(name, sa.Text, nullable=nullable, server_default=default, comment=comment)


def choice(
    name: str, values: tuple[str, ...], comment: str, *, nullable: bool = False, default: str | None = None
) -> sa.Column[Any]:
    """One of a closed list of words, by CHECK."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.Column(
        name,
        sa.Text,
        sa.CheckConstraint(f"{name} IN ({allowed})", name=f"{name}_known"),
        nullable=nullable,
        server_default=default,
        comment=comment,
    )


def number(
    name: str,
    comment: str,
    *,
    nullable: bool = False,
    kind: str = "integer",
    default: str | None = None,
    at_least: int = 0,
) -> sa.Column[Any]:
    """A count, an order or an amount, never below `at_least`."""
    return sa.Column(
        name,
        _NUMBERS[kind],
        sa.CheckConstraint(f"{name} >= {at_least}", name=f"{name}_at_least_{at_least}"),
        nullable=nullable,
        server_default=sa.text(default) if default else None,
        comment=comment,
    )


def flag(name: str, comment: str, *, default: bool) -> sa.Column[Any]:
    """Yes or no."""
    return sa.Column(
        name, sa.Boolean, nullable=False, server_default=sa.true() if default else sa.false(), comment=comment
    )


def json(name: str, comment: str, *, nullable: bool = False, default: str | None = "{}") -> sa.Column[Any]:
    """A JSON value whose shape the engines own."""
    return sa.Column(
        name,
        postgresql.JSONB(none_as_null=True),
        nullable=nullable,
        server_default=sa.text(f"'{default}'::jsonb") if default else None,
        comment=comment,
    )


def moment(name: str, comment: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    """A point in time, UTC."""
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=nullable,
        server_default=sa.text(default) if default else None,
        comment=comment,
    )


def created_at() -> sa.Column[Any]:
    """When the row was made."""
    return moment("created_at", "When the row was made, UTC.", default="now()")


def updated_at() -> sa.Column[Any]:
    """When the row last changed."""
    return moment("updated_at", "When the row last changed, UTC; kept by trigger.", default="now()")


def deleted_at() -> sa.Column[Any]:
    """When the row was deleted."""
    return moment("deleted_at", "When the row was deleted, UTC; null while it lives.", nullable=True)


def index(name: str, *columns: str, unique: bool = False, where: str | None = None) -> sa.Index:
    """An index; two missing values count as equal in a unique one, since a slot without engine is one slot."""
    return sa.Index(
        name,
        *columns,
        unique=unique,
        postgresql_where=sa.text(where) if where else None,
        postgresql_nulls_not_distinct=True if unique and "engine" in columns else None,
    )


def rule(name: str, condition: str) -> sa.CheckConstraint:
    """A CHECK over several columns."""
    return sa.CheckConstraint(condition, name=name)
