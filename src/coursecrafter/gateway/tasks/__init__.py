"""What a language model may be asked, as typed functions: prompts, shapes of answers, checks, and documents as data.

task = TASKS[request.task]
task.refuse(request)
prompt = task.ask(request)                      # system and user turn
answer, complaints = read_answer(task, request, text)
repair_turns(prompt, text, complaints)          # once, where there are complaints
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coursecrafter.gateway.tasks.catalogue import MOST_CHARS as MOST_CHARS
from coursecrafter.gateway.tasks.catalogue import TASKS as TASKS
from coursecrafter.gateway.tasks.reading import read_answer as read_answer
from coursecrafter.gateway.tasks.reading import repair_turns as repair_turns
from coursecrafter.gateway.tasks.refusing import NothingToWriteFrom as NothingToWriteFrom
from coursecrafter.gateway.tasks.refusing import SourceTooLong as SourceTooLong
from coursecrafter.gateway.tasks.refusing import UnreadableSource as UnreadableSource
from coursecrafter.gateway.tasks.refusing import UnusableInput as UnusableInput
from coursecrafter.gateway.tasks.refusing import require_source as require_source
from coursecrafter.gateway.tasks.shapes import schema_of
from coursecrafter.gateway.tasks.splitting import join_answers as join_answers
from coursecrafter.gateway.tasks.splitting import split_payload as split_payload
from coursecrafter.gateway.tasks.task import Prompt as Prompt
from coursecrafter.gateway.tasks.task import Task as Task


def answer_schema(task: Task) -> Mapping[str, Any]:
    """The JSON Schema that a provider is sent for a task: it fits strict modes."""
    return schema_of(task.shape)
