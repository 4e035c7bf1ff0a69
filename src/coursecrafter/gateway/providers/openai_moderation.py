"""A filter for pictures behind OpenAI's moderation call: OpenAI, Azure, LocalAI's and whoever else speaks it.

Source: OpenAI API reference, Create moderation; Moderation guide (pictures of up to 20 MB, one in a call).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from coursecrafter.gateway.errors import UnusableAnswer
from coursecrafter.gateway.http import TEXT_BYTES
from coursecrafter.gateway.ports import Candidate
from coursecrafter.gateway.providers.openai_place import OpenAIPlace
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.picture_data import data_url

LOOKED_AT = frozenset({"PNG", "JPEG", "WEBP"})
MOST_LOOKED_AT_BYTES = 15_000_000
"""Above it a smaller copy is looked at; coded for JSON it would be a third more, of the 20 MB that are taken."""
COPY_SIDE_PX = 2048
MOST_PROMPT_CHARS = 8_000
UNNAMED = "flagged"
"""The reason of a server that names none."""


class OpenAIFilter:
    """A filter that is asked by `POST /moderations`; the connection is the painter's."""

    def __init__(self, candidate: Candidate) -> None:
        self._place = OpenAIPlace.of(candidate, "")
        self._model = str(option(candidate, "moderation"))

    def look(self, content: bytes, prompt: str) -> tuple[str, ...]:
        """The categories in which a picture or its prompt is refused; () where it is fine.

        Args:
            content: PNG, JPEG or WebP.

        Raises:
            UnusableAnswer: CC-0325, the answer does not say. And `ProviderError` leaves: see `ProviderHttp.ask`.
        """
        shown: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": data_url(_small_enough(content))}}]
        if prompt.strip():
            shown.insert(0, {"type": "text", "text": prompt[:MOST_PROMPT_CHARS]})
        body = {"model": self._model, "input": shown}
        reply = self._place.http().ask("POST", self._place.url("moderations"), TEXT_BYTES, body=body)
        return _reasons(reply.json_object())


def _reasons(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The categories of all results. An answer that does not plainly say yes or no is none."""
    results = answer.get("results")
    if not isinstance(results, list) or not results:
        raise UnusableAnswer("The filter answers with something else.", detail=str(answer)[:500])
    reasons: dict[str, None] = {}
    for result in results:
        if not isinstance(result, Mapping) or not isinstance(result.get("flagged"), bool):
            raise UnusableAnswer("The filter answers with something else.", detail=str(answer)[:500])
        if result["flagged"]:
            categories = result.get("categories")
            named = categories.items() if isinstance(categories, Mapping) else ()
            reasons |= dict.fromkeys([str(name) for name, is_hit in named if is_hit is True] or [UNNAMED])
    return tuple(reasons)


def _small_enough(content: bytes) -> bytes:
    """The picture, or a smaller copy of one that is longer than is taken."""
    if len(content) <= MOST_LOOKED_AT_BYTES:
        return content
    with Image.open(io.BytesIO(content), formats=tuple(LOOKED_AT)) as picture:
        copy = picture.convert("RGB")
    copy.thumbnail((COPY_SIDE_PX, COPY_SIDE_PX))
    target = io.BytesIO()
    copy.save(target, "JPEG", quality=90)
    return target.getvalue()
