"""What is done to a segment within an act: words, timing, place, split and merge.

The caller holds the lesson. A change to what was approved opens it again: the segment, its script if its words change,
and the lesson. Source: product, E1 ("text, duration and gap can be edited, segments reordered, merged and split").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from coursecrafter.authoring.assets import put_asset, stored_object
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.courses import SLIDE_PICTURE
from coursecrafter.authoring.deletion import mark_deleted
from coursecrafter.authoring.edits import Edit
from coursecrafter.authoring.ordering import place_among, require_same
from coursecrafter.authoring.plan_rows import (
    UNCHANGED,
    Unchanged,
    number_segments,
    own_segment,
    own_segments,
    reopen_lesson,
    spoken_text,
    touch_segment,
    withdraw_voices,
)
from coursecrafter.authoring.slots import slot_of
from coursecrafter.authoring.texts import NoSplitHere, join_texts, split_text
from coursecrafter.db.refusals import ValueRefused, require_storable
from coursecrafter.db.tables import cc_assets, cc_scripts, cc_segments
from coursecrafter.domain.course import Engine, SourceType
from coursecrafter.domain.nouns import field_words
from coursecrafter.domain.output import AssetType
from coursecrafter.errors import RequestError

Seconds = Fraction | Decimal | int | float

LONGEST_S = 24 * 60 * 60
EXACT_TO_S = Decimal("0.000001")


class NotNeighbours(RequestError):
    """These segments cannot become one."""

    code = "CC-0043"
    remedy = "Choose two or more spoken segments that follow each other in one scene."


def exact_seconds(field: str, value: Seconds) -> Decimal:
    """Seconds as they are kept, to the microsecond.

    Raises:
        ValueRefused: CC-0022, below 0, above 24 hours, or no number.
    """
    refused = ValueRefused(f"The {field_words(field)} of the segment must be from 0 to {LONGEST_S} seconds.")
    if isinstance(value, float | Decimal) and not Decimal(value).is_finite():
        raise refused
    if not 0 <= value <= LONGEST_S:
        raise refused
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)
    return exact.quantize(EXACT_TO_S)


def change_fields(
    act: Edit,
    author: Author,
    row: Row[Any],
    *,
    text: str | Unchanged = UNCHANGED,
    duration_s: Seconds | Unchanged | None = UNCHANGED,
    gap_s: Seconds | Unchanged = UNCHANGED,
    unless_changed_since: datetime | None = None,
) -> None:
    """Give a segment (with its script) other words or another timing, and open again what was approved."""
    values: dict[str, Any] = {}
    if duration_s is not UNCHANGED:
        values["on_screen_duration"] = None if duration_s is None else exact_seconds("on_screen_duration", duration_s)
    if gap_s is not UNCHANGED:
        values["gap_after"] = exact_seconds("gap_after", gap_s)
    if text is not UNCHANGED:
        require_storable(cc_scripts, {"final_text": text})
    is_reworded = text is not UNCHANGED and text != spoken_text(row)
    is_changed = is_reworded or any(getattr(row, name) != value for name, value in values.items())
    if is_changed:
        values["status"] = "draft"
    act.change(cc_segments, row.id, unless_changed_since=unless_changed_since, **values)
    if is_reworded:
        reword(act, author, row.script_id, final_text=text)
        touch_segment(act.conn, row.id)
    if is_changed:
        reopen_lesson(act, row.lesson_id)


def reword(act: Edit, author: Author, script_id: UUID, **texts: Any) -> None:
    """Give a script other words, which nobody has approved yet."""
    act.change(cc_scripts, script_id, **texts, status="draft", created_by=author.user_id)
    withdraw_voices(act, script_id)


def place_segment(act: Edit, row: Row[Any], engine: Engine, position: int | None) -> None:
    """Put a segment at a place among the engine's own of its scene.

    Raises:
        PlaceRefused: CC-0031.
    """
    ids = [one.id for one in own_segments(act.conn, row.scene_id, engine)]
    order = place_among(ids, row.id, position)
    if order != ids:
        number_segments(act, row.scene_id, engine, order)
        reopen(act, row)


def order_segments(act: Edit, lesson_id: UUID, scene_id: UUID, engine: Engine, wanted: Sequence[UUID]) -> None:
    """Put an engine's own segments of a scene into this order; those that stand elsewhere than before are opened.

    Raises:
        PlaceRefused: CC-0031.
    """
    rows = own_segments(act.conn, scene_id, engine)
    require_same([row.id for row in rows], wanted)
    number_segments(act, scene_id, engine, wanted)
    for row, now in zip(rows, wanted, strict=True):
        if row.id != now:
            act.change(cc_segments, now, status="draft")
            reopen_lesson(act, lesson_id)


def reopen(act: Edit, row: Row[Any]) -> None:
    """Take back the approval of a segment, and with it that its lesson is ready."""
    act.change(cc_segments, row.id, status="draft")
    reopen_lesson(act, row.lesson_id)


def split(act: Edit, author: Author, row: Row[Any], engine: Engine, position: int) -> UUID:
    """Split a segment between two words; the second part's id.

    Both show the same picture and come from the same place in the deck. The duration is shared out by the length of the
    texts; the gap stays with the second part.

    Raises:
        NoSplitHere: CC-0042.
    """
    if row.source_type not in _SPOKEN:
        raise NoSplitHere("A video that is shown whole cannot be split.")
    text = spoken_text(row)
    first, second = split_text(text, position)
    first_s, second_s = _share(row.on_screen_duration, len(first), len(second))
    ids = [one.id for one in own_segments(act.conn, row.scene_id, engine)]
    # The deck's words go with the author's as long as they are the same.
    drafts = (first, second) if row.draft_text == text else (row.draft_text, None)
    act.change(cc_segments, row.id, on_screen_duration=first_s, gap_after=Decimal(0), status="draft")
    reword(act, author, row.script_id, draft_text=drafts[0], final_text=first)
    second_id = act.add(
        cc_segments,
        scene_id=row.scene_id,
        lesson_id=row.lesson_id,
        source_type=row.source_type,
        source_ref=row.source_ref,
        sequence=row.sequence + 1,
        on_screen_duration=second_s,
        gap_after=row.gap_after,
        status="draft",
    )
    script = act.conn.execute(select(cc_scripts).where(cc_scripts.c.id == row.script_id)).one()
    add_script(act, author, script.project_id, _place(row, second_id), engine, drafts[1], second)
    _show_same_picture(act, row, second_id)
    at = ids.index(row.id) + 1
    number_segments(act, row.scene_id, engine, [*ids[:at], second_id, *ids[at:]])
    reopen_lesson(act, row.lesson_id)
    return second_id


def merge(act: Edit, author: Author, lesson_id: UUID, engine: Engine, segment_ids: Sequence[UUID]) -> UUID:
    """Make neighbours one segment, the first of them; its id.

    Texts are joined by a space where they come from the same place, else by a new line, as the lines of a slide are.
    Durations are added, the last one's gap stays, the others are deleted. It shows what the last of them that comes
    from a slide shows: a build stands with all before it, so what is spoken is still on screen.

    Raises:
        NotNeighbours: CC-0043.
    """
    named = [own_segment(act.conn, lesson_id, engine, one) for one in dict.fromkeys(segment_ids)]
    rows = sorted(named, key=lambda row: (row.sequence, row.id))
    _require_neighbours(act, engine, rows)
    first, text, draft = rows[0], spoken_text(rows[0]), rows[0].draft_text
    for row in rows[1:]:
        separator = " " if row.source_ref == first.source_ref else "\n"
        text = join_texts(text, spoken_text(row), separator)
        draft = draft if row.draft_text is None else join_texts(draft or "", row.draft_text, separator)
    known_s = [row.on_screen_duration for row in rows if row.on_screen_duration is not None]
    duration = sum(known_s, Decimal(0)) if known_s else None
    seen = next((row for row in reversed(rows) if row.source_ref is not None), first)
    place = {"source_type": seen.source_type, "source_ref": seen.source_ref}
    timing = {"on_screen_duration": duration, "gap_after": rows[-1].gap_after}
    act.change(cc_segments, first.id, **place, **timing, status="draft")
    _show_same_picture(act, seen, first.id)
    reword(act, author, first.script_id, draft_text=draft, final_text=text)
    touch_segment(act.conn, first.id)
    for row in rows[1:]:
        mark_deleted(act, cc_segments, row.id)
    number_segments(act, first.scene_id, engine)
    reopen_lesson(act, lesson_id)
    first_id: UUID = first.id
    return first_id


def add_script(
    act: Edit,
    author: Author,
    project_id: UUID,
    place: tuple[UUID, UUID, UUID],
    engine: Engine,
    draft_text: str | None,
    final_text: str,
    status: str = "draft",
) -> UUID:
    """Put a segment (lesson, scene, segment) into an engine's video."""
    lesson_id, scene_id, segment_id = place
    return act.add(
        cc_scripts,
        project_id=project_id,
        lesson_id=lesson_id,
        scene_id=scene_id,
        segment_id=segment_id,
        engine=engine.value,
        draft_text=draft_text,
        final_text=final_text,
        status=status,
        created_by=author.user_id,
    )


_SPOKEN = frozenset({SourceType.PPT_SLIDE.value, SourceType.PPT_ANIMATION.value, SourceType.TEXT.value})


def _place(row: Row[Any], segment_id: UUID) -> tuple[UUID, UUID, UUID]:
    return (row.lesson_id, row.scene_id, segment_id)


def _share(duration: Decimal | None, first: int, second: int) -> tuple[Decimal | None, Decimal | None]:
    if duration is None:
        return None, None
    share = (duration * first / (first + second)).quantize(EXACT_TO_S)
    return share, duration - share


def _show_same_picture(act: Edit, row: Row[Any], other_id: UUID) -> None:
    """Let another segment show the same picture, as a version of its own slot."""
    wanted = select(cc_assets).where(cc_assets.c.segment_id == row.id, cc_assets.c.role == SLIDE_PICTURE)
    shown = act.conn.execute(wanted.where(cc_assets.c.is_active, cc_assets.c.deleted_at.is_(None))).first()
    if shown is not None:
        described = {name: value for name, value in shown.metadata.items() if name not in {"sha256", "size_bytes"}}
        stored = stored_object(shown.metadata, shown.mime_type)
        put_asset(act, replace(slot_of(shown), segment_id=other_id), stored, AssetType(shown.asset_type), described)


def _require_neighbours(act: Edit, engine: Engine, rows: Sequence[Row[Any]]) -> None:
    ids = [row.id for row in rows]
    own = [one.id for one in own_segments(act.conn, rows[0].scene_id, engine)] if rows else []
    start = own.index(ids[0]) if ids else 0
    if len(ids) < 2 or own[start : start + len(ids)] != ids:  # noqa: PLR2004 - one alone has no neighbour
        raise NotNeighbours("Only segments that follow each other in one scene become one.")
    if any(row.source_type not in _SPOKEN for row in rows):
        raise NotNeighbours("A video that is shown whole cannot become one with its neighbours.")
