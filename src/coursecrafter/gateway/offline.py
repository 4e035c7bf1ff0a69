"""The door to AI without key or network: espeak-ng, extraction by rules, composed pictures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar

from coursecrafter.errors import CourseCrafterError
from coursecrafter.gateway.ports import (
    CallRecord,
    ImageAnswer,
    ImageRequest,
    Ledger,
    Purpose,
    SpeechAnswer,
    SpeechRequest,
    TextAnswer,
    TextRequest,
)
from coursecrafter.gateway.providers.offline_image import OfflineImage
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.gateway.providers.offline_text import OfflineText

PROVIDER = "offline"
UNKNOWN_MODEL = "none"
MS = 1000

Answer = TypeVar("Answer", SpeechAnswer, TextAnswer, ImageAnswer)


class OfflineGateway:
    """Implements `Gateway`; each call is a row in the ledger, also one that fails. Safe from any thread.

    Args:
        ledger: where calls are written.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._speech = OfflineSpeech()
        self._text = OfflineText()
        self._image = OfflineImage()

    def speech_identity(self, language: str, voice: str) -> str:
        """See `Gateway.speech_identity`.

        Raises:
            UnknownVoice: CC-0303.
            VoiceEngineMissing: CC-0304.
        """
        return self._speech.identity(language, voice)

    def text_identity(self) -> str:
        """See `Gateway.text_identity`."""
        return self._text.identity()

    def image_identity(self) -> str:
        """See `Gateway.image_identity`."""
        return self._image.identity()

    def speak(self, request: SpeechRequest, purpose: Purpose) -> SpeechAnswer:
        """See `Gateway.speak`.

        Raises:
            CallFailed: CC-0302.
            UnknownVoice: CC-0303.
            VoiceEngineMissing: CC-0304.
            NothingToSay: CC-0305.
        """
        asked = {**_digest(request.text), "language": request.language, "voice": request.voice}
        return self._recorded("tts", asked, purpose, lambda: self._speech.speak(request), _spoken)

    def write(self, request: TextRequest, purpose: Purpose) -> TextAnswer:
        """See `Gateway.write`.

        Raises:
            UnknownTask: CC-0306.
        """
        call_type = "llm_outline" if request.task == "outline" else "llm_script"
        payload = json.dumps(request.payload, sort_keys=True, ensure_ascii=False, default=str)
        asked = {**_digest(payload), "language": request.language}
        return self._recorded(call_type, asked, purpose, lambda: self._text.write(request), _written)

    def draw(self, request: ImageRequest, purpose: Purpose) -> ImageAnswer:
        """See `Gateway.draw`.

        Raises:
            UndrawablePicture: CC-0307.
        """
        asked = {**_digest(request.prompt), "width_px": request.width_px, "height_px": request.height_px}
        return self._recorded("image", asked, purpose, lambda: self._image.draw(request), _drawn)

    def _recorded(
        self,
        call_type: str,
        asked: Mapping[str, Any],
        purpose: Purpose,
        call: Callable[[], Answer],
        measured: Callable[[Answer], dict[str, Any]],
    ) -> Answer:
        """Make the call and write down how it went."""
        begun = time.monotonic()
        payload = {"task": purpose.task, **asked}
        try:
            answer = call()
        except CourseCrafterError as error:
            meta = {"cost_usd": 0, "latency_ms": _since(begun), "code": error.code}
            self._ledger.record(
                CallRecord(
                    purpose, call_type, PROVIDER, UNKNOWN_MODEL, "failed", payload, meta, error_message=str(error)
                )
            )
            raise
        meta = {"cost_usd": 0, "latency_ms": _since(begun), **measured(answer)}
        self._ledger.record(CallRecord(purpose, call_type, answer.provider, answer.model, "success", payload, meta))
        return answer


def _digest(text: str) -> dict[str, Any]:
    """The ledger keeps no text of the author's, only what tells whether it was the same."""
    return {"sha256": sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), "characters": len(text)}


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * MS)


def _spoken(answer: SpeechAnswer) -> dict[str, Any]:
    estimated = sum(word.is_estimated for word in answer.words)
    return {"duration_s": float(answer.duration_s), "words": len(answer.words), "estimated_words": estimated}


def _written(answer: TextAnswer) -> dict[str, Any]:
    return {"parts": sum(len(part) for part in answer.value.values() if isinstance(part, list))}


def _drawn(answer: ImageAnswer) -> dict[str, Any]:
    return {"bytes": len(answer.content), "mime_type": answer.mime_type}
