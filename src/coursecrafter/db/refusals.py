"""What the database refuses, as errors that an author can act on.

Every constraint, policy and trigger answers through `refusal_of`, so that no driver's words leave this package. A row
that belongs to somebody else is answered as one that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import psycopg
import sqlalchemy as sa

from coursecrafter.db.tables import metadata
from coursecrafter.domain.nouns import NOUNS, field_words
from coursecrafter.domain.states import LIFECYCLES
from coursecrafter.errors import CourseCrafterError, RequestError


class NotFound(RequestError):
    """There is no such row, or it is not for this person to know of."""

    code = "CC-0020"
    status = 404
    remedy = "Look it up again: it may have been deleted, or not be shared with you."


class NotAllowed(RequestError):
    """The person may see this, but their role does not let them do that."""

    code = "CC-0021"
    status = 403
    remedy = "Ask an owner of the project for another role."


class ValueRefused(RequestError):
    """A field holds a value that it cannot take."""

    code = "CC-0022"
    remedy = "Correct the field that the message names."


class ValueMissing(RequestError):
    """A field that must hold something is empty."""

    code = "CC-0023"
    remedy = "Fill in the field that the message names."


class AlreadyTaken(RequestError):
    """Something else has this name, code or place already."""

    code = "CC-0024"
    status = 409
    remedy = "Choose another, or rename what has it now."


class StateRefused(RequestError):
    """This cannot come into that state from where it is."""

    code = "CC-0025"
    status = 409
    remedy = "Look at its state again, and take the step that comes before."


class EditedMeanwhile(RequestError):
    """Somebody else changed this in the meantime."""

    code = "CC-0026"
    status = 409
    remedy = "Load it again, look at what changed, and repeat your change."


class UnusableText(RequestError):
    """A text holds signs that no text can hold: NUL or half of a surrogate pair."""

    code = "CC-0027"
    remedy = "Type the text again, or paste it without formatting."


class Contended(RequestError):
    """Others changed the same rows at the same time, and one had to give way."""

    code = "CC-0028"
    status = 409
    retry = True
    remedy = "Do the same again."


class LastOwner(RequestError):
    """The last owner cannot leave or become something else."""

    code = "CC-0029"
    status = 409
    remedy = "Make somebody else an owner first."


class StillUsed(RequestError):
    """Something else still needs this."""

    code = "CC-0030"
    status = 409
    remedy = "Remove what needs it first."


INTEGER_LIMITS: Mapping[type[Any], int] = {sa.Integer: 2**31 - 1, sa.BigInteger: 2**63 - 1}
NUMERIC_LIMIT = 10**12
"""Amounts are seconds; a number of more digits is a slip or an attack, whatever PostgreSQL could hold."""


def require_storable(table: sa.Table, values: Mapping[str, Any]) -> None:
    """Refuse, naming the field, what PostgreSQL or its driver could refuse only in words of their own.

    Raises:
        UnusableText: CC-0027.
        ValueRefused: CC-0022, a number beyond what the field holds.
    """
    for name, value in values.items():
        if not _is_text(value):
            raise UnusableText(f"The {_field(table.name, name)} holds a sign that no text can hold.")
        if not _is_in_range(table.c[name].type, value):
            raise ValueRefused(f"The {_field(table.name, name)} is a number that it cannot hold.")


def refusal_of(error: sa.exc.DBAPIError | UnicodeEncodeError) -> CourseCrafterError | None:
    """The error that an author reads; None for what is no refusal but a fault of ours."""
    if isinstance(error, UnicodeEncodeError):
        return UnusableText("A text holds a sign that no text can hold.", detail=str(error))
    origin = error.orig
    if not isinstance(origin, psycopg.Error):
        return None
    state = origin.sqlstate
    if state is None:
        # The driver itself refuses NUL, before the server sees it.
        return _unusable(error) if isinstance(origin, psycopg.DataError) else None
    answer = _BY_STATE.get(state)
    return answer(error, origin.diag) if answer else None


Answer = Callable[[sa.exc.DBAPIError, psycopg.errors.Diagnostic], CourseCrafterError]


def _missing(error: sa.exc.DBAPIError, diag: psycopg.errors.Diagnostic) -> CourseCrafterError:
    return ValueMissing(
        f"The {_field(diag.table_name or '', diag.column_name or '')} is missing.", detail=str(error.orig)
    )


def _check(error: sa.exc.DBAPIError, diag: psycopg.errors.Diagnostic) -> CourseCrafterError:
    name, detail = diag.constraint_name or "", str(error.orig)
    if name.endswith("_keeps_an_owner"):
        return LastOwner(f"The {name.removesuffix('_keeps_an_owner')} would be left without an owner.", detail=detail)
    lifecycle = LIFECYCLES.get(diag.table_name or "")
    if lifecycle and "_state_" in name:
        return StateRefused(f"The {lifecycle.thing} cannot come into that state from where it is.", detail=detail)
    rule = constraints()[name]
    return ValueRefused(rule.sentence, detail=detail)


def _taken(error: sa.exc.DBAPIError, diag: psycopg.errors.Diagnostic) -> CourseCrafterError:
    detail = str(error.orig)
    if diag.constraint_name is None:
        # Raised by platform.open_project.
        return AlreadyTaken("There is a project with this id already.", detail=detail)
    return AlreadyTaken(constraints()[diag.constraint_name].sentence, detail=detail)


def _no_such(error: sa.exc.DBAPIError, diag: psycopg.errors.Diagnostic) -> CourseCrafterError:
    detail = str(error.orig)
    key = constraints()[diag.constraint_name or ""]
    # On deletion the row is named that still refers to what should go.
    if diag.source_function == "ri_ReportViolation" and " is still referenced " in (diag.message_detail or ""):
        return _still_used(error, diag)
    return NotFound(key.sentence, detail=detail)


def _still_used(error: sa.exc.DBAPIError, diag: psycopg.errors.Diagnostic) -> CourseCrafterError:
    noun = NOUNS.get(diag.table_name or "", "row")
    return StillUsed(f"There is still a {noun} that belongs to it.", detail=str(error.orig))


def _no_row(error: sa.exc.DBAPIError, diag: psycopg.errors.Diagnostic) -> CourseCrafterError:
    return NotFound(f"There is no such {NOUNS.get(diag.table_name or '', 'row')}.", detail=str(error.orig))


def _no_right(error: sa.exc.DBAPIError, diag: psycopg.errors.Diagnostic) -> CourseCrafterError:
    # Policies answer for rows of others, and a row of others does not exist; our own functions answer for roles.
    if diag.source_function == "ExecWithCheckOptions":
        return NotFound("What this belongs to does not exist, or is not yours to change.", detail=str(error.orig))
    return NotAllowed("Your role does not let you do this.", detail=str(error.orig))


def _too_large(error: sa.exc.DBAPIError, _: psycopg.errors.Diagnostic) -> CourseCrafterError:
    field = _guilty_field(error, _is_large)
    return ValueRefused(f"The {field} is a number that it cannot hold.", detail=str(error.orig))


def _too_long(error: sa.exc.DBAPIError, _: psycopg.errors.Diagnostic) -> CourseCrafterError:
    field = _guilty_field(error, lambda value: isinstance(value, str) and len(value) > LONGEST_KEY)
    return ValueRefused(f"The {field} is longer than it may be.", detail=str(error.orig))


def _unusable(error: sa.exc.DBAPIError, _: psycopg.errors.Diagnostic | None = None) -> CourseCrafterError:
    field = _guilty_field(error, lambda value: not _is_text(value))
    return UnusableText(f"The {field} holds a sign that no text can hold.", detail=str(error.orig))


def _contended(error: sa.exc.DBAPIError, _: psycopg.errors.Diagnostic) -> CourseCrafterError:
    return Contended("Somebody else was changing the same things at the same moment.", detail=str(error.orig))


LONGEST_KEY = 600
"""Signs; what stands in an index must fit its page, 2,704 bytes of at most four to a sign."""

_BY_STATE: Mapping[str, Answer] = {
    "23502": _missing,
    "23514": _check,
    "23505": _taken,
    "23503": _no_such,
    "23001": _still_used,
    "P0002": _no_row,
    "42501": _no_right,
    "22003": _too_large,
    "54000": _too_long,
    "22021": _unusable,
    "22P02": _unusable,
    "22P05": _unusable,
    "40001": _contended,
    "40P01": _contended,
    "55P03": _contended,
}
"""SQLSTATE to answer."""


@dataclass(frozen=True, slots=True)
class ConstraintWords:
    """What a person reads when a constraint refuses their change."""

    table: str
    columns: tuple[str, ...]
    sentence: str


_SENTENCES: Mapping[str, str] = {
    "idx_cc_projects_code_unique": "Another project of the organisation has this short code.",
    "ck_cc_assets_place_known": "The lesson of the asset is missing: a scene or a segment stands in one.",
    "ck_cc_voice_tracks_place_known": "The segment of the voice track is missing, and so is its scene.",
    "ck_cc_book_sections_mapping_known": "The part of the course of the section is missing.",
    "ck_users_email_lower": "The address of the person must be in small letters.",
    "uq_users_email": "Another person has this address.",
    "ck_ai_providers_name_plain": (
        "The name of the provider can only be letters, digits, spaces, dots, hyphens and underscores, at most 64, and"
        " not “offline”."
    ),
    "uq_ai_providers_org_id_name": "Another provider has this name.",
    "ck_ai_routes_project_placed": "The organisation of the route is missing: a project stands in one.",
    "uq_ai_routes_org_id_project_id_kind_mode_place": "The place of the route is taken already.",
    "uq_ai_prices_org_id_provider_model_valid_from": "The model of the price has one from this day on already.",
    "uq_ai_budgets_org_id_project_id_period_is_imposed": "Another budget has this period.",
    "uq_ai_spending_org_id_project_id_month": "The month of the total is taken already.",
    "uq_organisations_slug": "Another organisation has this short name.",
}
"""What the form of a constraint does not tell."""


@cache
def constraints() -> Mapping[str, ConstraintWords]:
    """Every constraint and unique index of the tables, by its name in the database."""
    return {name: ConstraintWords(table, columns, _SENTENCES.get(name, said)) for name, table, columns, said in _all()}


def _all() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    for table in metadata.tables.values():
        for column in table.c:
            for check in column.constraints:
                if isinstance(check, sa.CheckConstraint):
                    name, rule = str(check.name), str(check.sqltext)
                    full = name if name.startswith("ck_") else f"ck_{table.name}_{name}"
                    yield full, table.name, (column.name,), _check_sentence(table.name, column.name, rule)
        for constraint in table.constraints:
            if isinstance(constraint, sa.CheckConstraint):
                rule = str(constraint.sqltext)
                names = tuple(word for word in re.findall(r"\w+", rule) if word in table.c)
                yield str(constraint.name), table.name, names, _check_sentence(table.name, names[0], rule)
            elif isinstance(constraint, sa.schema.ColumnCollectionConstraint):
                names = tuple(column.name for column in constraint.columns)
                is_key = isinstance(constraint, sa.ForeignKeyConstraint)
                absent = f"The {_field(table.name, names[0])} does not exist."
                yield str(constraint.name), table.name, names, absent if is_key else _taken_sentence(table.name, names)
        for index in table.indexes:
            if index.unique:
                names = tuple(column.name for column in index.columns)
                yield str(index.name), table.name, names, _taken_sentence(table.name, names)


def _check_sentence(table: str, column: str, rule: str) -> str:
    choices = re.findall(r"'([^']+)'", rule)
    if choices:
        return f"The {_field(table, column)} can only be {', '.join(choices[:-1])} or {choices[-1]}."
    return f"The {_field(table, column)} cannot be below {rule.rsplit(' ', 1)[-1]}."


def _taken_sentence(table: str, columns: tuple[str, ...]) -> str:
    noun = NOUNS[table]
    if "version" in columns:
        return f"The version of the {noun} is taken: another has this number."
    if "role" in columns:
        return f"The role of the {noun} is taken: another is active in it."
    return f"The {_field(table, columns[0])} is taken already."


def _field(table: str, column: str) -> str:
    return f"{field_words(column)} of the {NOUNS.get(table, 'row')}"


def _guilty_field(error: sa.exc.DBAPIError, is_guilty: Callable[[Any], bool]) -> str:
    """The field whose value the driver or server refused without naming it, found in the statement's parameters."""
    parameters = error.params if isinstance(error.params, Mapping) else {}
    names = [name for name, value in parameters.items() if is_guilty(value)]
    return field_words(re.sub(r"(_\d+|__\w+)$", "", names[0])) if names else "value"


def _is_large(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not -(2**31) <= value < 2**31


def _is_text(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, Mapping):
        return all(_is_text(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return all(_is_text(part) for part in value)
    return True


def _is_in_range(kind: sa.types.TypeEngine[Any], value: Any) -> bool:
    if isinstance(kind, sa.Numeric):
        return value is None or (Decimal(str(value)).is_finite() and abs(Decimal(str(value))) < NUMERIC_LIMIT)
    limit = next((most for one, most in INTEGER_LIMITS.items() if type(kind) is one), None)
    return limit is None or value is None or -limit - 1 <= value <= limit
