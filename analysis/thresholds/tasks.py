"""What a worker does for thresholds: tag stored faces, send again what was lost."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from kombu.exceptions import OperationalError

from analysis.thresholds.changing import apply_piece, take_unsent
from analysis.thresholds.known import KNOWN_SECONDS

logger = logging.getLogger(__name__)

# Then others have their turn.
TURN_SECONDS = 20.0
# Until then some process may still tag by the threshold of before.
BEGIN_AFTER_SECONDS = 2 * KNOWN_SECONDS


@shared_task(name="analysis.apply_threshold")
def apply_threshold(name: str) -> None:
    """Tag faces by a facet's threshold until all are done or the turn is over."""
    end = time.monotonic() + TURN_SECONDS
    while apply_piece(name):
        if time.monotonic() > end:
            send_threshold(name)
            return


@shared_task(name="analysis.sweep_thresholds")
def sweep_thresholds() -> None:
    """Send what the broker lost or whose worker died."""
    for name in take_unsent():
        send_threshold(name)


def send_threshold(name: str, *, in_seconds: float = 0) -> None:
    """Give a facet's name to the broker; if it is down the sweeper does it later."""
    try:
        apply_threshold.apply_async((name,), countdown=in_seconds)
    except OperationalError as error:
        logger.warning("the threshold of %s could not be sent: %s", name, error)
