"""The stand-in's painters: OpenAI's image generations, a field of one colour, and its moderations, which look at one.

The moderation flags what `store["flagged"]` names: categories, by a word of the prompt; "" is any picture.
"""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING, Any

from PIL import Image

from providers.model_server_faults import Fault
from providers.model_server_wire import Answer, Asked, refuse, send

if TYPE_CHECKING:
    from providers.model_server import ModelServer

GPT_SIZES = ("1024x1024", "1536x1024", "1024x1536")
DALLE_SIZES = ("1024x1024", "1792x1024", "1024x1792")
COMMON = frozenset({"model", "prompt", "n", "size", "quality", "user"})
FIELDS = {
    "gpt-image-1": COMMON | {"background", "output_format", "output_compression", "moderation"},
    "gpt-image-2": COMMON | {"background", "output_format", "output_compression", "moderation"},
    "dall-e-3": COMMON | {"response_format", "style"},
    "local-painter": COMMON | {"response_format", "seed"},
    "link-painter": COMMON | {"response_format"},
}
MODERATORS = frozenset({"omni-moderation-latest", "text-moderation-latest"})
CATEGORIES = ("harassment", "sexual", "sexual/minors", "violence", "violence/graphic", "self-harm", "hate")
MOST_MODERATED_BYTES = 20_000_000
MODERATIONS = re.compile(r"(/v1|/openai/v1)/moderations")
PATH = re.compile(r"(/v1|/openai/v1|/openai/deployments/([^/]+))/images/generations")


def picture(width_px: int, height_px: int, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width_px, height_px), "#1f4e8c").save(file, kind)
    return file.getvalue()


def answer_picture(server: ModelServer, asked: Asked, fault: Fault | None) -> Answer | None:
    """An answer, if it is a painter that is asked."""
    if asked.path == "/pictures/1.png":
        has_key = "authorization" in asked.headers
        return refuse(400, "The key went where it does not belong.") if has_key else _file(1024, 1024)
    match = PATH.fullmatch(asked.path)
    if match is None:
        return None
    if (refused := _key_refusal(server, asked)) is not None:
        return refused
    body = asked.json
    model = match.group(2) or body.get("model", "")
    refused = _refusal(body, model)
    if refused is not None:
        return refused
    kind = "" if fault is None else fault.kind
    if kind in {"refusal", "filter"}:
        return refuse(400, "Your request was rejected by the safety system.", "moderation_blocked")
    return _drawn(server, body, model, kind)


def _key_refusal(server: ModelServer, asked: Asked) -> Answer | None:
    given = asked.headers.get("authorization", "").removeprefix("Bearer ") or asked.headers.get("api-key", "")
    return refuse(401, "Incorrect API key provided.", "invalid_api_key") if server.key and given != server.key else None


def answer_moderation(server: ModelServer, asked: Asked, _fault: Fault | None) -> Answer | None:
    """An answer, if it is the filter that is asked. Source: OpenAI API reference, Create moderation."""
    if MODERATIONS.fullmatch(asked.path) is None:
        return None
    return _key_refusal(server, asked) or _moderated(server, asked.json)


def _moderated(server: ModelServer, body: dict[str, Any]) -> Answer:
    if body.keys() - {"model", "input"}:
        return refuse(400, f"Unknown parameter: '{min(body.keys() - {'model', 'input'})}'.", "unknown_parameter")
    if body.get("model", "omni-moderation-latest") not in MODERATORS:
        return refuse(404, f"The model '{body['model']}' does not exist.", "model_not_found", "model")
    parts = body["input"]
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        return refuse(400, "Invalid type for 'input'.", "invalid_type", "input")
    pictures = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    if len(pictures) > 1 or body["model"].startswith("text-"):
        return refuse(400, "Number of images in input exceeds the limit.", "invalid_request", "input")
    for url in pictures:
        kind, _, coded = url.partition(";base64,")
        content = base64.b64decode(coded, validate=True)
        if len(content) > MOST_MODERATED_BYTES or not _is_of_kind(content, kind.removeprefix("data:")):
            return refuse(400, "Invalid image.", "invalid_image_format", "input")
    said = " ".join(part["text"] for part in parts if part["type"] == "text")
    flagged = server.store.get("flagged", {})
    hits = {name for word, names in flagged.items() if word in said for name in names}
    result = {
        "flagged": bool(hits),
        "categories": {name: name in hits for name in CATEGORIES},
        "category_scores": {name: 0.98 if name in hits else 0.0001 for name in CATEGORIES},
        "category_applied_input_types": {name: ["image"] if name in hits else [] for name in CATEGORIES},
    }
    return send({"id": "modr-1", "model": "omni-moderation-2024-09-26", "results": [result]})


def _is_of_kind(content: bytes, media_type: str) -> bool:
    with Image.open(io.BytesIO(content)) as image:
        return Image.MIME[str(image.format)] == media_type


def _refusal(body: dict[str, Any], model: str) -> Answer | None:
    if model not in FIELDS:
        return refuse(404, f"The model '{model}' does not exist.", "model_not_found", "model")
    unknown = body.keys() - FIELDS[model]
    if unknown:
        return refuse(400, f"Unknown parameter: '{min(unknown)}'.", "unknown_parameter", min(unknown))
    if model == "gpt-image-2" and not _is_free_size(body.get("size", "1024x1024")):
        return refuse(400, f"Invalid value: '{body['size']}'.", "invalid_value", "size")
    sizes = {"gpt-image-1": GPT_SIZES, "dall-e-3": DALLE_SIZES}.get(model)
    if sizes and body.get("size", sizes[0]) not in sizes:
        return refuse(400, f"Invalid value: '{body['size']}'.", "invalid_value", "size")
    return None


def _is_free_size(size: str) -> bool:
    width_px, height_px = (int(side) for side in size.split("x"))
    is_stepped = width_px % 16 == 0 and height_px % 16 == 0
    return is_stepped and 1 / 3 <= width_px / height_px <= 3 and max(width_px, height_px) <= 3840


def _drawn(server: ModelServer, body: dict[str, Any], model: str, kind: str) -> Answer:
    width_px, height_px = (int(side) for side in body.get("size", "1024x1024").split("x"))
    wants_text = model.startswith("gpt-image") or body.get("response_format") == "b64_json"
    if kind == "empty":
        return send({"created": 1, "data": []})
    if model == "link-painter" or not wants_text:
        link = server.store.get("link", f"{server.url}/pictures/1.png")
        return send({"created": 1, "data": [{"url": link}]})
    form = body.get("output_format", "png").upper()
    coded = base64.b64encode(picture(width_px, height_px, form)).decode()
    usage = {"input_tokens": 20, "output_tokens": 1056, "total_tokens": 1076}
    return send({"created": 1, "data": [{"b64_json": coded}], **({"usage": usage} if model == "gpt-image-1" else {})})


def _file(width_px: int, height_px: int) -> Answer:
    return Answer(200, picture(width_px, height_px), {"Content-Type": "image/png"})
