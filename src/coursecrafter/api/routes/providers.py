"""`/cc/providers`, `/cc/voices`: what can speak, write and draw for this installation."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.base import Shape
from coursecrafter.gateway.offline import PROVIDER
from coursecrafter.gateway.providers.offline_voices import voices

routes = Routes("/cc", "Voices and providers")
SERVED = ("llm", "tts", "image")
"""What the offline provider does; nothing makes clips yet."""


class Voice(Shape):
    """A voice that an author can choose."""

    name: str
    language: str
    gender: Literal["female", "male"]
    tone: Literal["neutral", "calm", "lively"]
    provider: str
    has_word_times: bool


class Voices(Shape):
    """All of them."""

    items: list[Voice]


class Provider(Shape):
    """What makes something for us, and what it takes for it."""

    name: str
    call_types: list[Literal["llm", "tts", "image", "video"]]
    needs_key: bool
    needs_network: bool


class Providers(Shape):
    """All of them."""

    items: list[Provider]


@routes.reads("/voices/list", Voices, refuses=())
def read_voices(
    call: Calling,
    language: Annotated[str | None, Query(max_length=35, description="Voices of this language, as `en`.")] = None,
    gender: Annotated[Literal["female", "male"] | None, Query()] = None,
) -> Response:
    """The voices that can be chosen."""
    wanted = (language or "").lower()
    found = [
        {
            "name": voice.name,
            "language": voice.language,
            "gender": voice.gender,
            "tone": voice.tone,
            "provider": PROVIDER,
            "has_word_times": True,
        }
        for voice in voices()
        if voice.language.startswith(wanted) and gender in {None, voice.gender}
    ]
    return call.read(lambda _conn: {"items": found})


@routes.reads("/providers/list", Providers, refuses=())
def read_providers(call: Calling) -> Response:
    """What serves this installation: the offline provider, which needs neither key nor network."""
    offline = {"name": PROVIDER, "call_types": list(SERVED), "needs_key": False, "needs_network": False}
    return call.read(lambda _conn: {"items": [offline]})
