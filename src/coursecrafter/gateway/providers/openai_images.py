"""Image models behind OpenAI's image call: OpenAI, Azure, LocalAI and others.

Source: OpenAI API reference, Create image.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from PIL import Image

from coursecrafter.gateway.errors import UnusableAnswer, once_charged
from coursecrafter.gateway.http import IMAGE_BYTES, ProviderHttp, read_base64
from coursecrafter.gateway.ports import Candidate, ImageAnswer, ImageRequest
from coursecrafter.gateway.providers.manners import Manners, with_manners
from coursecrafter.gateway.providers.openai_place import OpenAIPlace
from coursecrafter.gateway.providers.options import option

GPT_SIZES = ("1024x1024", "1536x1024", "1024x1536")
SIZES = {"gpt-image": GPT_SIZES, "chatgpt-image": GPT_SIZES, "dall-e-3": ("1024x1024", "1792x1024", "1024x1792")}
"""By the beginning of a model's name; other servers are asked for the size that is wanted."""
FREE_SIZES = ("gpt-image-2", "chatgpt-image-2")
"""Models of any size whose sides are multiples of 16, at most three to one; larger than this is experimental."""
STEP_PX, MOST_RATIO, MOST_PX, MOST_LONG_PX = 16, 3, 2560 * 1440, 2560
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
MOST_SIDE_PX = 8192
CODED_BYTES = IMAGE_BYTES * 4 // 3 + 65_536
ZONES = {
    "left": "The left third of the picture stays calm and empty.",
    "right": "The right third of the picture stays calm and empty.",
    "bottom": "The lower third of the picture stays calm and empty.",
    "full": "The whole picture is calm and faint, a background for text.",
}


class OpenAIPainter:
    """An image model that is asked by `POST /images/generations`.

    Args:
        idempotency_key: sent with each attempt, so that a server that knows it charges once; "": none.
    """

    def __init__(self, candidate: Candidate, idempotency_key: str = "") -> None:
        self._candidate = candidate
        self._place = OpenAIPlace.of(candidate, idempotency_key)

    def draw(self, request: ImageRequest) -> ImageAnswer:
        """Draw a picture of the size that is nearest to the one wanted, among those that the model knows.

        Raises:
            `ProviderError` leaves, CC-032x: see `ProviderHttp.ask`.
        """
        model = self._candidate.model
        key = ("images", self._candidate.connection.base_url, model, self._place.deployment)
        is_gpt = model.startswith(("gpt-image", "chatgpt-image"))
        first = Manners("told", dropped=frozenset({"response_format"}) if is_gpt else frozenset())
        content = with_manners(key, first, lambda manners, mark: self._attempt(request, manners, mark), _less)
        return ImageAnswer(content, _mime_type(content), self._candidate.connection.name, model)

    def _attempt(self, request: ImageRequest, manners: Manners, mark: str) -> bytes:
        body: dict[str, Any] = {"prompt": prompt_of(request), "n": 1}
        if not self._place.is_classic:
            body["model"] = self._place.deployment if self._place.is_azure else self._candidate.model
        wanted: dict[str, Any] = {
            "size": self._size(request, manners),
            "response_format": "b64_json",
            **{name: option(self._candidate, name) for name in ("quality", "background", "style", "output_format")},
        }
        if option(self._candidate, "seed", default=False):
            wanted["seed"] = request.seed
        body |= {name: value for name, value in wanted.items() if value is not None and manners.takes(name)}
        reply = self._place.http(mark).ask("POST", self._place.url("images/generations"), CODED_BYTES, body=body)
        return self._picture(reply.json_object())

    def _size(self, request: ImageRequest, manners: Manners) -> str:
        sizes = option(self._candidate, "sizes")
        model = self._candidate.model
        if sizes is None and manners.json == "told" and model.startswith(FREE_SIZES):
            return _free_size(request)
        if sizes is None:
            sizes = next((listed for begin, listed in SIZES.items() if model.startswith(begin)), ())
        if manners.json == "listed":
            sizes = GPT_SIZES
        return _nearest(request, tuple(str(size) for size in sizes)) or f"{request.width_px}x{request.height_px}"

    def _picture(self, answer: dict[str, Any]) -> bytes:
        """The bytes of the first picture. A link is followed without the key, to where a link may lead, not further."""
        drawn = answer.get("data")
        first = drawn[0] if isinstance(drawn, list) and drawn and isinstance(drawn[0], dict) else {}
        if first.get("b64_json"):
            content = read_base64(first["b64_json"])
        elif isinstance(first.get("url"), str):
            stranger = replace(self._candidate.connection, key="")
            with once_charged():
                content = ProviderHttp(stranger, is_link=True).ask("GET", first["url"], IMAGE_BYTES).content
        else:
            raise UnusableAnswer("The provider answers without a picture.", detail=str(answer)[:500], may_cost=True)
        if len(content) > IMAGE_BYTES:
            raise UnusableAnswer("The provider answers with far too much.", may_cost=True)
        return content


def prompt_of(request: ImageRequest) -> str:
    """What an image model is told: what the picture shows, in which colours, and what stays free for text."""
    parts = [request.prompt, "An illustration without words, letters or numbers."]
    if request.palette:
        parts.append(f"Colours: mainly {', '.join(request.palette)}.")
    zone = "full" if request.style.get("mode") == "background" else str(request.style.get("text_zone", "none"))
    if zone in ZONES:
        parts.append(ZONES[zone])
    if request.style.get("scheme") == "dark":
        parts.append("The ground is dark.")
    return "\n".join(parts)


def _free_size(request: ImageRequest) -> str:
    """The size that is wanted, within what a model of free sizes draws. Source: OpenAI API reference, Create image."""
    width, height = float(request.width_px), float(request.height_px)
    width, height = max(width, height / MOST_RATIO), max(height, width / MOST_RATIO)
    scale = min(1.0, MOST_LONG_PX / max(width, height), (MOST_PX / (width * height)) ** 0.5)
    sides = [max(int(side * scale) // STEP_PX, 1) * STEP_PX for side in (width, height)]
    least = -(-max(sides) // (MOST_RATIO * STEP_PX)) * STEP_PX
    return "x".join(str(max(side, least)) for side in sides)


def _nearest(request: ImageRequest, sizes: tuple[str, ...]) -> str | None:
    """The size whose sides are most nearly as those wanted; of equal ones the first."""
    wanted = request.width_px / request.height_px

    def away(size: str) -> float:
        width, _, height = size.partition("x")
        ratio = int(width) / int(height)
        return max(ratio / wanted, wanted / ratio)

    known = [size for size in sizes if all(side.isdecimal() and int(side) for side in size.split("x"))]
    return min(known, key=away, default=None)


def _less(manners: Manners, said: str) -> Manners | None:
    """What is asked next, where a refusal names what the server does not know."""
    for name in ("response_format", "output_format", "background", "quality", "style", "seed"):
        if name in said and manners.takes(name):
            return manners.without(name)
    if "size" in said and manners.json == "told":
        return replace(manners, json="listed")
    return None


def _mime_type(content: bytes) -> str:
    """Of a picture that can be opened. Raises: UnusableAnswer, CC-0325."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(KINDS)) as picture:
            kind, sides = KINDS[str(picture.format)], picture.size
            picture.verify()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        message = "The provider answers with something that is no picture."
        raise UnusableAnswer(message, detail=str(error), may_cost=True) from error
    if max(sides) > MOST_SIDE_PX:
        raise UnusableAnswer("The provider's picture is too large.", detail=str(sides), may_cost=True)
    return kind
