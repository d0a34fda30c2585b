"""Analyses that somebody waits for: a few at a time, and none for ever.

They run in threads of the web process, beside the queue and not behind it. A net that has begun
cannot be stopped, so one that takes too long goes on while its client is told so, and the number of
threads keeps such leftovers from piling up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import cache
from typing import TypeVar

from django.conf import settings

from dam.errors import DamError

T = TypeVar("T")

THREADS = 4
# More than that would wait so long that most clients had gone.
MOST_WAITING = 16


class TooSlow(DamError):
    """The analysis takes longer than anybody is to wait."""

    code = "too_slow"
    status = 504
    retry = True


class TooBusy(DamError):
    """Too many others wait for their analysis."""

    code = "too_busy"
    status = 503
    retry = True
    retry_after_seconds = 2


class Desk:
    """Does work in its threads, and turns away what it has no room for."""

    def __init__(self, *, threads: int, most_waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="analyze")
        self._room = threading.BoundedSemaphore(threads + most_waiting)

    def run(self, work: Callable[[], T], *, seconds: float) -> T:
        """Return what the work returns, or raise what it raises; else TooSlow or TooBusy."""
        if not self._room.acquire(blocking=False):
            raise TooBusy("Too many pictures are being looked at: try again in a moment.")
        future: Future[T] = self._pool.submit(work)
        future.add_done_callback(lambda _: self._room.release())
        try:
            return future.result(timeout=seconds)
        except TookTooLong as error:
            if future.done():
                # The work itself raised it, or ended at this very moment.
                return future.result()
            future.cancel()
            raise TooSlow(f"The analysis took longer than {seconds:g} seconds.") from error


def run_in_time(work: Callable[[], T]) -> T:
    """Do work that a client waits for. Raises TooSlow or TooBusy."""
    return _desk().run(work, seconds=settings.DAM_ANALYZE_TIME_LIMIT_SECONDS)


@cache
def _desk() -> Desk:
    return Desk(threads=THREADS, most_waiting=MOST_WAITING)
