"""The same request, the same answer: texts and pictures that were paid for once are found again.

Answers are steps, so they live in the organisation's store under a key of the whole request and of who answers.
Speech has its own step (`speech_step.py`), because its result is shared as files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from coursecrafter.gateway.ports import (
    Gateway,
    ImageAnswer,
    ImageRequest,
    Purpose,
    SpeechAnswer,
    SpeechRequest,
    TextAnswer,
    TextRequest,
)
from coursecrafter.jobs.steps import Produced, Step, StepRunner, content_key
from coursecrafter.storage.objects import ObjectStore

VERSION = 1


class CachedGateway:
    """A gateway that asks another one only what it has not been asked before.

    Args:
        inner: who answers.
        steps, store: where answers are kept.
    """

    def __init__(self, inner: Gateway, steps: StepRunner, store: ObjectStore) -> None:
        self._inner = inner
        self._steps = steps
        self._store = store

    def speech_identity(self, language: str, voice: str) -> str:
        """See `Gateway`."""
        return self._inner.speech_identity(language, voice)

    def text_identity(self) -> str:
        """See `Gateway`."""
        return self._inner.text_identity()

    def image_identity(self) -> str:
        """See `Gateway`."""
        return self._inner.image_identity()

    def speak(self, request: SpeechRequest, purpose: Purpose) -> SpeechAnswer:
        """Pass on: speech is kept by its own step."""
        return self._inner.speak(request, purpose)

    def draw(self, request: ImageRequest, purpose: Purpose) -> ImageAnswer:
        """Pass on: a picture is kept by the step of the engine that shows it."""
        return self._inner.draw(request, purpose)

    def write(self, request: TextRequest, purpose: Purpose) -> TextAnswer:
        """Answer from the store, or ask and keep the answer."""

        def make(folder: Path) -> Mapping[str, Produced]:
            answer = self._inner.write(request, purpose)
            path = folder / "answer.json"
            content = {"value": answer.value, "provider": answer.provider, "model": answer.model}
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", errors="replace")
            return {"answer": Produced(path, "application/json")}

        key = content_key(
            "text",
            VERSION,
            task=request.task,
            language=request.language,
            payload=request.payload,
            identity=self._inner.text_identity(),
        )
        done = self._steps.run([Step("text", key, make, request.task)])[0]
        kept = json.loads(self._store.get_bytes(done.files["answer"]))
        return TextAnswer(kept["value"], kept["provider"], kept["model"])
