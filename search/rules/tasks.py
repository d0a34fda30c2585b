"""What is done about rules from time to time."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings

from search.rules.refused import judge_waiting, remove_old_refused

logger = logging.getLogger(__name__)


@shared_task(name="search.judge_waiting")
def judge_waiting_photos() -> None:
    """Judge photos that were analyzed but could not be judged then."""
    count = judge_waiting()
    if count:
        logger.info("%s photos were judged later", count)


@shared_task(name="search.remove_old_refused")
def remove_old_refused_photos() -> None:
    """Delete refused photos for good after DAM_REFUSED_DAYS, if that is set."""
    if settings.DAM_REFUSED_DAYS:
        count = remove_old_refused(days=settings.DAM_REFUSED_DAYS)
        logger.info("%s refused photos were deleted", count)
