"""What a worker does for the index: fold marks, on beat's word and between other tasks."""

from __future__ import annotations

import logging
import time
from typing import Any

import django.db
from celery import shared_task
from celery.signals import task_postrun

from search.index.folding import fold_changes

logger = logging.getLogger(__name__)

NAME = "search.fold_changes"
PACE_SECONDS = 5.0


@shared_task(name=NAME)
def fold_due_changes() -> None:
    """Bring marked faces into their chunks where it is worth it."""
    fold_changes(due_only=True)


class Pace:
    """Says yes once in a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def is_due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


_pace = Pace(PACE_SECONDS)


@task_postrun.connect
def fold_between_tasks(task: Any = None, **_: Any) -> None:
    """Fold after a task: beat's own waits behind a long queue, which is when most is marked."""
    if task is None or task.name == NAME or not _pace.is_due():
        return
    try:
        fold_changes(due_only=True)
    except django.db.Error as error:
        # The marks are still there, and so is the next time.
        logger.warning("changes were not folded: %s", error)
