"""Speech as a step: one text, one call, found again by every engine.

The narrated video, the branded video and the module of a lesson ask for the same texts in the same voice. They share
results because they share this module: its step name, its key and its way of writing a text for a voice.
"""

from __future__ import annotations

import io
import json
import unicodedata
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursecrafter.domain.keys import content_key
from coursecrafter.domain.speech import NO_TAKES, Speech, Takes, Word
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.falling_back import first_answer
from coursecrafter.gateway.lexicon import applicable, apply
from coursecrafter.gateway.origins import FILE, note_origin, origin_file, read_origin
from coursecrafter.gateway.ports import Candidate, SpeechRequest
from coursecrafter.gateway.takes import choose_take
from coursecrafter.jobs.steps import Done, Produced, Step

if TYPE_CHECKING:
    from coursecrafter.gateway.ports import Gateway, Purpose, SpeechAnswer
    from coursecrafter.jobs.steps import StepRunner
    from coursecrafter.storage.objects import ObjectStore

STEP_NAME = "speech"
VERSION = 1

PAUSES = frozenset(".!?…:;,،؛؟۔。！？；：、，．।॥")
CLOSERS = "\"'”’»›)]}）」』】"
BULLETS = frozenset("•◦▪‣·●○■□►▶➢➤✓✔-–—*")
EAST_ASIAN = ("zh", "ja", "yue")


class UnreadableSpeech(GatewayError):
    """A voice answered with something that is not sound."""

    code = "CC-0349"
    remedy = "Choose another voice, or try again: the voice service sent a broken answer."
    retry = True


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """A text as a voice should get it.

    Attributes:
        text: what is sent.
        origins: for each of its characters the index in the written text, or -1 for one that was added.
    """

    text: str
    origins: tuple[int, ...]

    def written_span(self, char_start: int, char_end: int) -> tuple[int, int] | None:
        """The written text's part that a part of the spoken text stands for; None if it stands for nothing."""
        found = [origin for origin in self.origins[char_start:char_end] if origin >= 0]
        return (found[0], found[-1] + 1) if found else None


def is_speakable(text: str) -> bool:
    """Whether a voice has anything to say: a letter or a digit of any script."""
    return any(char.isalnum() for char in text)


def spoken_form(text: str, language: str) -> SpokenForm:
    """Write a text so that a voice reads its lines as lines.

    Nothing is paraphrased. A line that ends without punctuation gets a full stop, since voices run such bullets into
    one breath; signs that only mark a bullet, and characters that no voice can take, are left out.
    """
    chars: list[tuple[str, int]] = []
    for start, line in _lines(text):
        kept = _speakable_characters(line, start)
        if not is_speakable("".join(char for char, _ in kept)):
            continue
        if chars:
            chars.append(("\n", -1))
        chars += kept
        chars += [(mark, -1) for mark in _final_mark("".join(char for char, _ in kept), language)]
    return SpokenForm("".join(char for char, _ in chars), tuple(origin for _, origin in chars))


def _lines(text: str) -> list[tuple[int, str]]:
    lines, start = [], 0
    for line in text.splitlines(keepends=True):
        lines.append((start, line))
        start += len(line)
    return lines


def _speakable_characters(line: str, start: int) -> list[tuple[str, int]]:
    """Characters of a line with their places, without bullet signs, controls and doubled blanks."""
    kept: list[tuple[str, int]] = []
    for place, char in enumerate(line, start):
        is_control = unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} or char.isspace()
        if not is_control:
            kept.append((char, place))
        elif kept and kept[-1][0] != " ":
            kept.append((" ", place))
    while kept and kept[-1][0] == " ":
        kept.pop()
    if len(kept) > 1 and kept[0][0] in BULLETS and kept[1][0] == " ":
        del kept[:2]
    return kept


def _final_mark(line: str, language: str) -> str:
    ending = line.rstrip(CLOSERS + " ")[-1:]
    if ending in PAUSES:
        return ""
    if language.split("-", maxsplit=1)[0].lower() in EAST_ASIAN:
        return "。"
    # "2." is an ordinal in German, Danish, Turkish and more: a semicolon pauses as well.
    return ";" if ending.isdigit() else "."


def speech_step(
    gateway: Gateway,
    text: str,
    *,
    language: str,
    voice: str,
    purpose: Purpose,
    by: Candidate,
    label: str = "",
    take: int = 0,
) -> Step:
    """The step in which a candidate speaks a text: files "sound" (WAV), "words" and "call" (JSON).

    Args:
        gateway: whose `speak` is called once if the result is not there yet.
        text: as written on screen; `is_speakable` must hold.
        language: BCP 47.
        voice: a voice profile.
        purpose: for the ledger; no part of the key.
        label: for progress.
        take: 0, or how often it is asked anew.
    """
    form = spoken_form(text, language)
    inputs: dict[str, Any] = {"text": text, "language": language, "voice": voice, "identity": by.identity}
    # Only entries that are heard in this text: another word in the lexicon must not make a course speak anew.
    heard = applicable(form.text, gateway.lexicon, language)
    if heard:
        inputs["lexicon"] = [list(one) for one in heard]
    if take:
        inputs["take"] = take
    key = content_key(STEP_NAME, VERSION, **inputs)

    def make(folder: Path) -> Mapping[str, Produced]:
        said = apply(form.text, gateway.lexicon, language)
        request = SpeechRequest(said.text, language, voice, said.phonemes)
        with _named(label):
            answer = gateway.speak(request, replace(purpose, key=key), by)
        files = _write_answer(folder, replace(answer, words=said.before(answer.words)), form)
        return {**files, FILE: origin_file(folder, answer.call_id, purpose, answer.provider, answer.model)}

    return Step(STEP_NAME, key, make, label)


def speak_texts(
    steps: StepRunner,
    store: ObjectStore,
    gateway: Gateway,
    texts: Sequence[str],
    *,
    language: str,
    voice: str,
    purpose: Purpose,
    label: Callable[[int], str] = lambda index: f"text {index + 1}",
    takes: Sequence[Takes] = (),
) -> list[Speech | None]:
    """Speak texts, all in one voice of one provider; None for each that a voice cannot speak.

    Where a provider fails in the middle, all of them are spoken by the next one of the route: two voices in one lesson
    are worse than a second start. What the first had spoken stays, for the day it works again.

    Args:
        takes: what their author thinks of earlier sounds, one for each text; () where nothing is known.

    Raises:
        NoOtherTake: CC-0363.
        GatewayError: CC-03xx, a call failed.
    """
    spoken = [index for index, text in enumerate(texts) if is_speakable(text)]
    if not spoken:
        return [None] * len(texts)

    def ask(by: Candidate, instead_of: str) -> list[Done]:
        told = replace(purpose, instead_of=instead_of)

        def step_of(index: int, take: int) -> Step:
            settings: Any = {"language": language, "voice": voice, "purpose": told, "by": by}
            return speech_step(gateway, texts[index], **settings, label=label(index), take=take)

        def chosen(index: int) -> Step:
            with _named(label(index)):
                return take_step(store, by, partial(step_of, index), takes[index] if takes else NO_TAKES)

        return steps.run([chosen(index) for index in spoken])

    done = first_answer(gateway.speakers(language, voice), ask, gateway.say)
    found: dict[int, Speech] = {}
    for index, one in zip(spoken, done, strict=True):
        found[index] = read_speech(store, one)
        if takes and found[index].sound.key in takes[index].rejected:
            gateway.say(
                f"The voice says {label(index)} as in the take that was rejected: choose another voice or other words"
            )
    for index, one in zip(spoken, done, strict=True):
        call_id = note_origin(gateway, "tts", read_origin(store, one), purpose)
        found[index] = replace(found[index], call_id=call_id)
    return [found.get(index) for index in range(len(texts))]


def take_step(store: ObjectStore, by: Candidate, step_of: Callable[[int], Step], takes: Takes) -> Step:
    """The step of the take that is used of a text; the offline voice says a text alike each time.

    Raises:
        NoOtherTake: CC-0363.
    """
    return step_of(0 if by.is_offline else choose_take(store, step_of, takes))


@contextmanager
def _named(label: str) -> Iterator[None]:
    """Say in a failure which of many texts it met: what was spoken before is kept, and only it is left to look at."""
    try:
        yield
    except GatewayError as error:
        if label:
            error.message = f"{error.message} This happened at {label}."
        raise


def read_speech(store: ObjectStore, done: Done) -> Speech:
    """The speech that a finished speech step left in the store; word offsets are into the written text."""
    words = json.loads(store.get_bytes(done.files["words"]))
    return Speech(
        sound=done.files["sound"],
        duration_s=Fraction(words["duration_s"]),
        words=tuple(
            Word(start, end, Fraction(start_s), Fraction(end_s), is_estimated)
            for start, end, start_s, end_s, is_estimated in words["words"]
        ),
        provider=words["provider"],
        model=words["model"],
        is_reused=done.is_reused,
    )


def _write_answer(folder: Path, answer: SpeechAnswer, form: SpokenForm) -> Mapping[str, Produced]:
    sound, words = folder / "speech.wav", folder / "words.json"
    sound.write_bytes(answer.wav)
    words.write_text(
        json.dumps(
            {
                "duration_s": str(_wav_duration_s(answer.wav)),
                "provider": answer.provider,
                "model": answer.model,
                "words": [
                    [*span, str(word.start_s), str(word.end_s), word.is_estimated]
                    for word in answer.words
                    if (span := form.written_span(word.char_start, word.char_end)) is not None
                ],
            }
        ),
        encoding="utf-8",
    )
    return {"sound": Produced(sound, "audio/wav"), "words": Produced(words, "application/json")}


def _wav_duration_s(wav: bytes) -> Fraction:
    """Exact length: the samples that are there, since streamed answers carry a header that promises too many."""
    try:
        with wave.open(io.BytesIO(wav)) as sound:
            frame_bytes = sound.getsampwidth() * sound.getnchannels()
            return Fraction(len(sound.readframes(sound.getnframes())) // frame_bytes, sound.getframerate())
    except (wave.Error, EOFError) as error:
        raise UnreadableSpeech("The voice did not answer with sound.", detail=str(error)) from error
