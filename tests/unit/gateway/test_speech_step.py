"""A text is spoken once, by whoever asks first, and its word times stay those of the written text."""

from __future__ import annotations

import io
import json
import wave
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.domain.course import Engine
from coursecrafter.domain.speech import Word
from coursecrafter.gateway.ports import Purpose, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.speech_step import (
    UnreadableSpeech,
    is_speakable,
    speak_texts,
    speech_step,
    spoken_form,
)
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore

PURPOSE = Purpose(UUID(int=1), UUID(int=2), Engine.E1, "speech")


def second_of_silence() -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return held.getvalue()


class Echo:
    """A voice that needs a second for any text and times its words evenly."""

    def __init__(self, wav: bytes | None = None) -> None:
        self.wav = second_of_silence() if wav is None else wav
        self.heard: list[str] = []

    def speech_identity(self, language: str, voice: str) -> str:
        return f"echo/{language}/{voice}"

    def speak(self, request: SpeechRequest, purpose: Purpose) -> SpeechAnswer:
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


def test_the_key_is_made_of_text_language_and_voice_alone() -> None:
    def key(text: str = "a", language: str = "en", voice: str = "v") -> str:
        return speech_step(Echo(), text, language=language, voice=voice, purpose=PURPOSE).key

    assert len({key(), key("b"), key(language="de"), key(voice="w")}) == 4


def test_an_answer_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    store = ObjectStore(str(tmp_path), UUID(int=9))

    with pytest.raises(UnreadableSpeech, match="CC-0349"):
        speak_texts(InlineRunner(store), store, Echo(b"no"), ["Hi"], language="en", voice="v", purpose=PURPOSE)


def test_a_header_that_promises_too_much_does_not_count(tmp_path: Path) -> None:
    store, wav = ObjectStore(str(tmp_path), UUID(int=9)), bytearray(second_of_silence())
    wav[40:44] = b"\xff\xff\xff\x7f"

    step = speech_step(Echo(bytes(wav)), "Hi", language="en", voice="v", purpose=PURPOSE)
    (done,) = InlineRunner(store).run([step])

    assert json.loads(store.get_bytes(done.files["words"]))["duration_s"] == "1"
