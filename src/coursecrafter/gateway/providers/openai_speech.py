"""Voices behind OpenAI's speech call: OpenAI, Azure, Kokoro-FastAPI, Piper, LocalAI and others.

The call gives sound alone, so words' times are estimated; Kokoro-FastAPI's captioned speech gives them, too (option
`captions`). Source: OpenAI API reference, Create speech; Kokoro-FastAPI, `/dev/captioned_speech`.
"""

from __future__ import annotations

from typing import Any

from coursecrafter.domain.speech import Word
from coursecrafter.gateway.errors import ProviderRefusedCall, UnusableAnswer
from coursecrafter.gateway.http import SPEECH_BYTES, read_base64
from coursecrafter.gateway.ports import Candidate, Connection, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.estimated_words import Reported, estimate_words, report_words
from coursecrafter.gateway.providers.openai_place import OpenAIPlace
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.sound import Sound, read_sound
from coursecrafter.gateway.providers.text_pieces import piece_key, speak_in_pieces

MOST_CHARACTERS = 4096
PCM_RATE_HZ = 24_000
CODED = 4 / 3
"""Base64 takes so many times the bytes."""


class OpenAISpeaker:
    """A voice that is asked by `POST /audio/speech`.

    Args:
        idempotency_key: sent with each attempt, so that a server that knows it charges once; "": none.
    """

    def __init__(self, candidate: Candidate, idempotency_key: str = "") -> None:
        self._candidate = candidate
        self._idempotency_key = idempotency_key

    def speak(self, request: SpeechRequest) -> SpeechAnswer:
        """Speak a text of any length: longer ones than the call takes, in pieces at sentences' ends.

        Raises:
            `ProviderError` leaves, CC-032x: see `ProviderHttp.ask`.
        """
        most = int(option(self._candidate, "most_characters", MOST_CHARACTERS))
        sound, words = speak_in_pieces(request, most, self._piece)
        connection = self._candidate.connection
        return SpeechAnswer(sound.wav(), sound.duration_s, words, connection.name, self._candidate.model)

    def _piece(self, request: SpeechRequest, nth: int) -> tuple[Sound, tuple[Word, ...]]:
        text = request.text
        place = OpenAIPlace.of(self._candidate, piece_key(self._idempotency_key, nth))
        if option(self._candidate, "captions", default=False):
            return self._captioned(text, place)
        wanted = str(option(self._candidate, "response_format", "wav"))
        body: dict[str, Any] = {"input": text, "voice": self._candidate.voice, "response_format": wanted}
        if not place.is_classic:
            body["model"] = place.deployment if place.is_azure else self._candidate.model
        for name in ("speed", "instructions"):
            value = option(self._candidate, name)
            body |= {} if value is None else {name: value}
        reply = place.http().ask("POST", place.url("audio/speech"), SPEECH_BYTES, body=body)
        rate_hz = int(option(self._candidate, "pcm_rate_hz", PCM_RATE_HZ)) if wanted == "pcm" else None
        sound = read_sound(reply.content, rate_hz)
        return sound, estimate_words(text, sound)

    def _captioned(self, text: str, place: OpenAIPlace) -> tuple[Sound, tuple[Word, ...]]:
        """Sound and words' times in one answer; it stands beside `/v1`, not in it."""
        root = self._candidate.connection.base_url.rstrip("/").removesuffix("/v1")
        body = {
            "model": self._candidate.model,
            "input": text,
            "voice": self._candidate.voice,
            "response_format": "wav",
            "speed": option(self._candidate, "speed", 1.0),
            "stream": False,
            "return_timestamps": True,
        }
        most = int(SPEECH_BYTES * CODED)
        answer = place.http().ask("POST", f"{root}/dev/captioned_speech", most, body=body).json_object()
        sound = read_sound(read_base64(answer.get("audio")))
        return sound, report_words(text, _reported(answer.get("timestamps")), sound)


def _reported(times: Any) -> list[Reported]:
    """Words with their times; none where the voice gives none. Raises: UnusableAnswer, CC-0325."""
    try:
        return [Reported(str(one["word"]), float(one["start_time"])) for one in times or ()]
    except (TypeError, KeyError, ValueError) as error:
        raise UnusableAnswer("The voice's words have no times.", detail=str(error), may_cost=True) from error


def openai_voices(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Id, name, language and gender of each voice; none where the server has no call for it, as OpenAI's own."""
    place = OpenAIPlace(connection)
    try:
        answer = place.http().ask("GET", place.url("audio/voices"), SPEECH_BYTES).json()
    except ProviderRefusedCall:
        return []
    listed = answer.get("voices") if isinstance(answer, dict) else answer
    voices = listed if isinstance(listed, list) else []
    names = [one.get("id") or one.get("name") if isinstance(one, dict) else one for one in voices]
    return [(str(name), str(name), "", "") for name in names if name]
