"""Pictures as steps: the same prompt, the same picture; and all of a lesson by one hand.

A scene's picture that was drawn by another model than its neighbours' looks like a mistake. So where a provider fails
in the middle, all pictures that are asked for together are asked of the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from coursecrafter.domain.keys import content_key
from coursecrafter.gateway.falling_back import first_answer
from coursecrafter.gateway.origins import FILE, note_origin, origin_file, read_origin
from coursecrafter.gateway.ports import OFFLINE, Candidate, Gateway, ImageRequest, Purpose
from coursecrafter.gateway.providers.offline_text.sketching import told_sketch
from coursecrafter.gateway.sketches import Family
from coursecrafter.jobs.steps import Done, Produced, Step

if TYPE_CHECKING:
    from coursecrafter.domain.stored import StoredObject
    from coursecrafter.jobs.steps import StepRunner
    from coursecrafter.storage.objects import ObjectStore

STEP_NAME = "scene_image"
VERSION = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the store, and who drew it.

    Attributes:
        call_id: of the call in the ledger; None where it was kept before calls had numbers.
        is_reused: whether it was found instead of drawn.
    """

    image: StoredObject
    provider: str
    model: str
    call_id: UUID | None
    is_reused: bool


def draw_pictures(
    steps: StepRunner, store: ObjectStore, gateway: Gateway, requests: Sequence[ImageRequest], purpose: Purpose
) -> list[Picture]:
    """Pictures in the order of their requests, all by the same provider and model.

    Raises:
        GatewayError: CC-03xx.
    """
    if not requests:
        return []

    def ask(by: Candidate, instead_of: str) -> list[Picture]:
        told = replace(purpose, instead_of=instead_of)
        done = steps.run([image_step(gateway, request, told, by) for request in requests])
        return [_read(store, gateway, one, purpose) for one in done]

    return first_answer(gateway.painters(), ask, gateway.say)


def image_step(gateway: Gateway, request: ImageRequest, purpose: Purpose, by: Candidate) -> Step:
    """The step in which a candidate draws a picture: files "image" and "call" (JSON)."""
    # A model's picture and a setting depend on the prompt alone: what is sketched for others must not draw them again.
    is_drawn = by.is_offline and request.sketch is not None and request.sketch.family is not Family.CONCEPT
    asked = request if is_drawn else replace(request, sketch=None)
    inputs = {**asdict(asked), "palette": list(request.palette), "identity": by.identity}
    if asked.sketch is None:
        del inputs["sketch"]
    key = content_key(STEP_NAME, VERSION, **inputs)

    def make(folder: Path) -> Mapping[str, Produced]:
        answer = gateway.draw(asked, replace(purpose, key=key), by)
        image = folder / "image"
        image.write_bytes(answer.content)
        origin = origin_file(folder, answer.call_id, purpose, answer.provider, answer.model)
        return {"image": Produced(image, answer.mime_type), FILE: origin}

    return Step(STEP_NAME, key, make, request.prompt)


def told_drawing(request: ImageRequest, picture: Picture) -> str:
    """What a picture shows to those who do not see it, where a text was drawn; "" for a model's and for a setting."""
    return told_sketch(request.sketch) if request.sketch and picture.provider == OFFLINE.name else ""


def _read(store: ObjectStore, gateway: Gateway, done: Done, purpose: Purpose) -> Picture:
    told = read_origin(store, done)
    call_id = note_origin(gateway, "image", told, purpose)
    return Picture(done.files["image"], told["provider"], told["model"], call_id, done.is_reused)
