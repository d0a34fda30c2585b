"""What a worker does for connectors: go on with their runs, begin those that are due."""

from __future__ import annotations

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from analysis.connectors.runs import begin_due_runs, mark_unsent, take_unsent_runs
from analysis.connectors.working import work

logger = logging.getLogger(__name__)

# Then others have their turn: photos that were just uploaded must not wait for a whole bucket.
TURN_SECONDS = 20.0


@shared_task(name="analysis.run_connector")
def run_connector(run_id: int) -> None:
    """Go on with a run until it is over or the turn is, and then send it again."""
    if work(run_id, seconds=TURN_SECONDS):
        send_run(run_id)


@shared_task(name="analysis.sweep_connectors")
def sweep_connectors() -> None:
    """Begin runs that are due; send those that the broker lost or whose worker died."""
    begin_due_runs()
    for run_id in take_unsent_runs():
        if not send_run(run_id):
            return


def send_run(run_id: int) -> bool:
    """Give a run's id to the broker; False if it is down. The sweeper sends it again then."""
    try:
        run_connector.delay(run_id)
    except OperationalError as error:
        logger.warning("connector run %s could not be sent: %s", run_id, error)
        mark_unsent(run_id)
        return False
    return True
