"""Which calls gave an answer that is found: kept beside it, and said again in the course that makes use of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from coursecrafter.jobs.steps import Done, Produced

if TYPE_CHECKING:
    from coursecrafter.gateway.ports import Gateway, Purpose
    from coursecrafter.storage.objects import ObjectStore

FILE = "call"


def origin_file(
    folder: Path, call_id: UUID | None, purpose: Purpose, provider: str, model: str, *, earlier: Sequence[UUID] = ()
) -> Produced:
    """The file that tells which call gave a step's answer, and which calls before it are in the answer too.

    It stands apart from the answer: a number of chance must not make what follows from an answer another thing.
    """
    path = folder / "call.json"
    told = {"ai_call_id": str(call_id) if call_id else None, "project_id": str(purpose.project_id)}
    before = {"earlier_ai_call_ids": [str(one) for one in earlier]} if earlier else {}
    path.write_text(json.dumps({**told, "provider": provider, "model": model, **before}), encoding="utf-8")
    return Produced(path, "application/json")


def read_origin(store: ObjectStore, done: Done) -> Mapping[str, Any]:
    """What that file says; of an answer that was kept before there were any, nothing."""
    told: Mapping[str, Any] = json.loads(store.get_bytes(done.files[FILE])) if FILE in done.files else {}
    return told


def note_origin(gateway: Gateway, call_type: str, told: Mapping[str, Any], purpose: Purpose) -> UUID | None:
    """Note the calls whose answer is made use of, the last one last; that one's row, in the course's own log.

    An answer that another course of the organisation asked for is written down as found: whoever may see this course
    may not see that one.
    """
    if not told.get("ai_call_id"):
        return None
    noted: UUID | None = None
    for made in (*told.get("earlier_ai_call_ids", ()), told["ai_call_id"]):
        noted = UUID(made)
        if told["project_id"] != str(purpose.project_id):
            noted = gateway.note_found(call_type, purpose, told["provider"], told["model"], noted)
        gateway.note_call(noted)
    return noted
