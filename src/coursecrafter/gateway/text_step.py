"""Text as a step: the same question, the same answer.

Answers live in the organisation's store under a key of the whole question and of who answers; so an answer that another
provider gave instead is never taken for the first one's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from coursecrafter.domain.keys import content_key
from coursecrafter.gateway.falling_back import first_answer
from coursecrafter.gateway.origins import FILE, note_origin, origin_file, read_origin
from coursecrafter.gateway.ports import Candidate, Gateway, Purpose, TextAnswer, TextRequest
from coursecrafter.gateway.tasks import TASKS
from coursecrafter.jobs.steps import Produced, Step

if TYPE_CHECKING:
    from coursecrafter.jobs.steps import StepRunner
    from coursecrafter.storage.objects import ObjectStore

STEP_NAME = "text"
VERSION = 2


def write_text(
    steps: StepRunner, store: ObjectStore, gateway: Gateway, request: TextRequest, purpose: Purpose, label: str = ""
) -> TextAnswer:
    """The answer to a task, found or asked for.

    Args:
        label: for progress; the task's name by default.

    Raises:
        GatewayError: CC-03xx.
    """
    asked = gateway.told(request)

    def ask(by: Candidate, instead_of: str) -> TextAnswer:
        step = text_step(gateway, asked, replace(purpose, instead_of=instead_of), by, label or request.task)
        (done,) = steps.run([step])
        kept = json.loads(store.get_bytes(done.files["answer"]))
        call_type = TASKS[request.task].call_type if request.task in TASKS else "llm_script"
        call_id = note_origin(gateway, call_type, read_origin(store, done), purpose)
        # What was found used none now.
        read, written = (0, 0) if done.is_reused else kept["tokens"]
        who = (kept["provider"], kept["model"])
        return TextAnswer(kept["value"], *who, read, written, call_id=call_id, is_cached=done.is_reused)

    return first_answer(gateway.writers(asked), ask, gateway.say)


def text_step(gateway: Gateway, request: TextRequest, purpose: Purpose, by: Candidate, label: str) -> Step:
    """The step in which a candidate carries out a task: files "answer" and "call" (JSON)."""
    # A provider without a model pays no heed to the audience: another audience must not make it write anew.
    brief = {} if by.is_offline else {"brief": asdict(request.brief)}
    key = content_key(
        STEP_NAME,
        VERSION,
        task=request.task,
        language=request.language,
        payload=request.payload,
        identity=by.identity,
        **brief,
    )

    def make(folder: Path) -> Mapping[str, Produced]:
        answer = gateway.write(request, replace(purpose, key=key), by)
        path = folder / "answer.json"
        tokens = [answer.input_tokens, answer.output_tokens]
        content = {"value": answer.value, "provider": answer.provider, "model": answer.model, "tokens": tokens}
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", errors="replace")
        who = (answer.provider, answer.model)
        origin = origin_file(folder, answer.call_id, purpose, *who, earlier=answer.earlier_call_ids)
        return {"answer": Produced(path, "application/json"), FILE: origin}

    return Step(STEP_NAME, key, make, label)
