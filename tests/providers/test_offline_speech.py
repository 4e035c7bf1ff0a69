"""Speech by espeak-ng: what is heard, when, and what happens with hostile texts."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from coursecrafter.gateway.errors import CallFailed
from coursecrafter.gateway.ports import SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers import espeak_helper, offline_speech
from coursecrafter.gateway.providers.offline_speech import NothingToSay, OfflineSpeech, VoiceEngineMissing, voices
from coursecrafter.gateway.providers.offline_voices import OFFERED_LANGUAGES, UnknownVoice

RATE_HZ = 22050
ONE_FRAME_S = 1 / 30
DETERMINISM_SCRIPT = """
import hashlib
from coursecrafter.gateway.ports import SpeechRequest
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
answer = OfflineSpeech().speak(SpeechRequest("The same text, said again.", "en", "en_female_neutral_1"))
print(hashlib.sha256(answer.wav).hexdigest())
"""
KILLED_SCRIPT = """
import os, signal
from coursecrafter.gateway.providers import offline_speech
from coursecrafter.gateway.ports import SpeechRequest
offline_speech.OfflineSpeech().speak(SpeechRequest("One.", "en", "en_female_neutral_1"))
print(offline_speech._POOL._idle[0].process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def say(voice: OfflineSpeech, text: str, language: str = "en", profile: str = "en_female_neutral_1") -> SpeechAnswer:
    return voice.speak(SpeechRequest(text, language, profile))


def spoken_words(text: str, answer: SpeechAnswer) -> list[str]:
    return [text[word.char_start : word.char_end] for word in answer.words]


def samples(answer: SpeechAnswer) -> npt.NDArray[np.int16]:
    with wave.open(io.BytesIO(answer.wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE_HZ)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def onsets_s(answer: SpeechAnswer) -> list[float]:
    """Where sound begins after at least 120 ms of silence, to 5 ms."""
    frame = RATE_HZ // 200
    sound = np.abs(samples(answer).astype(int))
    peaks = sound[: len(sound) // frame * frame].reshape(-1, frame).max(axis=1)
    loud = np.flatnonzero(peaks > 0.02 * peaks.max())
    starts = [loud[0], *(here for before, here in pairwise(loud) if here - before > 24)]
    return [float(start) * frame / RATE_HZ for start in starts]


@pytest.mark.parametrize(
    ("language", "profile", "text"),
    [
        ("en", "en_female_neutral_1", "Apple. Mountain. River. Lemon. Window. Yellow."),
        ("en-US", "en_male_neutral_2", "Apple. Mountain. River. Lemon. Window. Yellow."),
        ("de", "de_male_calm_1", "Morgen. Wasser. Leben. Regen. Natur."),
        ("fr", "fr_female_lively_2", "Maison. Rivière. Lumière. Monde."),
        ("es", "es_male_neutral_1", "Mundo. Río. Luna. Agua."),
    ],
)
def test_a_word_begins_where_its_sound_begins(voice: OfflineSpeech, language: str, profile: str, text: str) -> None:
    answer = say(voice, text, language, profile)

    starts_s = [float(word.start_s) for word in answer.words]

    assert starts_s == pytest.approx(onsets_s(answer), abs=ONE_FRAME_S)


def test_a_word_before_a_pause_ends_with_its_sound(voice: OfflineSpeech) -> None:
    answer = say(voice, "Mountain. River.")

    first, second = answer.words
    sound = samples(answer)
    pause = sound[int(first.end_s * RATE_HZ) + 1 : int(second.start_s * RATE_HZ)]

    assert second.start_s - first.end_s > Fraction(1, 10)
    assert np.abs(pause).max() < 0.05 * np.abs(sound).max()


def test_words_slice_the_authors_text(voice: OfflineSpeech) -> None:
    text = "“Hello,” she said (e.g. in 2024): don't pay $1,234 & 50%!"

    answer = say(voice, text)

    assert spoken_words(text, answer) == [
        "Hello",
        "she",
        "said",
        "e.g",
        "in",
        "2024",
        "don't",
        "pay",
        "$1,234",
        "&",
        "50%",
    ]


def test_words_play_one_after_the_other_inside_the_sound(voice: OfflineSpeech) -> None:
    text = "In the middle of it, one of the words is not reported by the voice, so that it is estimated."

    answer = say(voice, text)

    edges = [edge for word in answer.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert all(word.start_s < word.end_s for word in answer.words)
    assert edges[-1] <= answer.duration_s == Fraction(len(samples(answer)), RATE_HZ)
    estimated = [text[word.char_start : word.char_end] for word in answer.words if word.is_estimated]
    assert estimated
    assert len(estimated) < len(answer.words) / 5


def test_each_chinese_character_has_its_time(voice: OfflineSpeech) -> None:
    text = "你好，世界。学习2024年的AI。"

    answer = say(voice, text, "zh-CN", "zh_male_calm_1")

    assert spoken_words(text, answer) == [*"你好世界学习", "2024", *"年的", "AI"]
    assert not any(word.is_estimated for word in answer.words)


def test_arabic_words_are_found(voice: OfflineSpeech) -> None:
    text = "مرحبا بالعالم. هذا هو الدرس الأول؟"

    answer = say(voice, text, "ar", "ar_female_neutral_1")

    assert spoken_words(text, answer) == ["مرحبا", "بالعالم", "هذا", "هو", "الدرس", "الأول"]


def test_a_line_ends_a_sentence(voice: OfflineSpeech) -> None:
    joined, parted = say(voice, "First step Second step"), say(voice, "First step\nSecond step")

    assert parted.duration_s > joined.duration_s + Fraction(1, 4)


@pytest.mark.parametrize("language", OFFERED_LANGUAGES)
def test_each_offered_language_speaks(voice: OfflineSpeech, language: str) -> None:
    greeting = {"he": "שלום"}.get(language, "2024")  # the Hebrew voice knows no numbers

    answer = say(voice, greeting, language, f"{language}_female_neutral_1")

    assert np.abs(samples(answer)).max() > 2000


def test_each_profile_sounds_different_and_none_clips(voice: OfflineSpeech) -> None:
    profiles = [profile.name for profile in voices() if profile.language == "en"]

    answers = [say(voice, "A calm voice tells one story.", "en", name) for name in profiles]

    assert len({answer.wav for answer in answers}) == len(profiles) == 12
    assert max(int(np.abs(samples(answer).astype(int)).max()) for answer in answers) < 32700


def test_a_profile_with_a_region_gives_the_accent_and_the_text_gives_the_language(voice: OfflineSpeech) -> None:
    assert "/gmw/en-US+f2/" in voice.identity("en", "en-us_female_neutral_1")
    assert "/roa/pt-BR+f2/" in voice.identity("pt-BR", "pt_female_neutral_1")
    assert "/gmw/de+m3/" in voice.identity("de-DE", "en_male_neutral_1")
    assert "/sit/cmn+f2/" in voice.identity("zh-Hans-CN", "zh_female_neutral_1")
    assert "/sit/yue+f2/" in voice.identity("zh-HK", "zh_female_neutral_1")
    assert voice.model("en", "en_male_calm_1") in voice.identity("en", "en_male_calm_1")


@pytest.mark.parametrize("profile", ["", "en", "en_robot_neutral_1", "en_female_angry_1", "en_female_neutral_9"])
def test_an_unknown_profile_is_refused(voice: OfflineSpeech, profile: str) -> None:
    with pytest.raises(UnknownVoice, match="CC-0303"):
        say(voice, "Hello", "en", profile)


def test_an_unknown_language_names_the_known_ones(voice: OfflineSpeech) -> None:
    with pytest.raises(UnknownVoice, match=r"xx.*de, .*fr"):
        say(voice, "Hello", "xx-YY")


@pytest.mark.parametrize("text", ["", " \n\t", "***", "— … —", "😀🎉", "\ud800", "\x00"])
def test_a_text_without_words_has_nothing_to_say(voice: OfflineSpeech, text: str) -> None:
    with pytest.raises(NothingToSay, match="CC-0305"):
        say(voice, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<speak>go</speak><break time='9s'/>", ["<speak>go</speak><break", "time='9s'/>"]),
        ("\x01200sgo now", ["200sgo", "now"]),
        ("go\x00now", ["go\x00now"]),
        ("\ud800go \udfffnow", ["go", "now"]),
        ("go 😀👩‍👩‍👧 now", ["go", "now"]),
        ("• go → now ✓", ["go", "now"]),
        ("\u202ego\u202c\ufeff now", ["go", "now"]),
        ("go " + "." * 3000 + " now", ["go", "now"]),
        ("go [[h@loU]] &lt;now", ["go", "h@loU", "&lt;now"]),
    ],
)
def test_hostile_texts_are_spoken_as_words(voice: OfflineSpeech, text: str, words: list[str]) -> None:
    answer = say(voice, text)

    assert spoken_words(text, answer) == words
    assert answer.duration_s < 6


def test_a_word_of_twenty_thousand_letters_is_spoken(voice: OfflineSpeech) -> None:
    answer = say(voice, "x" * 20_000)

    assert len(answer.words) == 1
    assert answer.words[0].end_s <= answer.duration_s


def test_a_long_text_keeps_its_offsets_and_its_speed(voice: OfflineSpeech) -> None:
    text = " ".join(f"Step {number} of the long course ends here." for number in range(250))

    answer = say(voice, text)

    assert spoken_words(text, answer) == text.replace(".", "").split()
    starts_s = [float(word.start_s) for word in answer.words if text[word.char_start :].startswith("Step")]
    gaps_s = np.diff(starts_s)
    assert gaps_s.min() > 1.5
    assert gaps_s.max() < 5


def test_the_same_text_gives_the_same_bytes_in_any_order_and_process(voice: OfflineSpeech) -> None:
    text = "The same text, said again."
    first = say(voice, text)
    say(voice, "Something else in between.", "de")

    script = subprocess.run([sys.executable, "-c", DETERMINISM_SCRIPT], capture_output=True, check=True, timeout=60)

    assert say(voice, text) == first
    assert script.stdout.decode().strip() == hashlib.sha256(first.wav).hexdigest()


def test_threads_get_the_same_as_one_after_the_other(voice: OfflineSpeech) -> None:
    texts = [f"This is text number {number}." for number in range(8)]
    alone = [say(voice, text) for text in texts]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: say(voice, text), texts))

    assert together == alone
    assert len(offline_speech._POOL._idle) <= offline_speech.MOST_IDLE


def test_a_voice_that_takes_too_long_fails_and_the_next_text_is_spoken(
    voice: OfflineSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline_speech, "LEAST_S", 1)
    monkeypatch.setattr(offline_speech, "CHARS_PER_S", 10**9)
    begun = time.monotonic()
    with pytest.raises(CallFailed, match="CC-0302"):
        say(voice, "Far too slow for a single second. " * 6000)
    # To the end it would take minutes.
    assert time.monotonic() - begun < 40

    monkeypatch.undo()

    assert say(voice, "In time.").words


def test_a_child_that_was_killed_while_it_waited_is_replaced(voice: OfflineSpeech) -> None:
    say(voice, "Start.")
    for child in offline_speech._POOL._idle:
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait(10)

    assert say(voice, "Back.").words


def changed_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str) -> OfflineSpeech:
    """A voice whose child runs a changed program."""
    source = Path(espeak_helper.__file__).read_text("utf-8")
    assert before in source
    copy = tmp_path / "espeak_helper.py"
    copy.write_text(source.replace(before, after), "utf-8")
    monkeypatch.setattr(offline_speech, "HELPER", (str(copy),))
    monkeypatch.setattr(offline_speech, "_POOL", offline_speech._Pool())
    return OfflineSpeech()


def test_a_voice_that_crashes_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashing = changed_helper(
        tmp_path, monkeypatch, "    words: list[tuple[int, int, int, int]] = []", "    os.abort()"
    )

    with pytest.raises(CallFailed, match="CC-0302") as caught:
        say(crashing, "Gone.")

    assert "espeak_helper ended with" in caught.value.detail
    assert offline_speech._POOL._idle == []


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voiceless = changed_helper(tmp_path, monkeypatch, "libespeak-ng.so.1", "libnothing.so.1")

    with pytest.raises(VoiceEngineMissing, match="not installed") as caught:
        voiceless.identity("en", "en_female_neutral_1")

    assert "libnothing.so.1" in caught.value.detail
    assert "apt-get install espeak-ng" in caught.value.remedy


def test_missing_voices_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = "library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, None, DONT_EXIT)"
    voiceless = changed_helper(tmp_path, monkeypatch, start, "-1")

    with pytest.raises(VoiceEngineMissing, match="CC-0304"):
        voiceless.identity("en", "en_female_neutral_1")


@pytest.mark.parametrize("library", ["libnothing.so.1", "without voices"])
def test_the_child_says_what_it_lacks(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Voiceless:
        def espeak_Initialize(self, *_: object) -> int:  # noqa: N802  # the library's name
            return -1

    if library == "without voices":
        monkeypatch.setattr(espeak_helper.ctypes, "CDLL", lambda _: Voiceless())
    monkeypatch.setattr(espeak_helper, "LIBRARY", library)
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))

    assert espeak_helper.main() == 1

    assert out.getvalue()[:1] == b"E"


def test_the_child_ends_with_its_parent() -> None:
    parent = subprocess.run([sys.executable, "-c", KILLED_SCRIPT], capture_output=True, check=False, timeout=60)

    assert parent.returncode == -signal.SIGKILL
    status = Path("/proc") / parent.stdout.decode().strip() / "stat"
    deadline = time.monotonic() + 60
    while status.exists() and ") Z " not in status.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert time.monotonic() < deadline
