"""Voices of Azure's Speech service: at once with estimated word times, or as a batch with exact ones.

Only the Speech SDK's own socket and the batch synthesis report when a word sounds; the plain call does not.
Source: Azure Speech, Text to speech REST API; Batch synthesis API 2024-04-01; SSML document structure.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape, quoteattr

import httpx

from coursecrafter.domain.speech import Word
from coursecrafter.gateway.addresses import AddressRefused
from coursecrafter.gateway.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRefusedCall,
    ProviderUnreachable,
    UnusableAnswer,
)
from coursecrafter.gateway.http import LONGEST_S, SPEECH_BYTES, TEXT_BYTES, ProviderHttp
from coursecrafter.gateway.ports import Candidate, Connection, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.estimated_words import Reported, estimate_words, report_words
from coursecrafter.gateway.providers.options import option
from coursecrafter.gateway.providers.sound import Sound, read_sound
from coursecrafter.gateway.providers.text_pieces import speak_in_pieces

OUTPUT = "riff-24khz-16bit-mono-pcm"
BATCH_VERSION = "2024-04-01"
MOST_CHARACTERS = 4_000
"""Of one plain call: it cuts what is longer than ten minutes."""
POLL_S, MOST_POLL_S = 2.0, 15.0
KEPT_H = 24
"""How long a batch's sound may be asked for again, where a call has a key by which it is known."""
MS = 1000
REGIONAL, BATCH, OWN = ".tts.speech.microsoft.com", ".api.cognitive.microsoft.com", ".cognitiveservices.azure.com"
REGION = re.compile(r"[A-Za-z0-9-]{1,60}")
"""Letters, digits and hyphens: with any other sign the key would go to another server than Azure's."""
UNPACKING = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)
"""What a damaged archive comes to, by the way in which it is packed."""
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CONFLICT = "409 "


class AzureSpeaker:
    """A voice that is asked by SSML.

    Args:
        idempotency_key: names a batch, so that the same one is not made twice; "": each call is another.
    """

    def __init__(self, candidate: Candidate, idempotency_key: str = "") -> None:
        self._candidate = candidate
        self._idempotency_key = idempotency_key
        self._speech_root, self._batch_root = azure_roots(candidate.connection)

    def speak(self, request: SpeechRequest) -> SpeechAnswer:
        """Speak a text; `word_times` of the route says whether at once ("estimated") or as a batch ("exact").

        Raises:
            `ProviderError` leaves, CC-032x: see `ProviderHttp.ask`.
        """
        is_exact = option(self._candidate, "word_times", "estimated") == "exact"
        most = len(request.text) if is_exact else int(option(self._candidate, "most_characters", MOST_CHARACTERS))
        sound, words = speak_in_pieces(request, most, self._batch_piece if is_exact else self._piece)
        name = self._candidate.model or self._candidate.voice
        return SpeechAnswer(sound.wav(), sound.duration_s, words, self._candidate.connection.name, name)

    def _piece(self, request: SpeechRequest, nth: int) -> tuple[Sound, tuple[Word, ...]]:  # noqa: ARG002 - no key
        sound = read_sound(self._at_once(self._ssml(request)))
        return sound, estimate_words(request.text, sound)

    def _batch_piece(self, request: SpeechRequest, nth: int) -> tuple[Sound, tuple[Word, ...]]:  # noqa: ARG002 - one
        content, reported = self._batch(self._ssml(request))
        sound = read_sound(content)
        return sound, report_words(request.text, reported, sound)

    def _ssml(self, request: SpeechRequest) -> str:
        return write_ssml(request, self._candidate.voice, str(option(self._candidate, "rate", "")))

    def _at_once(self, ssml: str) -> bytes:
        headers = {"Content-Type": "application/ssml+xml", "X-Microsoft-OutputFormat": OUTPUT}
        url = f"{self._speech_root}/cognitiveservices/v1"
        http = azure_http(self._candidate.connection)
        return http.ask("POST", url, SPEECH_BYTES, body=ssml.encode(), headers=headers).content

    def _batch(self, ssml: str) -> tuple[bytes, list[Reported]]:
        key = self._idempotency_key
        name = f"cc-{sha256(f'{key} {ssml}'.encode()).hexdigest()[:40] if key else uuid4().hex}"
        url = f"{self._batch_root}/texttospeech/batchsyntheses/{name}?api-version={BATCH_VERSION}"
        http = azure_http(self._candidate.connection)
        properties = {"outputFormat": OUTPUT, "wordBoundaryEnabled": True, "timeToLiveInHours": KEPT_H}
        body = {"inputKind": "SSML", "inputs": [{"content": ssml}], "properties": properties}
        try:
            http.ask("PUT", url, TEXT_BYTES, body=body)
        except ProviderBusy as error:
            if not (key and error.detail.startswith(CONFLICT)):
                raise  # another batch of the same name is ours, from an attempt that broke off
        link = self._result_link(http, url)
        stranger = ProviderHttp(self._candidate.connection, is_link=True)  # without the key: the link has its own
        content = stranger.ask("GET", link, SPEECH_BYTES).content
        if not key:
            with suppress(ProviderError):
                http.ask("DELETE", url, TEXT_BYTES)
        return _unpacked(content)

    def _result_link(self, http: ProviderHttp, url: str) -> str:
        """Where the batch's results are, as soon as they are."""
        options = self._candidate.connection.options
        until = time.monotonic() + float(options.get("longest_s") or LONGEST_S)
        for pause_s in _pauses(float(options.get("poll_s") or POLL_S)):
            job = http.ask("GET", url, TEXT_BYTES).json_object()
            outputs, status = job.get("outputs"), job.get("status")
            if status == "Succeeded" and isinstance(outputs, dict) and isinstance(outputs.get("result"), str):
                return str(outputs["result"])
            if status not in ("NotStarted", "Running"):  # a tuple: what comes may have no hash
                raise ProviderRefusedCall("The voice could not speak the text.", detail=json.dumps(job)[:2000])
            if time.monotonic() + pause_s > until:
                break
            time.sleep(pause_s)
        raise ProviderUnreachable("The voice takes too long to answer.", detail=url, may_cost=True)


def _pauses(first_s: float) -> Iterator[float]:
    pause_s = first_s
    while True:
        yield pause_s
        pause_s = min(pause_s * 1.5, MOST_POLL_S)


def _unpacked(content: bytes) -> tuple[bytes, list[Reported]]:
    """The sound of a batch, and its words where the voice reports them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            sound = next((name for name in sorted(names) if name.endswith(".wav")), None)
            if sound is None:
                raise UnusableAnswer("The voice's answer holds no sound.", detail=str(sorted(names)), may_cost=True)
            words = sound.removesuffix(".wav") + ".word.json"
            times = json.loads(_member(archive, words).decode("utf-8-sig")) if words in names else []
            reported = [Reported(str(one["Text"]), float(one["AudioOffset"]) / MS) for one in times]
            return _member(archive, sound), reported
    except (*UNPACKING, ValueError, KeyError, TypeError, NotImplementedError, RuntimeError) as error:
        message = "The voice's answer cannot be unpacked."
        raise UnusableAnswer(message, detail=repr(error), may_cost=True) from error


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        content = file.read(SPEECH_BYTES + 1)
    if len(content) > SPEECH_BYTES:
        raise UnusableAnswer("The provider answers with far too much.", detail=name, may_cost=True)
    return content


def write_ssml(request: SpeechRequest, voice: str, rate: str = "") -> str:
    """The text as SSML: escaped, with its phonemes; a character that XML cannot hold becomes a space."""
    text = NOT_XML.sub(" ", request.text)
    parts: list[str] = []
    at = 0
    for phoneme in request.phonemes:
        if not at <= phoneme.start < phoneme.end <= len(text):
            continue  # one inside another: the first one counts
        word = escape(text[phoneme.start : phoneme.end])
        parts.append(escape(text[at : phoneme.start]))
        parts.append(f'<phoneme alphabet="ipa" ph={quoteattr(NOT_XML.sub("", phoneme.ipa))}>{word}</phoneme>')
        at = phoneme.end
    spoken = "".join([*parts, escape(text[at:])])
    if rate:
        spoken = f"<prosody rate={quoteattr(rate)}>{spoken}</prosody>"
    head = '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis"'
    return f"{head} xml:lang={quoteattr(request.language)}><voice name={quoteattr(voice)}>{spoken}</voice></speak>"


def azure_http(connection: Connection) -> ProviderHttp:
    """Calls with the key."""
    return ProviderHttp(connection, {"Ocp-Apim-Subscription-Key": connection.key} if connection.key else {})


def azure_roots(connection: Connection) -> tuple[str, str]:
    """Where is spoken at once, and where in batches: of a region, a resource's own name, or a container.

    Raises:
        AddressRefused: CC-0327, the region is no name of one.
    """
    base = connection.base_url.rstrip("/")
    region = str(connection.options.get("region") or "")
    host = httpx.URL(base).host if base else ""
    if host.endswith(OWN):
        return f"{base}/tts", base
    for suffix in (REGIONAL, BATCH):
        if host.endswith(suffix):
            region = host.removesuffix(suffix)
            base = ""
    if base:
        return base, base
    if not REGION.fullmatch(region):
        raise AddressRefused("The region is no name of one of Azure's, such as westeurope.")
    return (f"https://{region}{REGIONAL}", f"https://{region}{BATCH}")


def azure_voices(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Id, name, language and gender of each voice. Raises: `ProviderError` leaves, CC-032x."""
    url = f"{azure_roots(connection)[0]}/cognitiveservices/voices/list"
    listed: Any = azure_http(connection).ask("GET", url, TEXT_BYTES * 4).json()
    voices = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    keys = ("ShortName", "DisplayName", "Locale", "Gender")
    rows = [tuple(str(one.get(key) or "") for key in keys) for one in voices]
    return [(name, shown, language, gender.lower()) for name, shown, language, gender in rows]
