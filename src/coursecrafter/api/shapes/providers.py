"""What may be asked, and in which order: providers and routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Json, Moment, Shape

KindName = Literal["text", "speech", "image", "video", "parse"]
ModeName = Literal["standard", "premium"]


class Provider(Shape):
    """What makes something for the organisation, and what it takes for it.

    Where it is and how it is set is told to those who lead it: of an organisation's own to its owners and admins, of
    the installation's to nobody here.
    """

    id: Id | None
    """Null: the offline provider, which is always there."""
    name: Annotated[str, Field(examples=["Writers"])]
    """As routes and the log of calls name it."""
    protocol: Annotated[str, Field(examples=["openai_compatible"])]
    call_types: list[Literal["llm", "tts", "image", "video", "parse"]]
    """What it can be asked for."""
    asked_for: list[KindName]
    """What routes ask it for."""
    is_shared: bool
    """Whether it is the installation's: every organisation may use it."""
    is_enabled: bool
    """Whether it is asked; routes skip it otherwise."""
    needs_key: bool
    needs_network: bool
    base_url: str | None
    """Null: not told to you; empty: where its protocol usually is."""
    has_key: bool | None
    """Null: not told to you."""
    key_hint: str | None
    """The last signs of its key, to know it by; the key itself is never shown."""
    options: Json | None
    created_at: Moment | None


class Providers(Shape):
    """All of them, the offline one first."""

    items: list[Provider]


class ProviderChecked(Shape):
    """Whether a provider answers."""

    works: bool
    said: str
    """In words: what works, or why it does not and what to do."""
    code: str | None
    """Of the error, if it does not work."""
    models: list[str]
    """As the provider names them; at most 500. None where its protocol has no call for them."""
    took_seconds: float


class RouteEntry(Shape):
    """Who is asked."""

    provider: Annotated[str, Field(examples=["Writers"])]
    """A provider's name, or `offline`."""
    model: Annotated[str, Field(examples=["gpt-5-mini"])]
    options: Json


class Route(Shape):
    """Who is asked for one kind of thing, in order: the next one where the one before fails."""

    project_id: Id | None
    """Null: for all courses without a list of their own."""
    kind: KindName
    mode: ModeName
    entries: list[RouteEntry]


class RouteList(Shape):
    """The lists of the organisation and of its courses.

    A kind without a list is asked of the installation's, else of the offline provider.
    """

    items: list[Route]
