"""What a provider is asked and what it answers; what engines may ask of the gateway.

The words of one door stand in one place, so this module is longer than others: who writes a provider reads it whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

from coursecrafter.domain.course import Engine
from coursecrafter.domain.speech import Word
from coursecrafter.errors import CourseCrafterError

if TYPE_CHECKING:
    from coursecrafter.gateway.lexicon import Lexicon
    from coursecrafter.gateway.prices import Usage
    from coursecrafter.gateway.sketches import Sketch


class Kind(StrEnum):
    """What may be asked of a provider; each has its own routes."""

    TEXT = "text"
    SPEECH = "speech"
    IMAGE = "image"
    VIDEO = "video"
    PARSE = "parse"


class Mode(StrEnum):
    """How a course is made: at the least cost, or at the best quality. Source: product (AI gateway)."""

    STANDARD = "standard"
    PREMIUM = "premium"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a provider is, and how it is spoken to.

    Attributes:
        id: of its row; None: the offline provider, which needs none.
        name: what its administrator calls it, as it stands in the log of calls.
        protocol: "openai_compatible", "anthropic", "azure_speech", "elevenlabs" or "offline".
        base_url: `https://api.example.org/v1`, without a slash at the end.
        key: in the clear, only ever in memory; "" for servers that want none.
        options: of the protocol, such as `api_version`, `deployment`, `silence_s`, `longest_s`.
        may_be_private: whether its address may be one of a private network: the installation's own providers may.
    """

    id: UUID | None
    name: str
    protocol: str
    base_url: str = ""
    key: str = field(default="", repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    may_be_private: bool = False


OFFLINE = Connection(None, "offline", "offline")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may answer a call: an entry of a route.

    Attributes:
        model: as the provider names it.
        options: of the entry, such as `voices` or `temperature`.
        voice: the provider's own voice; "" but for speech.
        identity: provider, model and whatever else of it an answer depends on; part of content keys.
    """

    connection: Connection
    model: str
    options: Mapping[str, Any] = field(default_factory=dict)
    voice: str = ""
    identity: str = ""

    @property
    def is_offline(self) -> bool:
        """Whether it needs neither key nor network, and costs nothing."""
        return self.connection.id is None


@dataclass(frozen=True, slots=True)
class Brief:
    """For whom and how something is written, from the course's context; what is not known is ""."""

    audience_level: str = ""
    audience_role: str = ""
    region: str = ""
    domain: str = ""
    tone: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation with a language model."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a language model is sent, whatever protocol it speaks.

    Attributes:
        system: our instructions; nothing from outside stands here.
        turns: begins and ends with one of the user's.
        schema: JSON Schema that the answer must obey; None: plain text.
        schema_name: letters, digits and underscores.
        most_tokens: of the answer.
        pictures: to be looked at with the last turn, PNG or JPEG.
    """

    system: str
    turns: tuple[Turn, ...]
    schema: Mapping[str, Any] | None = None
    schema_name: str = "answer"
    most_tokens: int = 4096
    temperature: float = 0.0
    seed: int | None = 0
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """What a language model answered.

    Attributes:
        model: as the provider says which it was.
        end: why it ended: it was done, it reached `most_tokens`, it declined, or a filter of the provider's stopped it.
        request_id: the provider's, to ask it about the call; "".
    """

    text: str
    model: str
    input_tokens: int | None
    output_tokens: int | None
    end: Literal["done", "length", "refusal", "filter"] = "done"
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call is for: its place in the ledger (schema 10.1).

    Attributes:
        engine: None for calls that serve no single engine ("global").
        task: "speech", "outline", "quiz", "scene_image" …
        key: content key of the step that the call is made in, also told to the provider, so that a call that is
            repeated after a kill can be known as the same; "" outside of steps.
        sources: what it is made from, as "slide 4" or "Handbook.pdf, p. 3".
        instead_of: the provider and model that should have answered and did not; "".
    """

    project_id: UUID
    lesson_id: UUID | None
    engine: Engine | None
    task: str
    key: str = ""
    sources: tuple[str, ...] = ()
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Phoneme:
    """How a part of a text, `text[start:end]`, is spoken: IPA without slashes."""

    start: int
    end: int
    ipa: str


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A text to be spoken.

    Attributes:
        text: the script, at least one character that can be spoken.
        language: BCP 47.
        voice: a voice profile such as `en_female_neutral_1`.
        phonemes: parts of the text that are spoken as written in IPA, in order: for providers that can.
    """

    text: str
    language: str
    voice: str
    phonemes: tuple[Phoneme, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechAnswer:
    """Sound and word times.

    Attributes:
        wav: mono, 16 bit.
    """

    wav: bytes
    duration_s: Fraction
    words: tuple[Word, ...]
    provider: str
    model: str
    call_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TextRequest:
    """A task for a language model, as a typed question.

    Attributes:
        task: one of `gateway.tasks.TASKS`.
        language: BCP 47 tag of the answer.
        payload: the task's own inputs, JSON; texts from outside stand here as data, never as instructions.
        brief: for whom and how it is written; a provider without a model pays no heed to it.
    """

    task: str
    language: str
    payload: Mapping[str, Any]
    brief: Brief = field(default_factory=Brief)


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """The task's answer as JSON, and who gave it.

    Attributes:
        call_id: of the last call that it took.
        earlier_call_ids: of those before, where its source was asked about part by part.
    """

    value: Any
    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    call_id: UUID | None = None
    is_cached: bool = False
    earlier_call_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """A picture to be composed or generated.

    Attributes:
        prompt: what it shows.
        width_px, height_px: at least 1024 each for a generated one.
        palette: colours as `#rrggbb`, the brand's first.
        seed: the same seed gives the same picture, where the provider can.
        sketch: what a painter that composes by rules draws of the text; a model is told by its prompt alone.
    """

    prompt: str
    width_px: int
    height_px: int
    palette: Sequence[str]
    seed: int
    style: Mapping[str, Any] = field(default_factory=dict)
    sketch: Sketch | None = None


@dataclass(frozen=True, slots=True)
class ImageAnswer:
    """A picture file."""

    content: bytes
    mime_type: str
    provider: str
    model: str
    call_id: UUID | None = None


class TextModel(Protocol):
    """A language model behind a provider's protocol; an attempt each time it is called."""

    def chat(self, request: ChatRequest) -> ChatAnswer:
        """Raises: `ProviderError` leaves, CC-032x."""
        ...

    def most_tokens(self, request: ChatRequest) -> int:
        """Of the answer, with what the model may think before it."""
        ...


class Speaker(Protocol):
    """A voice behind a provider's protocol."""

    def speak(self, request: SpeechRequest) -> SpeechAnswer:
        """Word offsets are into the request's text. Raises: `ProviderError` leaves, CC-032x."""
        ...


class Painter(Protocol):
    """An image model behind a provider's protocol."""

    def draw(self, request: ImageRequest) -> ImageAnswer:
        """Raises: `ProviderError` leaves, CC-032x."""
        ...


class ContentFilter(Protocol):
    """Looks at pictures that a model drew, before anybody sees them."""

    def look(self, content: bytes, prompt: str) -> tuple[str, ...]:
        """The reasons for which a picture is refused; () where it is fine.

        Raises: `ProviderError` leaves, CC-032x: the filter does not say.
        """
        ...


class Gateway(Protocol):
    """One door: calls by a candidate of the course's own routes, each with its rows in the ledger.

    Engines ask by `speech_step`, `text_step` and `image_step`, which keep answers under the identity of who gave them
    and go on to the next candidate where one fails.
    """

    def speakers(self, language: str, voice: str) -> Sequence[Candidate]:
        """Who may speak a language in a voice, in order; at least one.

        Raises:
            UnknownVoice: CC-0303, nobody can.
            VoiceEngineMissing: CC-0304, the offline voice was the only one, and is not installed.
        """
        ...

    def writers(self, request: TextRequest) -> Sequence[Candidate]:
        """Who may carry out a task, in order; at least one.

        Raises:
            UnknownTask: CC-0306.
        """
        ...

    def painters(self) -> Sequence[Candidate]:
        """Who may draw, in order; at least one."""
        ...

    def readers(self) -> Sequence[Candidate]:
        """Who may read pages that are pictures, in order; none where no model is to."""
        ...

    @property
    def lexicon(self) -> Lexicon:
        """How words of the course are spoken."""
        ...

    def told(self, request: TextRequest) -> TextRequest:
        """The request with what the course's context says of its audience."""
        ...

    def cost(self, by: Candidate, usage: Usage) -> Decimal | None:
        """What a call would cost, in USD; None where nobody knows."""
        ...

    def say(self, line: str) -> None:
        """Tell whoever waits: another provider answers, for instance."""
        ...

    @property
    def noted(self) -> tuple[UUID, ...]:
        """The calls whose answers were made use of, each once, in the order in which they were noted."""
        ...

    @property
    def spent_usd(self) -> Decimal:
        """What the calls made through this door have cost, as far as prices are known."""
        ...

    def note_found(self, call_type: str, purpose: Purpose, provider: str, model: str, first: UUID | None) -> UUID:
        """Write down that the answer to a question was found instead of asked for; the row's id."""
        ...

    def was_found(self, call_id: UUID | None) -> bool:
        """Whether a row is one that `note_found` wrote."""
        ...

    def note_call(self, call_id: UUID | None) -> None:
        """Note a call whose answer is made use of, also where it was made long ago; None is no call."""
        ...

    def speak(self, request: SpeechRequest, purpose: Purpose, by: Candidate) -> SpeechAnswer:
        """Raises: `GatewayError` leaves, CC-03xx."""
        ...

    def write(self, request: TextRequest, purpose: Purpose, by: Candidate) -> TextAnswer:
        """Raises: `GatewayError` leaves, CC-03xx."""
        ...

    def draw(self, request: ImageRequest, purpose: Purpose, by: Candidate) -> ImageAnswer:
        """Raises: `GatewayError` leaves, CC-03xx."""
        ...

    def read(self, picture: bytes, language: str, purpose: Purpose, by: Candidate) -> TextAnswer:
        """The `paragraphs` of a page's picture, PNG or JPEG. Raises: `GatewayError` leaves, CC-03xx."""
        ...


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt, as `cc_ai_calls` keeps it: no payload of the author's, only hashes and sizes."""

    purpose: Purpose
    call_type: str
    provider: str
    model: str
    status: str
    request_payload: Mapping[str, Any]
    response_meta: Mapping[str, Any]
    input_tokens: int | None = None
    output_tokens: int | None = None
    error_message: str | None = None


class Begun(Protocol):
    """An attempt that is reserved and not yet told."""

    @property
    def id(self) -> UUID:
        """Of its row in the ledger."""
        ...


class Calls(Protocol):
    """Where attempts are reserved and written down; safe to call from any thread."""

    def begin(self, by: Candidate, kind: Kind, purpose: Purpose, most_usd: Decimal | None) -> Begun:
        """Reserve an attempt and what it may cost at most, and wait for its turn at the provider.

        Raises:
            BudgetReached: CC-0311.
            ProviderResting: CC-0312.
            PriceUnknown: CC-0314.
            ProviderGone: CC-0331.
            ProviderBusy: CC-0321.
        """
        ...

    def end(self, attempt: Any, call: CallRecord, cost_usd: Decimal | None, failure: CourseCrafterError | None) -> UUID:
        """Write one attempt down, and put what it cost in the place of what was reserved."""
        ...

    def found_again(self, call: CallRecord) -> UUID:
        """Write down that an answer was found instead of asked for."""
        ...

    def refused(self, call: CallRecord, failure: CourseCrafterError) -> UUID:
        """Write down a call that was refused before it was made."""
        ...
