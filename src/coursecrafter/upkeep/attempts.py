"""Close attempts at providers whose worker ended in the middle.

A provider may have answered, and charged for it, though nobody was there to hear: what such a call might cost at most
counts as spent. Its row in `cc_ai_calls` says that it failed, and why.
"""

from __future__ import annotations

import sqlalchemy as sa

from coursecrafter.db.session import Database
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.attempts import insert_call

ABANDONED_AFTER_S = 2 * 3600
"""Longer than any call may take: nobody waits for an answer any more."""

BATCH = 100

_OLD = sa.text(
    """
SELECT * FROM platform.ai_attempts WHERE made_at < now() - make_interval(secs => :after_s)
ORDER BY made_at LIMIT :most FOR UPDATE SKIP LOCKED
"""
)
_COUNT = sa.text("SELECT count(*) FROM platform.ai_attempts WHERE made_at < now() - make_interval(secs => :after_s)")
_SPEND = sa.text("SELECT platform.ai_spend(:org, :project, :month, :cost_usd)")
_GONE = sa.text("DELETE FROM platform.ai_attempts WHERE id = :id")


class WorkerEnded(GatewayError):
    """A worker ended in the middle of a call; what the call might cost at most counts as spent."""

    code = "CC-0318"
    retry = True
    remedy = "Nothing needs to be done: the work was taken up by another worker, which asked again."


def close_abandoned(database: Database, *, after_s: float = ABANDONED_AFTER_S, is_trial: bool = False) -> int:
    """Close attempts that were open for so long, some at a time, in all organisations; how many.

    Args:
        after_s: by the database's clock.
        is_trial: only say how many there are.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    if is_trial:
        with database.admin() as conn:
            return int(conn.scalar(_COUNT, {"after_s": after_s}) or 0)
    closed = 0
    while True:
        with database.admin() as conn:
            rows = conn.execute(_OLD, {"after_s": after_s, "most": BATCH}).all()
            for row in rows:
                _close(conn, row)
        closed += len(rows)
        if len(rows) < BATCH:
            return closed


def _close(conn: sa.Connection, attempt: sa.Row[tuple[object, ...]]) -> None:
    ended = WorkerEnded("The worker ended in the middle of the call.")
    purpose = attempt.purpose
    insert_call(
        conn,
        {
            "id": attempt.id,
            "project_id": attempt.project_id,
            "lesson_id": attempt.lesson_id,
            "engine": purpose["engine"],
            "call_type": purpose["call_type"],
            "provider": attempt.provider,
            "model_name": attempt.model,
            "request_payload": {"task": purpose["task"]},
            "response_meta": {"cost_usd": float(attempt.reserved_usd), "code": ended.code, "is_cost_estimated": True},
            "status": "failed",
            "error_message": str(ended),
            # When it was made, not when somebody looked.
            "created_at": attempt.made_at,
        },
    )
    spent = {"org": attempt.org_id, "project": attempt.project_id, "month": attempt.month}
    conn.execute(_SPEND, {**spent, "cost_usd": attempt.reserved_usd})
    conn.execute(_GONE, {"id": attempt.id})
