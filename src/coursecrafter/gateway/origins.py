"""Which call gave an answer that is found: kept beside it, and said again in the course that makes use of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from coursecrafter.jobs.steps import Done, Produced

if TYPE_CHECKING:
    from coursecrafter.gateway.ports import Gateway, Purpose
    from coursecrafter.storage.objects import ObjectStore

FILE = "call"


def origin_file(folder: Path, call_id: UUID | None, purpose: Purpose, provider: str, model: str) -> Produced:
    """The file that tells which call gave a step's answer.

    It stands apart from the answer: a number of chance must not make what follows from an answer another thing.
    """
    path = folder / "call.json"
    told = {"ai_call_id": str(call_id) if call_id else None, "project_id": str(purpose.project_id)}
    path.write_text(json.dumps({**told, "provider": provider, "model": model}), encoding="utf-8")
    return Produced(path, "application/json")


def read_origin(store: ObjectStore, done: Done) -> Mapping[str, Any]:
    """What that file says; of an answer that was kept before there were any, nothing."""
    told: Mapping[str, Any] = json.loads(store.get_bytes(done.files[FILE])) if FILE in done.files else {}
    return told


def note_origin(gateway: Gateway, call_type: str, told: Mapping[str, Any], purpose: Purpose) -> UUID | None:
    """Note the call whose answer is made use of; its row, in the course's own log.

    An answer that another course of the organisation asked for is written down as found: whoever may see this course
    may not see that one.
    """
    if not told.get("ai_call_id"):
        return None
    call_id = UUID(told["ai_call_id"])
    if told["project_id"] != str(purpose.project_id):
        call_id = gateway.note_found(call_type, purpose, told["provider"], told["model"], call_id)
    gateway.note_call(call_id)
    return call_id
