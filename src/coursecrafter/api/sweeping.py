"""Once an hour: throw away what has ended, so that neither tables nor the store grow with what nobody needs."""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool

from coursecrafter.accounts.sweeping import sweep
from coursecrafter.api.site import Site
from coursecrafter.uploads.resumable import forget_expired

log = logging.getLogger(__name__)

EVERY_S = 3600.0


async def sweep_for_ever(site: Site) -> None:
    """Sweep now and every hour, until cancelled; what fails is tried again in the next hour."""
    while True:
        try:
            await run_in_threadpool(sweep_once, site)
        except Exception:
            log.exception("What has ended could not be thrown away.")
        await asyncio.sleep(EVERY_S)


def sweep_once(site: Site) -> dict[str, int]:
    """Throw away what has ended; how many of each."""
    with site.database.accounts() as conn:
        gone = sweep(conn)
    gone["uploads"] = forget_expired(site.database, site.store)
    if any(gone.values()):
        log.info("Thrown away: %s", gone)
    return gone
