"""Voices of ElevenLabs, with the time of every character.

Source: ElevenLabs API reference, Create speech with timing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from coursecrafter.domain.speech import Word
from coursecrafter.gateway.errors import UnusableAnswer
from coursecrafter.gateway.http import SPEECH_BYTES, TEXT_BYTES, ProviderHttp, read_base64
from coursecrafter.gateway.ports import Candidate, Connection, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.estimated_words import Reported, report_words
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.sound import Sound, read_sound
from coursecrafter.gateway.providers.text_pieces import piece_key, speak_in_pieces

CODED_BYTES = SPEECH_BYTES * 4 // 3 + 4 * 1024 * 1024
OUTPUT = "mp3_44100_128"
MOST_CHARACTERS = 5_000
"""That every model takes; some take more."""
PHONEME_MODELS = ("eleven_flash_v2", "eleven_turbo_v2", "eleven_monolingual_v1")
"""Models that read phoneme tags, and English ones only; others would leave them out or say them."""
LANGUAGE_MODELS = ("eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_v3")
"""Models that are told a language; others refuse the field."""
SETTINGS = ("stability", "similarity_boost", "style", "speed", "use_speaker_boost")
TAG = re.compile(r"<[^<>]*>")


class ElevenLabsSpeaker:
    """A voice that is asked by `POST /v1/text-to-speech/{voice}/with-timestamps`.

    Args:
        idempotency_key: sent with each attempt; "": none.
    """

    def __init__(self, candidate: Candidate, idempotency_key: str = "") -> None:
        self._candidate = candidate
        self._idempotency_key = idempotency_key

    def speak(self, request: SpeechRequest) -> SpeechAnswer:
        """Speak a text; words have the times that the voice reports.

        Raises:
            `ProviderError` leaves, CC-032x: see `ProviderHttp.ask`.
        """
        most = int(option(self._candidate, "most_characters", MOST_CHARACTERS))
        sound, words = speak_in_pieces(request, most, self._piece)
        connection = self._candidate.connection
        return SpeechAnswer(sound.wav(), sound.duration_s, words, connection.name, self._candidate.model)

    def _piece(self, request: SpeechRequest, nth: int) -> tuple[Sound, tuple[Word, ...]]:
        candidate = self._candidate
        wanted = str(option(candidate, "output_format", OUTPUT))
        where = f"text-to-speech/{quote(candidate.voice, safe='')}/with-timestamps?output_format={quote(wanted)}"
        url = f"{elevenlabs_root(candidate.connection)}/v1/{where}"
        http = elevenlabs_http(candidate.connection, piece_key(self._idempotency_key, nth))
        answer = http.ask("POST", url, CODED_BYTES, body=self._body(request)).json_object()
        sound = read_sound(read_base64(answer.get("audio_base64")), _pcm_rate_hz(wanted))
        return sound, report_words(request.text, _reported(answer.get("alignment")), sound)

    def _body(self, request: SpeechRequest) -> dict[str, Any]:
        candidate = self._candidate
        body: dict[str, Any] = {"text": request.text, "model_id": candidate.model}
        if request.phonemes and candidate.model in PHONEME_MODELS:
            body["text"] = tagged_text(request)
        if option(candidate, "tell_language", candidate.model in LANGUAGE_MODELS):
            body["language_code"] = request.language.partition("-")[0]
        settings = {name: option(candidate, name) for name in SETTINGS}
        known = {name: value for name, value in settings.items() if value is not None}
        if known:
            body["voice_settings"] = known
        for name in ("seed", "apply_text_normalization"):
            value = option(candidate, name)
            body |= {} if value is None else {name: value}
        return body


def tagged_text(request: SpeechRequest) -> str:
    """The text with a tag around each part whose sound is given."""
    parts: list[str] = []
    at = 0
    for phoneme in request.phonemes:
        if not at <= phoneme.start < phoneme.end <= len(request.text):
            continue  # one inside another: the first one counts
        word = request.text[phoneme.start : phoneme.end]
        parts.append(request.text[at : phoneme.start])
        parts.append(f'<phoneme alphabet="ipa" ph={quoteattr(phoneme.ipa)}>{escape(word)}</phoneme>')
        at = phoneme.end
    return "".join([*parts, request.text[at:]])


def _reported(alignment: Any) -> list[Reported]:
    """Words of what was spoken, by its characters; none where the voice gives none.

    Raises:
        UnusableAnswer: CC-0325, the lists of characters and times are not of one length.
    """
    if alignment is None:
        return []
    if not isinstance(alignment, Mapping):
        raise UnusableAnswer("The voice's words have no times.", detail=str(type(alignment)), may_cost=True)
    characters = alignment.get("characters")
    starts, ends = (alignment.get(f"character_{edge}_times_seconds") for edge in ("start", "end"))
    if not (isinstance(characters, list) and isinstance(starts, list) and isinstance(ends, list)):
        raise UnusableAnswer("The voice's words have no times.", detail=str(list(alignment)), may_cost=True)
    counts = (len(characters), len(starts), len(ends))
    if len(set(counts)) > 1:
        message = "The voice's characters and their times do not agree."
        raise UnusableAnswer(message, detail=f"{counts}", may_cost=True)
    try:
        return _joined([str(one) for one in characters], [float(one) for one in starts])
    except (TypeError, ValueError) as error:
        raise UnusableAnswer("The voice's words have no times.", detail=str(error), may_cost=True) from error


def _joined(characters: list[str], starts_s: list[float]) -> list[Reported]:
    """Runs of characters between spaces, without the tags that we wrote."""
    written = "".join(character[:1] or " " for character in characters)
    bare = TAG.sub(lambda tag: "\0" * len(tag.group()), written)
    words: list[Reported] = []
    for run in re.finditer(r"\S+", bare):
        said = run.group()
        first = next((at for at, character in enumerate(said) if character != "\0"), None)
        if first is not None:
            words.append(Reported(said.replace("\0", ""), starts_s[run.start() + first]))
    return words


def _pcm_rate_hz(wanted: str) -> int | None:
    """Of bare samples: `pcm_24000`."""
    kind, _, rate = wanted.partition("_")
    return int(rate) if kind == "pcm" and rate.isdecimal() else None


def elevenlabs_root(connection: Connection) -> str:
    """The address without `/v1`, with which it may be given."""
    return connection.base_url.rstrip("/").removesuffix("/v1")


def elevenlabs_http(connection: Connection, idempotency_key: str = "") -> ProviderHttp:
    """Calls with the key."""
    headers = {"xi-api-key": connection.key}
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    return ProviderHttp(connection, headers)


def elevenlabs_models(connection: Connection) -> list[str]:
    """Models that speak. Raises: `ProviderError` leaves, CC-032x."""
    listed: Any = elevenlabs_http(connection).ask("GET", f"{elevenlabs_root(connection)}/v1/models", TEXT_BYTES).json()
    models = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [str(one["model_id"]) for one in models if one.get("can_do_text_to_speech") and one.get("model_id")]


def elevenlabs_voices(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Id, name, language and gender of each voice. Raises: `ProviderError` leaves, CC-032x."""
    url = f"{elevenlabs_root(connection)}/v1/voices"
    listed = elevenlabs_http(connection).ask("GET", url, TEXT_BYTES * 4).json_object().get("voices")
    voices = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    rows = []
    for one in voices:
        said = one.get("labels")
        labels: dict[str, Any] = said if isinstance(said, dict) else {}
        told = (one.get("voice_id"), one.get("name"), labels.get("language"), labels.get("gender"))
        rows.append(tuple(str(value or "") for value in told))
    return [(voice, name, language, gender) for voice, name, language, gender in rows if voice]
