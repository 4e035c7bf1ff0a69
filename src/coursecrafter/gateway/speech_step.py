"""Speech as a step: one text, one call, found again by every engine.

The narrated video, the branded video and the module of a lesson ask for the same texts in the same voice. They share
results because they share this module: its step name, its key and its way of writing a text for a voice.
"""

from __future__ import annotations

import io
import json
import unicodedata
import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from coursecrafter.domain.keys import content_key
from coursecrafter.domain.speech import Speech, Word
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.ports import SpeechRequest
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


def speech_step(gateway: Gateway, text: str, *, language: str, voice: str, purpose: Purpose, label: str = "") -> Step:
    """The step that speaks a text: files "sound" (WAV) and "words" (JSON).

    Args:
        gateway: whose `speak` is called once if the result is not there yet.
        text: as written on screen; `is_speakable` must hold.
        language: BCP 47.
        voice: a voice profile.
        purpose: for the ledger; no part of the key.
        label: for progress.
    """
    identity = gateway.speech_identity(language, voice)
    key = content_key(STEP_NAME, VERSION, text=text, language=language, voice=voice, identity=identity)

    def make(folder: Path) -> Mapping[str, Produced]:
        form = spoken_form(text, language)
        answer = gateway.speak(SpeechRequest(form.text, language, voice), purpose)
        return _write_answer(folder, answer, form)

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
) -> list[Speech | None]:
    """Speak texts; None for each that a voice cannot speak.

    Raises:
        GatewayError: CC-03xx, a call failed.
    """
    spoken = [index for index, text in enumerate(texts) if is_speakable(text)]
    wanted = [
        speech_step(gateway, texts[index], language=language, voice=voice, purpose=purpose, label=label(index))
        for index in spoken
    ]
    found = {index: read_speech(store, done) for index, done in zip(spoken, steps.run(wanted), strict=True)}
    return [found.get(index) for index in range(len(texts))]


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
