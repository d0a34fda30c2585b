"""Goes on with a run, step by step. The rows are the truth, the broker carries ids.

A step is noted in the transaction that moves the run's place on, and doing one twice changes
nothing. So a run that was killed goes on where it stopped, and one that was cancelled stops at its
next step.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

import django.db
from django.db import close_old_connections

from analysis.connectors.connectors import system_of
from analysis.connectors.errors import StaleClaim
from analysis.connectors.interface import System
from analysis.connectors.listing import list_items
from analysis.connectors.models import ConnectorRun
from analysis.connectors.pulling import pull_items
from analysis.connectors.runs import Claim, claim_run, note_failure, release_run
from analysis.connectors.writing import write_items
from analysis.errors import explain

logger = logging.getLogger(__name__)

Phase = ConnectorRun.Phase


def work(
    run_id: int, *, seconds: float | None = None, watch: Callable[[], None] | None = None
) -> bool:
    """Go on with a run until it is over, or for some seconds; True if it has to be sent again.

    `watch` is called after each step. What keeps the run from going on is noted on its row.
    """
    claim = claim_run(run_id)
    if claim is None:
        return False
    end = None if seconds is None else time.monotonic() + seconds
    try:
        for _ in _steps(claim):
            if watch:
                watch()
            if end is not None and time.monotonic() > end:
                release_run(claim)
                return True
    except StaleClaim:
        logger.info("connector run %s was cancelled or taken over", run_id)
    except KeyboardInterrupt:
        release_run(claim)
        raise
    except Exception as error:
        known = explain(error)
        if known is not error:
            logger.exception("connector run %s failed", run_id)
        if isinstance(error, django.db.Error):
            # Not on the connection that just broke.
            close_old_connections()
        note_failure(claim, known)
    return False


def _steps(claim: Claim) -> Iterator[None]:
    run = ConnectorRun.objects.select_related("connector").get(pk=claim.run_id)
    system: System = system_of(run.connector)
    system.check()
    if run.phase == Phase.LISTING:
        yield from list_items(claim, system, cursor=run.cursor)
        run.refresh_from_db(fields=["phase"])
    if run.phase == Phase.PULLING:
        yield from pull_items(claim, system)
    yield from write_items(claim, system)
