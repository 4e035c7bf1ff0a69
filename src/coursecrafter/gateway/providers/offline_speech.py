"""Speech without key or network: espeak-ng in child processes, with a time for every word."""

from __future__ import annotations

import atexit
import io
import json
import os
import signal
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, Any, cast

import numpy as np

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.errors import CallFailed
from coursecrafter.gateway.ports import SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers import espeak_helper
from coursecrafter.gateway.providers.espeak_helper import FRAME, LENGTH
from coursecrafter.gateway.providers.espeak_phonemes import PhoneticText, sounds_of, with_phonemes
from coursecrafter.gateway.providers.offline_voices import EspeakVoice, choose_voice, voices
from coursecrafter.gateway.providers.spoken_words import (
    Chunk,
    SpokenText,
    WordEvent,
    find_words,
    is_speakable,
    speakable,
    split_chunks,
    time_words,
)

__all__ = ["NothingToSay", "OfflineSpeech", "VoiceEngineMissing", "voices"]

PROVIDER = "offline"
REVISION = 2  # raise it when the same text gives other sound or other times
VOLUME = 80  # of 200; at 100, the default, some variants clip
HELPER = ("-m", espeak_helper.__name__)
MOST_IDLE = 4
START_S = 20
LEAST_S = 20
GRACE_S = 5
"""After its own alarm should have ended the child's work."""
CHARS_PER_S = 300  # espeak-ng speaks about 6,000 characters in a second of one core
INSTALL = "Install the Debian package espeak-ng (apt-get install espeak-ng), then run the same command again."


class VoiceEngineMissing(GatewayError):
    """The espeak-ng library or its voices are not installed."""

    code = "CC-0304"
    status = 503
    remedy = INSTALL


class NothingToSay(GatewayError):
    """The text has no letter or digit, so there is nothing to speak."""

    code = "CC-0305"
    status = 422
    remedy = "Write at least one word, or leave the script empty for silence."


@dataclass(frozen=True, slots=True)
class _Engine:
    """What a child said when it began."""

    version: str
    rate_hz: int
    voices: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


class _Child:
    """One speaking process. It ends when its input is closed, so it never outlives this process."""

    def __init__(self) -> None:
        # Isolated, so that it starts the same from any folder.
        command = [sys.executable, "-I", *HELPER]
        # In a group of its own, so that its fork that speaks can be ended with it.
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True)
        self._requests = cast("IO[bytes]", self.process.stdin)
        self._answers = cast("IO[bytes]", self.process.stdout)
        self.engine = self._hear_hello()

    @property
    def is_alive(self) -> bool:
        """Whether it can take a request."""
        return self.process.poll() is None

    def _hear_hello(self) -> _Engine:
        with self._deadline(START_S):
            kind, body = self._read_frame()
        said = json.loads(body)
        if kind == b"E":
            self.close()
            raise VoiceEngineMissing("The voice engine espeak-ng is not installed.", detail=said)
        listed = tuple((name, tuple((tag, priority) for tag, priority in tags)) for name, tags in said["voices"])
        return _Engine(said["version"], said["rate_hz"], listed)

    def ask(self, request: dict[str, Any]) -> tuple[bytes, list[list[Any]]]:
        """PCM, and word events or the sounds of a voice."""
        sound: list[bytes] = []
        listed: list[list[Any]] = []
        with self._deadline(request["seconds"] + GRACE_S):
            written = json.dumps(request).encode()
            self._requests.write(LENGTH.pack(len(written)) + written)
            self._requests.flush()
            while (frame := self._read_frame())[0] != b"Z":
                kind, body = frame
                if kind == b"P":
                    sound.append(body)
                else:
                    listed = json.loads(body)
        return b"".join(sound), listed

    def _read_frame(self) -> tuple[bytes, bytes]:
        kind, length = FRAME.unpack(self._read(FRAME.size))
        return kind, self._read(length)

    def _read(self, count: int) -> bytes:
        content = self._answers.read(count)
        if len(content) < count:
            raise EOFError
        return content

    @contextmanager
    def _deadline(self, seconds: int) -> Iterator[None]:
        """Kill the child when the time is over, or when it breaks off; its stream ends then."""
        timer = threading.Timer(seconds, self.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (EOFError, OSError) as error:
            self.kill()
            self.close()
            detail = f"espeak_helper ended with {self.process.returncode}"
            raise CallFailed("The offline voice stopped in the middle of a text.", detail=detail) from error
        finally:
            timer.cancel()

    def close(self) -> None:
        """Let the child end, as it does when its input ends, and wait for it."""
        for stream in (self._requests, self._answers):
            with suppress(OSError):  # what was still to be sent to a dead child
                stream.close()
        self.process.wait()

    def kill(self) -> None:
        """End the child and what it is just doing."""
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)


class _Pool:
    """Children that wait for work, shared by the whole process; a child speaks for one caller at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._engine: _Engine | None = None
        self._sounds: dict[str, dict[str, str]] = {}

    def engine(self) -> _Engine:
        """What the installed espeak-ng is."""
        if self._engine is None:
            with self.borrowed() as child:
                self._engine = child.engine
        return self._engine

    def sounds(self, identifier: str) -> dict[str, str]:
        """Mnemonics of a voice by their IPA."""
        if identifier not in self._sounds:
            with self.borrowed() as child:
                _, reported = child.ask({"sounds_of": identifier, "seconds": LEAST_S})
            self._sounds[identifier] = sounds_of((mnemonic, ipa) for mnemonic, ipa in reported)
        return self._sounds[identifier]

    @contextmanager
    def borrowed(self) -> Iterator[_Child]:
        """A child for one request; one that failed is not used again."""
        child = self._take_idle() or _Child()
        try:
            yield child
        except BaseException:
            child.kill()
            child.close()
            raise
        with self._lock:
            is_kept = len(self._idle) < MOST_IDLE
            if is_kept:
                self._idle.append(child)
        if not is_kept:
            child.close()

    def _take_idle(self) -> _Child | None:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is None or child.is_alive:
            return child
        child.close()  # it was ended from outside while it waited
        return None

    def close(self) -> None:
        """End the children that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()


_POOL = _Pool()
atexit.register(_POOL.close)


class OfflineSpeech:
    """Speaks with espeak-ng. Safe to use from several threads: each has a child of its own while it speaks."""

    def identity(self, language: str, voice: str) -> str:
        """Provider, engine version, voice and manner: all that the sound depends on beside the text.

        Raises:
            UnknownVoice: CC-0303.
            VoiceEngineMissing: CC-0304.
        """
        engine = _POOL.engine()
        chosen = choose_voice(language, voice, engine.voices)
        manner = f"{chosen.tone.rate_wpm}-{chosen.tone.pitch}-{chosen.tone.pitch_range}-{VOLUME}"
        return f"{PROVIDER}/{model_name(engine.version, chosen)}/{manner}/r{REVISION}"

    def model(self, language: str, voice: str) -> str:
        """Engine, version and voice, as in `espeak-ng 1.51/gmw/en+f2`.

        Raises:
            UnknownVoice: CC-0303.
            VoiceEngineMissing: CC-0304.
        """
        engine = _POOL.engine()
        return model_name(engine.version, choose_voice(language, voice, engine.voices))

    def speak(self, request: SpeechRequest) -> SpeechAnswer:
        """Speak a text of any length, its phonemes as they are given. The same request gives the same bytes.

        Returns:
            sound of 22,050 Hz and the words of the text, with positions in the text as it was given.

        Raises:
            CallFailed: CC-0302, the voice crashed or took too long.
            UnknownVoice: CC-0303.
            VoiceEngineMissing: CC-0304.
            NothingToSay: CC-0305.
        """
        if not is_speakable(request.text):
            raise NothingToSay("The script has no words to speak.")
        engine = _POOL.engine()
        voice = choose_voice(request.language, request.voice, engine.voices)
        written = PhoneticText(speakable(request.text), is_phonetic=False)
        if request.phonemes:
            sounds = _POOL.sounds(voice.identifier)
            written = with_phonemes(written.spoken, request.text, request.phonemes, sounds, request.language)
        spoken = written.spoken
        chunks = [chunk for chunk in split_chunks(spoken.text) if is_speakable(spoken.text[chunk.start : chunk.end])]
        with _POOL.borrowed() as child:
            pcm, reported = child.ask(_request(voice, written, chunks))
        sound = np.frombuffer(pcm, "<i2")
        events = [_event(spoken, chunks[nth], character, sample) for nth, character, _, sample in reported]
        words = time_words(find_words(request.text), events, sound, engine.rate_hz)
        duration_s = Fraction(len(sound), engine.rate_hz)
        model = model_name(engine.version, voice)
        return SpeechAnswer(_wav(pcm, engine.rate_hz), duration_s, words, PROVIDER, model)


def model_name(version: str, voice: EspeakVoice) -> str:
    """As in `espeak-ng 1.51/gmw/en+f2`."""
    return f"espeak-ng {version}/{voice.name}"


def _request(voice: EspeakVoice, written: PhoneticText, chunks: list[Chunk]) -> dict[str, Any]:
    spoken = written.spoken
    return {
        "voice": voice.name,
        "rate_wpm": voice.tone.rate_wpm,
        "pitch": voice.tone.pitch,
        "range": voice.tone.pitch_range,
        "volume": VOLUME,
        "is_phonetic": written.is_phonetic,
        "seconds": LEAST_S + len(spoken.text) // CHARS_PER_S,
        "chunks": [[spoken.text[chunk.start : chunk.end], chunk.is_sentence_end] for chunk in chunks],
    }


def _event(spoken: SpokenText, chunk: Chunk, character: int, sample: int) -> WordEvent:
    """In the author's text; the library may report a place past the end of what it was given."""
    position = min(chunk.start + max(character, 0), len(spoken.origins) - 1)
    return WordEvent(spoken.origins[position], sample)


def _wav(pcm: bytes, rate_hz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate_hz)
        writer.writeframes(pcm)
    return file.getvalue()
