"""The one door to models: who is asked by the course's routes, tried again where that may help, and written down.

A candidate that fails is not replaced here: `speech_step`, `text_step` and `image_step` know what must come from one
hand, and go on to the next one. Here each attempt is reserved before it is made, and its row tells how it went.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from threading import Lock
from typing import Any
from uuid import UUID

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.errors import AnswerDeclined, UnusableAnswer
from coursecrafter.gateway.lexicon import Lexicon
from coursecrafter.gateway.payloads import kept
from coursecrafter.gateway.picture_filter import require_harmless
from coursecrafter.gateway.pictures import require_whole_picture
from coursecrafter.gateway.ports import (
    Brief,
    CallRecord,
    Calls,
    Candidate,
    ChatAnswer,
    ChatRequest,
    ImageAnswer,
    ImageRequest,
    Kind,
    Purpose,
    SpeechAnswer,
    SpeechRequest,
    TextAnswer,
    TextRequest,
    Turn,
)
from coursecrafter.gateway.prices import Usage
from coursecrafter.gateway.providers.offline_image import OfflineImage
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech, VoiceEngineMissing
from coursecrafter.gateway.providers.offline_text import OfflineText, UnknownTask
from coursecrafter.gateway.providers.offline_voices import UnknownVoice
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.text_pieces import piece_key
from coursecrafter.gateway.providers.token_counts import tokens_of
from coursecrafter.gateway.setting import OFFLINE_CANDIDATE, Setting
from coursecrafter.gateway.tasks import (
    TASKS,
    Task,
    answer_schema,
    join_answers,
    read_answer,
    repair_turns,
    split_payload,
)
from coursecrafter.gateway.tasks.page_text import PAGE_TEXT, page_request
from coursecrafter.gateway.tries import Question, Told, Tries
from coursecrafter.gateway.voices import provider_voice

BYTES_PER_TOKEN = 3
"""Fewer than there are in most languages, so that what is reserved is rather too much."""
PICTURE_TOKENS = 5000
"""Of a picture that a model looks at: as many as the newest count at most, for what is reserved."""
MOST_SOURCE_CHARS = 48_000
"""Of a document in one question; longer ones are asked about part by part."""


class AiGateway:
    """Implements `Gateway`. Safe from any thread.

    Args:
        calls: where attempts are reserved and written down.
        setting: of the course; read when the first call asks for it.
        say: told of what whoever waits should know.
        pause: waits so many seconds.
    """

    def __init__(
        self,
        calls: Calls,
        setting: Callable[[], Setting] = Setting,
        *,
        say: Callable[[str], None] = lambda _line: None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = calls
        self._read_setting = setting
        self._say = say
        self._tries = Tries(calls, self.cost, self._spend, pause)
        self._speech = OfflineSpeech()
        self._text = OfflineText()
        self._image = OfflineImage()
        self._lock = Lock()
        self._known: Setting | None = None
        self._noted: dict[UUID, None] = {}
        self._found: set[UUID | None] = set()
        self._spent = Decimal(0)

    @property
    def setting(self) -> Setting:
        """What the course's calls are made with."""
        with self._lock:
            if self._known is None:
                self._known = self._read_setting()
            return self._known

    @property
    def lexicon(self) -> Lexicon:
        """See `Gateway.lexicon`."""
        return self.setting.lexicon

    @property
    def noted(self) -> tuple[UUID, ...]:
        """See `Gateway.noted`."""
        with self._lock:
            return tuple(self._noted)

    @property
    def spent_usd(self) -> Decimal:
        """What the calls made through this door have cost, as far as prices are known."""
        with self._lock:
            return self._spent

    def speakers(self, language: str, voice: str) -> Sequence[Candidate]:
        """See `Gateway.speakers`."""
        found: list[Candidate] = []
        missing: GatewayError | None = None
        for by in self._route(Kind.SPEECH):
            try:
                found.append(self._speaker(by, language, voice))
            except (UnknownVoice, VoiceEngineMissing) as error:
                missing = missing or error
        if not found:
            raise missing or UnknownVoice("No provider speaks: the route for speech is empty.")
        return found

    def writers(self, request: TextRequest) -> Sequence[Candidate]:
        """See `Gateway.writers`."""
        if request.task not in TASKS:
            raise UnknownTask(f"There is no task {request.task!r}. There are {', '.join(sorted(TASKS))}.")
        return [
            replace(by, identity=self._text.identity())
            if by.is_offline
            else replace(by, identity=f"{by.identity}/{request.task}-{TASKS[request.task].version}")
            for by in self._route(Kind.TEXT)
        ]

    def painters(self) -> Sequence[Candidate]:
        """See `Gateway.painters`."""
        return [replace(by, identity=self._image.identity()) if by.is_offline else by for by in self._route(Kind.IMAGE)]

    def readers(self) -> Sequence[Candidate]:
        """See `Gateway.readers`; the offline provider reads no pages."""
        paid = [by for by in self.setting.route(Kind.PARSE, may_be_empty=True) if not by.is_offline]
        return [replace(by, identity=f"{by.identity}/{PAGE_TEXT.name}-{PAGE_TEXT.version}") for by in paid]

    def told(self, request: TextRequest) -> TextRequest:
        """See `Gateway.told`."""
        return request if request.brief != Brief() else replace(request, brief=self.setting.brief)

    def say(self, line: str) -> None:
        """See `Gateway.say`."""
        self._say(line)

    def note_call(self, call_id: UUID | None) -> None:
        """See `Gateway.note_call`."""
        if call_id is not None:
            with self._lock:
                self._noted[call_id] = None

    def note_found(self, call_type: str, purpose: Purpose, provider: str, model: str, first: UUID | None) -> UUID:
        """Write down that the answer to a question was found instead of asked for; the row's id.

        Args:
            first: the call that gave the answer.
        """
        meta = {"cost_usd": 0, "cached": True, **({"first_call": str(first)} if first else {})}
        payload = {"task": purpose.task, "sources": list(purpose.sources)}
        row_id = self._calls.found_again(CallRecord(purpose, call_type, provider, model, "success", payload, meta))
        with self._lock:
            self._found.add(row_id)
        return row_id

    def was_found(self, call_id: UUID | None) -> bool:
        """See `Gateway.was_found`."""
        with self._lock:
            return call_id in self._found

    def cost(self, by: Candidate, usage: Usage) -> Decimal | None:
        """What a call would cost, in USD; None where nobody knows."""
        return Decimal(0) if by.is_offline else self.setting.price(by, usage)

    def speak(self, request: SpeechRequest, purpose: Purpose, by: Candidate) -> SpeechAnswer:
        """See `Gateway.speak`."""
        usage = Usage(characters=len(request.text))
        asked = {**self._kept(request.text), "language": request.language, "voice": by.voice or request.voice}
        question = self._question(by, Kind.SPEECH, "tts", purpose, asked, usage)

        def tell(answer: SpeechAnswer) -> Told:
            estimated = sum(word.is_estimated for word in answer.words)
            meta = {"duration_s": float(answer.duration_s), "words": len(answer.words), "estimated_words": estimated}
            return Told(replace(usage, seconds=Decimal(str(float(answer.duration_s)))), answer.model, meta)

        if by.is_offline:
            answer, call_id = self._tries.make(question, lambda: self._speech.speak(request), tell)
        else:
            from coursecrafter.gateway.providers.registry import speaker  # noqa: PLC0415 - only where there is a provider

            voice = speaker(by, idempotency_key=purpose.key)
            answer, call_id = self._tries.make(question, lambda: voice.speak(request), tell)
        return replace(answer, call_id=call_id)

    def write(self, request: TextRequest, purpose: Purpose, by: Candidate) -> TextAnswer:
        """See `Gateway.write`."""
        task = TASKS[request.task]
        if by.is_offline or task.is_empty(request):
            return self._written_offline(task, request, purpose, by if by.is_offline else OFFLINE_CANDIDATE)
        parts = split_payload(request, int(by.options.get("most_source_chars", MOST_SOURCE_CHARS)))
        if not parts:
            # Nothing is wanted of it, such as a quiz of no questions.
            return self._written_offline(task, request, purpose, OFFLINE_CANDIDATE)
        answers = [self._written(task, part, purpose, by, nth) for nth, part in enumerate(parts)]
        if len(answers) == 1:
            return answers[0]
        joined = join_answers(request, [answer.value for answer in answers])
        if isinstance(joined, TextRequest):
            # Of a long document the sum of its parts' summaries may be long itself.
            answers.append(self.write(joined, replace(purpose, key=piece_key(purpose.key, len(parts))), by))
            joined = answers[-1].value
        made = [call for one in answers for call in (*one.earlier_call_ids, one.call_id) if call is not None]
        return replace(
            answers[-1],
            value=joined,
            input_tokens=sum(answer.input_tokens for answer in answers),
            output_tokens=sum(answer.output_tokens for answer in answers),
            earlier_call_ids=tuple(call for call in made if call != answers[-1].call_id),
        )

    def draw(self, request: ImageRequest, purpose: Purpose, by: Candidate) -> ImageAnswer:
        """See `Gateway.draw`."""
        size = {"width_px": request.width_px, "height_px": request.height_px, "seed": request.seed}
        by_filter = option(by, "moderation", "")
        question = self._question(
            by, Kind.IMAGE, "image", purpose, {**self._kept(request.prompt), **size}, Usage(images=1)
        )

        def tell(answer: ImageAnswer) -> Told:
            meta = {"bytes": len(answer.content), "mime_type": answer.mime_type}
            return Told(Usage(images=1), answer.model, meta | ({"moderation": by_filter} if by_filter else {}))

        if by.is_offline:
            answer, call_id = self._tries.make(question, lambda: self._image.draw(request), tell)
        else:
            from coursecrafter.gateway.providers import registry  # noqa: PLC0415 - only where there is a provider

            brush, looks = registry.painter(by, idempotency_key=purpose.key), registry.content_filter(by)

            def draw() -> ImageAnswer:
                drawn = require_whole_picture(brush.draw(request), request)
                return require_harmless(drawn, request.prompt, looks, self._tries.pause)

            answer, call_id = self._tries.make(question, draw, tell)
        return replace(answer, call_id=call_id)

    def read(self, picture: bytes, language: str, purpose: Purpose, by: Candidate) -> TextAnswer:
        """See `Gateway.read`."""
        return self._written(PAGE_TEXT, page_request(picture, language), purpose, by)

    def _route(self, kind: Kind) -> Sequence[Candidate]:
        return self.setting.route(kind)

    def _speaker(self, by: Candidate, language: str, voice: str) -> Candidate:
        if by.is_offline:
            return replace(by, identity=self._speech.identity(language, voice))
        chosen = provider_voice(by.connection, by.options, voice, language, by.model)
        if chosen is None:
            raise UnknownVoice(f"{by.connection.name} has no voice for {voice} in the language {language!r}.")
        return replace(by, voice=chosen, identity=f"{by.identity}/{chosen}")

    def _written_offline(self, task: Task, request: TextRequest, purpose: Purpose, by: Candidate) -> TextAnswer:
        payload = json.dumps(request.payload, sort_keys=True, ensure_ascii=False, default=str)
        asked = {**self._kept(payload), "language": request.language}
        question = self._question(by, Kind.TEXT, task.call_type, purpose, asked, Usage())

        def tell(answer: TextAnswer) -> Told:
            parts = sum(len(part) for part in answer.value.values() if isinstance(part, list))
            return Told(Usage(), answer.model, {"parts": parts})

        answer, call_id = self._tries.make(question, lambda: self._text.write(request), tell)
        return replace(answer, call_id=call_id)

    def _written(self, task: Task, request: TextRequest, purpose: Purpose, by: Candidate, nth: int = 0) -> TextAnswer:
        """Ask a model, and once more if its answer cannot be used, saying why; the nth part of a long question."""
        task.refuse(request)
        prompt = task.ask(request)
        turns: tuple[Turn, ...] = (Turn("user", prompt.user),)
        complaints: Sequence[str] = ()
        for is_repair in (False, True):
            question = ChatRequest(
                system=prompt.system,
                turns=turns,
                schema=answer_schema(task),
                schema_name=task.name,
                most_tokens=prompt.most_tokens,
                temperature=float(by.options.get("temperature", 0.0)),
                seed=int(by.options.get("seed", 0)),
                pictures=prompt.pictures,
            )
            # A part and a repair are other questions: a provider that knows keys must not give the first answer again.
            once = piece_key(purpose.key, nth) + ("-repair" if is_repair and purpose.key else "")
            answer, call_id = self._chatted(task, request, question, purpose, by, once, is_repair=is_repair)
            value, complaints = read_answer(task, request, answer.text)
            if answer.end == "length":
                complaints = [*complaints, "The answer was cut off: it must be shorter."]
            if value is not None and not complaints:
                tokens = (answer.input_tokens or 0, answer.output_tokens or 0)
                return TextAnswer(value, by.connection.name, answer.model, *tokens, call_id=call_id)
            turns = repair_turns(prompt, answer.text, complaints)
        raise UnusableAnswer(
            f"The answer of {by.connection.name} could not be used: {complaints[0] if complaints else 'it is empty'}",
            detail="; ".join(complaints),
        )

    def _chatted(
        self,
        task: Task,
        request: TextRequest,
        question: ChatRequest,
        purpose: Purpose,
        by: Candidate,
        once: str,
        *,
        is_repair: bool,
    ) -> tuple[ChatAnswer, Any]:
        from coursecrafter.gateway.providers.registry import text_model  # noqa: PLC0415 - only where there is a provider

        sent = question.system + "".join(turn.text for turn in question.turns)
        asked = {
            **self._kept(sent),
            "language": request.language,
            "template": f"{task.name}/{task.version}",
            "seed": question.seed,
            "temperature": question.temperature,
            **({"is_repair": True} if is_repair else {}),
        }
        model = text_model(by, idempotency_key=once, kind=task.kind)
        most_read = tokens_of(sent, BYTES_PER_TOKEN) + 1 + PICTURE_TOKENS * len(question.pictures)
        most = Usage(most_read, model.most_tokens(question))

        def ask() -> ChatAnswer:
            answer = model.chat(question)
            if answer.end in {"refusal", "filter"}:
                raise AnswerDeclined(f"{by.connection.name} declined to answer.", detail=answer.text, may_cost=True)
            return answer

        def tell(answer: ChatAnswer) -> Told:
            used = Usage(
                input_tokens=most.input_tokens if answer.input_tokens is None else answer.input_tokens,
                output_tokens=tokens_of(answer.text, BYTES_PER_TOKEN)
                if answer.output_tokens is None
                else answer.output_tokens,
            )
            meta = {"end": answer.end, "request_id": answer.request_id, **self._digest("answer", answer.text)}
            value, complaints = read_answer(task, request, answer.text)
            if value is None or complaints:
                # It came, and was paid for; why nothing was made of it would be hard to guess.
                meta |= {"is_usable": False, "complaints": max(len(complaints), 1)}
            return Told(used, answer.model, meta, answer.input_tokens, answer.output_tokens)

        return self._tries.make(self._question(by, task.kind, task.call_type, purpose, asked, most), ask, tell)

    def _spend(self, cost: Decimal | None) -> None:
        with self._lock:
            self._spent += cost or 0

    def _question(
        self, by: Candidate, kind: Kind, call_type: str, purpose: Purpose, asked: Mapping[str, Any], most: Usage
    ) -> Question:
        return Question(by, kind, call_type, purpose, asked, most, self.setting.snapshot)

    def _kept(self, text: str) -> dict[str, Any]:
        return kept(text, self.setting.payloads)

    def _digest(self, name: str, text: str) -> dict[str, Any]:
        return {f"{name}_{key}": value for key, value in self._kept(text).items()}
