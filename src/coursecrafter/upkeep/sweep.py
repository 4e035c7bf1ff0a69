"""All upkeep at once, as the command and the queue's periodic job want it."""

from __future__ import annotations

from dataclasses import asdict

from coursecrafter.config import Settings, UpkeepSettings
from coursecrafter.db.session import Database
from coursecrafter.upkeep.attempts import close_abandoned
from coursecrafter.upkeep.collecting import collect
from coursecrafter.upkeep.retention import forget_old


def run_upkeep(
    database: Database, settings: Settings, upkeep_settings: UpkeepSettings, *, is_trial: bool = False
) -> dict[str, int]:
    """Close abandoned attempts, forget old log rows, then collect files that nothing uses; how many of each.

    Named as in `Forgotten` and `Collected`, and `attempts`.

    It may run twice at once, and be killed at any point.

    Args:
        is_trial: only say what would go.

    Raises:
        StoreUnreachable: CC-0703.
        DatabaseUnreachable: CC-0016.
    """
    kept = upkeep_settings
    closed = close_abandoned(database, is_trial=is_trial)
    forgotten = forget_old(database, ai_calls_days=kept.ai_calls_days, events_days=kept.events_days, is_trial=is_trial)
    collected = collect(database, settings.store_url, grace_s=kept.collect_after_s, is_trial=is_trial)
    return {"attempts": closed} | asdict(forgotten) | asdict(collected)
