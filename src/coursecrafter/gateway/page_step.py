"""Pages that are pictures, read as steps: the same picture, the same words.

A page needs no neighbour of the same hand. So where a provider fails in the middle, what it has read stays, and only
the pages that are missing are asked of the next one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from coursecrafter.domain.keys import content_key
from coursecrafter.gateway.errors import CallFailed, ProviderError
from coursecrafter.gateway.falling_back import first_answer
from coursecrafter.gateway.origins import FILE, note_origin, origin_file
from coursecrafter.gateway.ports import Candidate, Gateway, Purpose
from coursecrafter.jobs.steps import Done, Produced, Step

if TYPE_CHECKING:
    from coursecrafter.domain.stored import StoredObject
    from coursecrafter.jobs.steps import StepRunner
    from coursecrafter.storage.objects import ObjectStore

STEP_NAME = "page_text"
VERSION = 1


@dataclass(frozen=True, slots=True)
class PageText:
    """What stands on a page, and who read it.

    Attributes:
        paragraphs: in reading order; none where the page has no words.
        call_id: of the call in the course's own log.
    """

    paragraphs: tuple[str, ...]
    provider: str
    model: str
    call_id: UUID | None


def read_pages(
    steps: StepRunner,
    store: ObjectStore,
    gateway: Gateway,
    pictures: Sequence[bytes],
    *,
    language: str,
    purpose: Purpose,
    label: Callable[[int], str] = lambda index: f"page {index + 1}",
) -> list[PageText]:
    """What stands on pages, in their order; asked of `gateway.readers()`, of which there has to be one.

    Args:
        pictures: PNG or JPEG. Each is taken twice, for its key and when it is read, so that a sequence that fetches
            them from files never holds more than are read at once.
        language: BCP 47, the course's.
        label: names a page in progress and in the ledger, as "Handbook.pdf, p. 3".

    Raises:
        GatewayError: CC-03xx.
    """
    if not pictures:
        return []
    hashes = [sha256(picture).hexdigest() for picture in pictures]
    read: dict[int, Mapping[str, StoredObject]] = {}

    def ask(by: Candidate, instead_of: str) -> None:
        told = replace(purpose, instead_of=instead_of)
        wanted = {
            index: page_step(gateway, pictures, index, hashes[index], language, told, by, label(index))
            for index in range(len(pictures))
            if index not in read
        }
        steps.expect({STEP_NAME: len(wanted)})
        try:
            done: list[Done] = steps.run(wanted.values())
        except (ProviderError, CallFailed):
            read.update(_finished(store, wanted))
            raise
        read.update({index: one.files for index, one in zip(wanted, done, strict=True)})

    first_answer(gateway.readers(), ask, gateway.say)
    return [
        _read(store, gateway, read[index], replace(purpose, sources=(label(index),))) for index in range(len(pictures))
    ]


def page_step(
    gateway: Gateway,
    pictures: Sequence[bytes],
    index: int,
    picture_hash: str,
    language: str,
    purpose: Purpose,
    by: Candidate,
    label: str,
) -> Step:
    """The step in which a candidate reads a page: files "text" and "call" (JSON)."""
    key = content_key(STEP_NAME, VERSION, picture=picture_hash, language=language, identity=by.identity)

    def make(folder: Path) -> Mapping[str, Produced]:
        answer = gateway.read(pictures[index], language, replace(purpose, key=key, sources=(label,)), by)
        text = folder / "text.json"
        paragraphs = [one for one in answer.value["paragraphs"] if one.strip()]
        content = {"paragraphs": paragraphs, "provider": answer.provider, "model": answer.model}
        text.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", errors="replace")
        origin = origin_file(folder, answer.call_id, purpose, answer.provider, answer.model)
        return {"text": Produced(text, "application/json"), FILE: origin}

    return Step(STEP_NAME, key, make, label)


def _finished(store: ObjectStore, wanted: Mapping[int, Step]) -> dict[int, Mapping[str, StoredObject]]:
    """What steps had left in the store when another one failed."""
    found = {index: store.find_record(step.name, step.key) for index, step in wanted.items()}
    return {index: files for index, files in found.items() if files is not None}


def _read(store: ObjectStore, gateway: Gateway, files: Mapping[str, StoredObject], purpose: Purpose) -> PageText:
    """A page; that its call was made for another course of the organisation is said in this one's own log."""
    kept = json.loads(store.get_bytes(files["text"]))
    told = json.loads(store.get_bytes(files[FILE]))
    if "project_id" not in told:  # kept before it was said for whom: the page may be another course's
        told |= {"project_id": "", "provider": kept["provider"], "model": kept["model"]}
    call_id = note_origin(gateway, "parse", told, purpose)
    return PageText(tuple(kept["paragraphs"]), kept["provider"], kept["model"], call_id)
