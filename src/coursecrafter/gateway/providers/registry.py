"""Which protocols there are, what each of them serves, and who speaks it.

A new protocol is a module of its own and a line in `PROTOCOLS` and `MAKERS`. Modules are loaded when somebody is asked:
a course that needs no voice of Azure's does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Literal, cast

from coursecrafter.gateway.errors import ProviderError
from coursecrafter.gateway.ports import Candidate, Connection, ContentFilter, Kind, Painter, Speaker, TextModel
from coursecrafter.gateway.providers.options import option as option_of

OptionKind = Literal["text", "number", "switch", "list"]


class UnsuitableProvider(ProviderError):
    """A provider's protocol is unknown, or does not do what it is asked for."""

    code = "CC-0329"
    status = 422
    remedy = "Put another provider into the route, or set the provider up anew with the right protocol."


class UnsuitableOption(ProviderError):
    """An option is unknown to a provider's protocol, or has a value that it cannot have."""

    code = "CC-0330"
    status = 422
    remedy = "Correct the option, or leave it out."


@dataclass(frozen=True, slots=True)
class Option:
    """Something that may be set for a connection or an entry of a route.

    Attributes:
        about: a sentence on what it does.
        choices: all that it may be; (): anything of its kind.
        is_operators: whether only the installation's own providers may have it.
        on: where it stands: with the connection, with an entry of a route, or with either.
    """

    about: str
    kind: OptionKind = "text"
    choices: tuple[str, ...] = ()
    is_operators: bool = False
    on: Literal["connection", "route", "either"] = "either"


@dataclass(frozen=True, slots=True)
class ProtocolFacts:
    """What is known of a protocol.

    Attributes:
        about: who speaks it.
        serves: what may be asked of it.
        needs_key: whether no server of it works without a key.
        base_url: where it is by default; "": it has to be said.
        options: by name.
    """

    about: str
    serves: frozenset[Kind]
    needs_key: bool
    base_url: str
    options: Mapping[str, Option] = field(default_factory=dict)


WIRE = {
    "first_byte_s": Option("Seconds until an answer has to begin; 120 by default.", "number", on="connection"),
    "silence_s": Option("Seconds that an answer may pause once it has begun; 30.", "number", on="connection"),
    "longest_s": Option("Seconds after which a call ends, whatever comes; 600.", "number", on="connection"),
    "proxy": Option("Address of a proxy through which the provider is reached.", is_operators=True, on="connection"),
    "ca_file": Option("File with a company's own certificate authority.", is_operators=True, on="connection"),
}
VOICES = {
    "most_characters": Option("Characters that one call for speech takes; longer texts go in pieces.", "number"),
}
TEXTS = {
    "temperature": Option("How freely a model writes, where it lets itself be told.", "number"),
    "stream": Option("Whether the answer comes piece by piece, so that a silence is noticed; yes.", "switch"),
    "thinking_tokens": Option("Tokens a model that thinks first gets besides the answer's; 4096.", "number"),
}
OPENAI = {
    "azure": Option("Whether it is Azure OpenAI, where its address does not show it.", "switch", on="connection"),
    "api_version": Option("Azure's version of the API, for addresses that do not end in /v1.", on="connection"),
    "deployment": Option("Azure's name of the deployment; the model's own by default."),
    "organization": Option("OpenAI's organisation that is charged.", on="connection"),
    "project": Option("OpenAI's project that is charged.", on="connection"),
    "json": Option("The surest way in which JSON may be asked for.", choices=("schema", "object", "prompt")),
    "limit_name": Option("The field that bounds an answer's tokens.", choices=("max_tokens", "max_completion_tokens")),
    "reasoning_effort": Option("How long a model thinks, such as low."),
    "response_format": Option(
        "The kind of sound; wav by default.", choices=("wav", "mp3", "pcm", "flac", "opus", "aac")
    ),
    "pcm_rate_hz": Option("Samples in a second of bare sound; 24000.", "number"),
    "speed": Option("How fast a voice speaks; 1.", "number"),
    "instructions": Option("How a voice speaks, in words, where it can be told."),
    "captions": Option("Whether the voice is Kokoro-FastAPI, which tells when each word sounds.", "switch"),
    "sizes": Option("Sizes that an image model knows, such as 1024x1024.", "list"),
    "quality": Option("The quality of pictures, in the model's own word."),
    "style": Option("The style of pictures, in the model's own word."),
    "background": Option("The ground of pictures, in the model's own word."),
    "output_format": Option("The kind of picture.", choices=("png", "jpeg", "webp")),
    "seed": Option("Whether an image model takes a seed.", "switch"),
    "moderation": Option("The model that looks at pictures before anybody sees them, such as omni-moderation-latest."),
}
ANTHROPIC = {
    "api_version": Option("The version of the API; 2026-10-21.", choices=("2026-10-21", "2023-06-01")),
    "json": Option("The surest way in which JSON may be asked for.", choices=("schema", "tool", "prompt")),
    "thinking": Option("Whether a model thinks before it answers; off.", choices=("on", "off")),
    "effort": Option("How hard a model works, such as low."),
}
AZURE_SPEECH = {
    "region": Option("Azure's region, such as westeurope, where no address is given.", on="connection"),
    "word_times": Option(
        "Whether words' times are the service's, which takes longer, or estimated.", choices=("exact", "estimated")
    ),
    "rate": Option("How fast a voice speaks, such as +10%."),
    "poll_s": Option("Seconds between two looks at a batch; 2.", "number", on="connection"),
}
ELEVENLABS = {
    "output_format": Option("The kind of sound; mp3_44100_128."),
    "stability": Option("How evenly a voice speaks, 0 to 1.", "number"),
    "similarity_boost": Option("How close it keeps to its original, 0 to 1.", "number"),
    "style": Option("How much it exaggerates, 0 to 1.", "number"),
    "speed": Option("How fast it speaks, 0.7 to 1.2.", "number"),
    "use_speaker_boost": Option("Whether it is made still more alike.", "switch"),
    "seed": Option("A number with which the same text sounds the same, as far as it can.", "number"),
    "apply_text_normalization": Option("Whether numbers are written out.", choices=("auto", "on", "off")),
    "tell_language": Option("Whether the model is told the language.", "switch"),
}

PROTOCOLS: Mapping[str, ProtocolFacts] = {
    "openai_compatible": ProtocolFacts(
        "OpenAI, Azure OpenAI, Ollama, vLLM, llama.cpp, LocalAI, Kokoro-FastAPI, OpenRouter and others",
        frozenset({Kind.TEXT, Kind.SPEECH, Kind.IMAGE, Kind.PARSE}),
        needs_key=False,
        base_url="https://api.openai.com/v1",
        options=WIRE | TEXTS | VOICES | OPENAI,
    ),
    "anthropic": ProtocolFacts(
        "Anthropic's Claude",
        frozenset({Kind.TEXT, Kind.PARSE}),
        needs_key=True,
        base_url="https://api.anthropic.com/v1",
        options=WIRE | TEXTS | ANTHROPIC,
    ),
    "azure_speech": ProtocolFacts(
        "Azure AI Speech", frozenset({Kind.SPEECH}), needs_key=True, base_url="", options=WIRE | VOICES | AZURE_SPEECH
    ),
    "elevenlabs": ProtocolFacts(
        "ElevenLabs",
        frozenset({Kind.SPEECH}),
        needs_key=True,
        base_url="https://api.elevenlabs.io/v1",
        options=WIRE | VOICES | ELEVENLABS,
    ),
}

_HERE = "coursecrafter.gateway.providers"
_MAKERS = {
    ("openai_compatible", Kind.TEXT): ("openai_compatible", "OpenAIChat"),
    ("openai_compatible", Kind.SPEECH): ("openai_speech", "OpenAISpeaker"),
    ("openai_compatible", Kind.IMAGE): ("openai_images", "OpenAIPainter"),
    ("openai_compatible", Kind.PARSE): ("openai_compatible", "OpenAIChat"),
    ("anthropic", Kind.TEXT): ("anthropic", "AnthropicChat"),
    ("anthropic", Kind.PARSE): ("anthropic", "AnthropicChat"),
    ("azure_speech", Kind.SPEECH): ("azure_speech", "AzureSpeaker"),
    ("elevenlabs", Kind.SPEECH): ("elevenlabs", "ElevenLabsSpeaker"),
}
_MODELS = {
    "openai_compatible": ("openai_place", "openai_models"),
    "anthropic": ("anthropic", "anthropic_models"),
    "elevenlabs": ("elevenlabs", "elevenlabs_models"),
}
_FILTERS = {"openai_compatible": ("openai_moderation", "OpenAIFilter")}
_VOICES = {
    "openai_compatible": ("openai_speech", "openai_voices"),
    "azure_speech": ("azure_speech", "azure_voices"),
    "elevenlabs": ("elevenlabs", "elevenlabs_voices"),
}


@dataclass(frozen=True, slots=True)
class ProviderVoice:
    """A voice that a provider has; what it does not tell is ""."""

    id: str
    name: str
    language: str
    gender: str


def text_model(candidate: Candidate, idempotency_key: str = "", kind: Kind = Kind.TEXT) -> TextModel:
    """The language model of a candidate, also one that reads pages. Raises: UnsuitableProvider, CC-0329."""
    return cast("TextModel", _made(candidate, kind, idempotency_key))


def speaker(candidate: Candidate, idempotency_key: str = "") -> Speaker:
    """The voice of a candidate. Raises: UnsuitableProvider, CC-0329, also where no voice is named."""
    if not candidate.voice:
        raise UnsuitableProvider(f"The route names no voice of {candidate.connection.name}.")
    return cast("Speaker", _made(candidate, Kind.SPEECH, idempotency_key))


def painter(candidate: Candidate, idempotency_key: str = "") -> Painter:
    """The image model of a candidate. Raises: UnsuitableProvider, CC-0329."""
    return cast("Painter", _made(candidate, Kind.IMAGE, idempotency_key))


def content_filter(candidate: Candidate) -> ContentFilter | None:
    """The filter that looks at a candidate's pictures; None where neither its entry nor its connection names one."""
    where = _FILTERS.get(candidate.connection.protocol)
    if where is None or not option_of(candidate, "moderation"):
        return None
    return cast("ContentFilter", _found(where)(replace(candidate, connection=_addressed(candidate.connection))))


def list_models(connection: Connection) -> list[str]:
    """The models that a provider has for us; none where its protocol has no call for it, as Azure's speech.

    Raises:
        `ProviderError` leaves, CC-032x: it does not answer.
    """
    facts_of(connection.protocol)
    where = _MODELS.get(connection.protocol)
    return [] if where is None else list(_found(where)(_addressed(connection)))


def list_voices(connection: Connection) -> list[ProviderVoice]:
    """The voices that a provider has for us; none where its protocol has no call for it.

    Raises:
        `ProviderError` leaves, CC-032x: it does not answer.
    """
    facts_of(connection.protocol)
    where = _VOICES.get(connection.protocol)
    return [] if where is None else [ProviderVoice(*row) for row in _found(where)(_addressed(connection))]


def facts_of(protocol: str) -> ProtocolFacts:
    """What is known of a protocol. Raises: UnsuitableProvider, CC-0329."""
    if protocol not in PROTOCOLS:
        known = ", ".join(PROTOCOLS)
        raise UnsuitableProvider(f"There is no protocol {protocol}; it is one of {known}.")
    return PROTOCOLS[protocol]


def check_options(
    protocol: str, options: Mapping[str, Any], *, on: Literal["connection", "route"], may_be_private: bool
) -> None:
    """See that options are known to a protocol, of their kind, and may be set by whoever sets them.

    Args:
        on: where they stand.
        may_be_private: whether the provider is the installation's own.

    Raises:
        UnsuitableProvider: CC-0329.
        UnsuitableOption: CC-0330.
    """
    facts = facts_of(protocol)
    for name, value in options.items():
        option = facts.options.get(name)
        if option is None:
            raise UnsuitableOption(f"The protocol {protocol} has no option {name}.")
        if option.on not in {on, "either"}:
            raise UnsuitableOption(f"The option {name} belongs to the {option.on}, not to the {on}.")
        if option.is_operators and not may_be_private:
            raise UnsuitableOption(f"The option {name} may be set for the installation's own providers only.")
        if not _is_fit(option, value):
            wanted = " or ".join(option.choices) or f"a {option.kind}"
            raise UnsuitableOption(f"The option {name} is {wanted}.")


def _is_fit(option: Option, value: Any) -> bool:
    if option.choices:
        return value in option.choices
    if option.kind == "switch":
        return isinstance(value, bool)
    if option.kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
    if option.kind == "list":
        return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, str) for one in value)
    return isinstance(value, str) and value.isprintable()


def _made(candidate: Candidate, kind: Kind, idempotency_key: str) -> Any:
    connection = candidate.connection
    facts = facts_of(connection.protocol)
    if kind not in facts.serves:
        raise UnsuitableProvider(f"{connection.name} ({facts.about}) does not serve {kind.value}.")
    if facts.needs_key and not connection.key:
        raise UnsuitableProvider(f"{connection.name} ({facts.about}) needs a key.")
    addressed = Candidate(
        _addressed(connection), candidate.model, candidate.options, candidate.voice, candidate.identity
    )
    return _found(_MAKERS[connection.protocol, kind])(addressed, idempotency_key)


def _addressed(connection: Connection) -> Connection:
    """The connection, with its protocol's address where it has none of its own."""
    if connection.base_url:
        return connection
    base_url = facts_of(connection.protocol).base_url
    if not base_url and not connection.options.get("region"):
        raise UnsuitableProvider(f"{connection.name} has neither an address nor a region.")
    return Connection(
        connection.id,
        connection.name,
        connection.protocol,
        base_url,
        connection.key,
        connection.options,
        connection.may_be_private,
    )


def _found(where: tuple[str, str]) -> Callable[..., Any]:
    module, name = where
    return cast("Callable[..., Any]", getattr(import_module(f"{_HERE}.{module}"), name))
