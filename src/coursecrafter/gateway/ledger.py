"""The ledger of calls: a row of `cc_ai_calls` per attempt (schema 10.1)."""

from __future__ import annotations

from threading import Lock
from uuid import UUID

from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_ai_calls
from coursecrafter.gateway.ports import CallRecord


class DatabaseLedger:
    """Writes each call in a transaction of its own, so that a failed render keeps the calls it made.

    Args:
        database: where the rows go.
        identity: on whose behalf; its project must be the calls' project.

    Attributes:
        recorded: the ids of the rows written, in order.
    """

    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity
        self._writing = Lock()
        self.recorded: list[UUID] = []

    def record(self, call: CallRecord) -> None:
        """Write one attempt."""
        row = {
            "project_id": call.purpose.project_id,
            "lesson_id": call.purpose.lesson_id,
            "engine": call.purpose.engine.value if call.purpose.engine else "global",
            "call_type": call.call_type,
            "provider": call.provider,
            "model_name": call.model,
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "request_payload": dict(call.request_payload),
            "response_meta": dict(call.response_meta),
            "status": call.status,
            "error_message": call.error_message,
        }
        with self._writing, self._database.worker(self._identity) as conn:
            written = conn.execute(cc_ai_calls.insert().values(row).returning(cc_ai_calls.c.id))
            self.recorded.append(written.scalar_one())
