"""What is done now and then, by one worker of all: keep the queue in order, and throw away what has ended."""

from __future__ import annotations

import logging
from collections.abc import Callable

import sqlalchemy as sa

from coursecrafter.background.left_over import take_up
from coursecrafter.background.queue_worker import Chore
from coursecrafter.config import Settings, load_upkeep_settings
from coursecrafter.db.session import Database
from coursecrafter.errors import CourseCrafterError
from coursecrafter.upkeep.sweep import run_upkeep
from coursecrafter.watchdog.notes import note
from coursecrafter.watchdog.settings import load_alert_settings
from coursecrafter.watchdog.turn import take_turn

log = logging.getLogger(__name__)

LOST_ANSWER = '{"error": {"code": "CC-0608", "message": "The work was given up.", "detail": ""}}'

_END_LOST_ORDERS = sa.text(
    """
UPDATE queue.orders o SET answer = CAST(:answer AS jsonb), ended_at = now()
WHERE o.ended_at IS NULL AND NOT EXISTS (
  SELECT FROM queue.procrastinate_jobs j
  WHERE j.args ->> 'subject_id' = o.id::text AND j.status IN ('todo', 'doing')
)
"""
)
_FORGET_ORDERS = sa.text("DELETE FROM queue.orders WHERE ended_at < now() - interval '1 hour'")
_FORGET_CLAIMS = sa.text(
    """
DELETE FROM queue.claims c WHERE NOT EXISTS (
  SELECT FROM queue.procrastinate_jobs j
  WHERE j.id = c.job_id AND j.status = 'doing' AND j.worker_id = c.worker_id AND j.attempts = c.attempts
)
"""
)
_FORGET_JOBS = sa.text(
    """
DELETE FROM queue.procrastinate_jobs j
WHERE j.status NOT IN ('todo', 'doing') AND NOT EXISTS (
  SELECT FROM queue.procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - interval '1 day'
)
"""
)


def chores_of(settings: Settings, database: Database) -> tuple[Chore, ...]:
    """The chores of an installation.

    Raises:
        SettingRefused: CC-0077.
    """
    alerts, kept = load_alert_settings(), load_upkeep_settings()
    return (
        Chore("watch", "* * * * *", _quietly(lambda: take_turn(database, settings.store_url, alerts))),
        Chore("tend", "* * * * *", _quietly(lambda: tend(database))),
        Chore("forget", "7 * * * *", _quietly(lambda: forget_ended(database))),
        Chore(
            "sweep", "37 * * * *", _quietly(lambda: note(database, "collected", run_upkeep(database, settings, kept)))
        ),
    )


def tend(database: Database, *, is_start: bool = False) -> int:
    """Put right what stands between rows and queue; how much there was.

    Args:
        is_start: see `take_up`.
    """
    with database.queue() as conn:
        ended = conn.execute(_END_LOST_ORDERS, {"answer": LOST_ANSWER}).rowcount
    return ended + take_up(database, is_start=is_start)


def forget_ended(database: Database) -> int:
    """Forget answers after an hour, jobs of the queue after a day, and void claims; how many."""
    with database.queue() as conn:
        return sum(conn.execute(one).rowcount for one in (_FORGET_ORDERS, _FORGET_CLAIMS, _FORGET_JOBS))


def _quietly(work: Callable[[], object]) -> Callable[[], None]:
    """Work that is tried again the next time, whatever became of it."""

    def do() -> None:
        try:
            work()
        except CourseCrafterError as error:
            log.warning("put off: %s %s", error, error.detail)

    return do
