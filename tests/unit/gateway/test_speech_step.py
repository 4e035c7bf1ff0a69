"""A text is spoken once, by whoever asks first, and its word times stay those of the written text."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.domain.course import Engine
from coursecrafter.domain.speech import Takes, Word
from coursecrafter.gateway.foretelling import foretell_speech
from coursecrafter.gateway.ports import OFFLINE, Candidate, Purpose, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.speech_step import (
    UnreadableSpeech,
    is_speakable,
    speak_texts,
    speech_step,
    spoken_form,
)
from coursecrafter.gateway.takes import MOST_TAKES, NoOtherTake
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import PlainGateway

PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E1, "speech")


def second_of_silence() -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return held.getvalue()


class Echo(PlainGateway):
    """A voice that needs a second for any text and times its words evenly."""

    def __init__(self, wav: bytes | None = None) -> None:
        self.wav = second_of_silence() if wav is None else wav
        self.heard: list[str] = []

    def speak(self, request: SpeechRequest, purpose: Purpose, by: Candidate) -> SpeechAnswer:
        self.heard.append(request.text)
        words, place = [], 0
        for part in request.text.split():
            place = request.text.index(part, place)
            words.append(Word(place, place + len(part), Fraction(0), Fraction(1)))
            place += len(part)
        return SpeechAnswer(self.wav, Fraction(1), tuple(words), "echo", "1")


@pytest.mark.parametrize(
    ("written", "language", "spoken"),
    [
        ("Title\nFirst bullet\nSecond, here.", "en", "Title.\nFirst bullet.\nSecond, here."),
        ("• Keep  it shut\x0b– Or else!", "en", "Keep it shut.\nOr else!"),
        ("Version 2\nDone", "de", "Version 2;\nDone."),
        ("(Really?)\nHe said “yes.”", "en", "(Really?)\nHe said “yes.”"),
        ("安全\n工作。", "zh-CN", "安全。\n工作。"),
        ("a\ud800b\x00c \ue000 d", "en", "a b c d."),
        ("★ ☺\n\n→\nText", "en", "Text."),
        ("-5 degrees", "en", "-5 degrees."),
    ],
)
def test_lines_are_written_for_a_voice(written: str, language: str, spoken: str) -> None:
    assert spoken_form(written, language).text == spoken


@given(st.text(st.sampled_from("ab1 .,\n\x0b•-\u200f\ud800漢"), max_size=60))
def test_what_is_spoken_stands_in_the_written_text(written: str) -> None:
    form = spoken_form(written, "en")

    kept = [(char, origin) for char, origin in zip(form.text, form.origins, strict=True) if origin >= 0]
    assert all(char == written[origin] or char == " " for char, origin in kept)
    assert [origin for _, origin in kept] == sorted(origin for _, origin in kept)
    assert [char for char in form.text if char.isalnum()] == [char for char in written if char.isalnum()]


def test_a_part_that_was_added_stands_for_nothing() -> None:
    form = spoken_form("One\nTwo", "en")

    assert form.written_span(3, 5) is None
    assert form.written_span(0, 4) == (0, 3)


def test_symbols_cannot_be_spoken() -> None:
    assert not is_speakable("★ → — 🎉 …")
    assert is_speakable("№ 5")


def test_word_times_come_back_for_the_written_text(tmp_path: Path) -> None:
    store, text = ObjectStore(str(tmp_path), UUID(int=9)), "• First\nSecond  word"

    found = speak_texts(InlineRunner(store), store, Echo(), [text, "☺"], language="en", voice="v", purpose=PURPOSE)

    speech = found[0]
    assert found[1] is None
    assert speech is not None
    assert [text[word.char_start : word.char_end] for word in speech.words] == ["First", "Second", "word"]
    assert (speech.duration_s, speech.provider, speech.model) == (1, "echo", "1")


def test_the_same_text_is_spoken_once_for_all_engines(tmp_path: Path) -> None:
    store, voice = ObjectStore(str(tmp_path), UUID(int=9)), Echo()
    runner = InlineRunner(store)
    for engine in (Engine.E1, Engine.E4):
        purpose = Purpose(UUID(int=1), None, engine, "speech")
        speak_texts(runner, store, voice, ["Hello", "Hello"], language="en", voice="v", purpose=purpose)

    assert voice.heard == ["Hello."]


def test_the_key_is_made_of_text_language_voice_and_who_speaks_alone() -> None:
    def key(text: str = "a", language: str = "en", voice: str = "v", identity: str = "echo") -> str:
        by = Candidate(OFFLINE, "", identity=identity)
        return speech_step(Echo(), text, language=language, voice=voice, purpose=PURPOSE, by=by).key

    assert len({key(), key("b"), key(language="de"), key(voice="w"), key(identity="other")}) == 5


class Moody(Echo):
    """A paid voice that says a text otherwise each time, or, in the end, as before."""

    def __init__(self, *sounds: bytes) -> None:
        super().__init__()
        self.sounds = list(sounds)

    def speakers(self, language: str, voice: str) -> Sequence[Candidate]:
        return (Candidate(replace(OFFLINE, id=UUID(int=5)), "", identity="moody"),)

    def speak(self, request: SpeechRequest, purpose: Purpose, by: Candidate) -> SpeechAnswer:
        answer = super().speak(request, purpose, by)
        return replace(answer, wav=self.sounds.pop(0))


def toned(level: int) -> bytes:
    return second_of_silence()[:44] + bytes([level, 0]) * 8000


def test_a_rejected_take_is_made_anew_and_the_new_one_found_again(tmp_path: Path) -> None:
    store, voice = ObjectStore(str(tmp_path), UUID(int=9)), Moody(toned(1), toned(2), toned(3))

    def sound(takes: Takes) -> str:
        settings: Any = {"language": "en", "voice": "v", "purpose": PURPOSE, "takes": [takes]}
        (speech,) = speak_texts(InlineRunner(store), store, voice, ["Hello"], **settings)
        assert speech is not None
        return speech.sound.key

    first = sound(Takes())
    second = sound(Takes(None, frozenset({first})))
    third = sound(Takes(None, frozenset({first, second})))

    assert len({first, second, third}) == 3
    assert sound(Takes(None, frozenset({first, second}))) == third
    assert sound(Takes(second, frozenset({first}))) == second
    assert sound(Takes(None, frozenset({second, third}))) == first
    assert voice.sounds == []


def test_a_voice_that_knows_no_other_take_says_so(tmp_path: Path) -> None:
    store, voice = ObjectStore(str(tmp_path), UUID(int=9)), Moody(toned(1), toned(1))
    said: list[str] = []
    voice.say = said.append  # type: ignore[method-assign]
    settings: Any = {"language": "en", "voice": "v", "purpose": PURPOSE}
    (first,) = speak_texts(InlineRunner(store), store, voice, ["Hello"], **settings)
    assert first is not None

    takes = [Takes(None, frozenset({first.sound.key}))]
    (second,) = speak_texts(InlineRunner(store), store, voice, ["Hello"], takes=takes, **settings)

    assert second is not None
    assert second.sound == first.sound
    assert said == ["The voice says text 1 as in the take that was rejected: choose another voice or other words"]


def test_who_rejects_as_many_takes_as_make_sense_is_told_that_there_is_no_other(tmp_path: Path) -> None:
    sounds = [toned(level) for level in range(MOST_TAKES)]
    store, voice = ObjectStore(str(tmp_path), UUID(int=9)), Moody(*sounds)
    rejected: frozenset[str] = frozenset()

    def sound(rejected: frozenset[str]) -> str:
        settings: Any = {"language": "en", "voice": "v", "purpose": PURPOSE, "takes": [Takes(None, rejected)]}
        (speech,) = speak_texts(InlineRunner(store), store, voice, ["Hello"], **settings)
        assert speech is not None
        return speech.sound.key

    for _ in range(MOST_TAKES):
        rejected |= {sound(rejected)}

    assert len(rejected) == MOST_TAKES
    with pytest.raises(
        NoOtherTake, match=r"All 20 takes of a text in this voice were rejected\. This happened at text 1"
    ):
        sound(rejected)
    last = max(rejected)
    assert sound(rejected - {last}) == last


def test_a_rejected_take_is_foretold_until_it_is_spoken_anew(tmp_path: Path) -> None:
    store, voice = ObjectStore(str(tmp_path), UUID(int=9)), Moody(toned(1), toned(2), toned(3))
    settings: Any = {"language": "en", "voice": "v", "purpose": PURPOSE}
    texts = ["Hello", "Good day"]

    def told(*takes: Takes) -> tuple[int, int]:
        found = foretell_speech(store, voice, texts, **settings, takes=takes)
        return found.calls, found.found

    first, _ = speak_texts(InlineRunner(store), store, voice, texts, **settings)
    assert first is not None
    judged = [Takes(None, frozenset({first.sound.key})), Takes()]

    assert told() == (0, 2)
    assert told(*judged) == (1, 1)
    speak_texts(InlineRunner(store), store, voice, texts, **settings, takes=judged)
    assert told(*judged) == (0, 2)


def test_an_answer_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    store = ObjectStore(str(tmp_path), UUID(int=9))

    with pytest.raises(UnreadableSpeech, match="CC-0349"):
        speak_texts(InlineRunner(store), store, Echo(b"no"), ["Hi"], language="en", voice="v", purpose=PURPOSE)


def test_a_header_that_promises_too_much_does_not_count(tmp_path: Path) -> None:
    store, wav = ObjectStore(str(tmp_path), UUID(int=9)), bytearray(second_of_silence())
    wav[40:44] = b"\xff\xff\xff\x7f"

    by = Candidate(OFFLINE, "", identity="echo")
    step = speech_step(Echo(bytes(wav)), "Hi", language="en", voice="v", purpose=PURPOSE, by=by)
    (done,) = InlineRunner(store).run([step])

    assert json.loads(store.get_bytes(done.files["words"]))["duration_s"] == "1"
