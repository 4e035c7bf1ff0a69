"""A stand-in for providers for one test, with nothing learnt or left open by another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coursecrafter.gateway.ports import Candidate, ChatRequest, SpeechRequest, Turn
from coursecrafter.gateway.providers.manners import forget_manners
from coursecrafter.gateway.providers.open_connections import close_connections
from providers.model_server import ModelServer, open_model_server

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "parts"],
    "properties": {
        "title": {"type": "string", "minLength": 3, "description": "Of the lesson."},
        "parts": {"type": "array", "minItems": 2, "items": {"type": "string"}},
    },
}
QUESTION = ChatRequest("You write lessons.", (Turn("user", "Write one on water."),), SCHEMA, "lesson")
PLAIN = ChatRequest("You write lessons.", (Turn("user", "Write one on water."),))
SCRIPT = SpeechRequest("Water boils at 100 degrees. On a mountain, it boils sooner!", "en", "en_female_neutral_1")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    forget_manners()
    with open_model_server() as opened:
        yield opened
        close_connections()


def candidate(server: ModelServer, protocol: str, model: str, voice: str = "", **options: Any) -> Candidate:
    """Somebody who answers at the stand-in; options are the connection's."""
    return Candidate(server.connection(protocol, **options), model, {}, voice)
