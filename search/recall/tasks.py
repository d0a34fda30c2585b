"""What a worker does for recall: measure it once a week."""

from __future__ import annotations

import logging

from celery import shared_task

from search.recall.measuring import check_recall, recall_is_due

logger = logging.getLogger(__name__)

# A scan of a million faces takes seconds, and more with each; this worker analyzes nothing then.
PROBES = 20


@shared_task(name="search.check_recall")
def check_recall_when_due() -> None:
    """Measure with few searches, if the last time is a week ago or the library has grown."""
    if recall_is_due():
        _measure()


@shared_task(name="search.measure_recall")
def measure_recall_now() -> None:
    """Measure with few searches, because somebody wants to know."""
    _measure()


def _measure() -> None:
    check = check_recall(probes=PROBES)
    if check is not None:
        logger.info("%s", check)
