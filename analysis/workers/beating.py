"""Lets each process of a worker say that it lives. The one writer of WorkerProcess.

Nobody has to ask workers over the broker, which takes as long as the slowest answers.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import timedelta
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from analysis import nets
from analysis.errors import NetsUnusable
from analysis.workers.models import WorkerProcess

logger = logging.getLogger(__name__)

BEAT_SECONDS = 15
FORGET_AFTER = timedelta(days=1)


@worker_process_init.connect
def begin_beating(**_: Any) -> None:
    """Say every BEAT_SECONDS that this process lives, from a thread, as long as it does."""
    threading.Thread(target=_beat_for_ever, name="heartbeat", daemon=True).start()


@worker_process_shutdown.connect
def end_beating(**_: Any) -> None:
    """Take this process off the list: it ends because it was told to."""
    try:
        forget_process(host=socket.gethostname(), pid=os.getpid())
    except DatabaseError as error:
        logger.warning("the end of this process could not be noted: %s", error)


def note_process(*, host: str, pid: int) -> None:
    """Note that a process lives, and forget those that have been silent for a day."""
    WorkerProcess.objects.bulk_create(
        [WorkerProcess(host=host, pid=pid, pipeline_version=_version(), seen_at=Now())],
        update_conflicts=True,
        unique_fields=["host", "pid"],
        update_fields=["pipeline_version", "seen_at"],
    )
    WorkerProcess.objects.filter(seen_at__lt=Now() - FORGET_AFTER).delete()


def forget_process(*, host: str, pid: int) -> None:
    """Forget a process: it has ended, or another one has its number now."""
    WorkerProcess.objects.filter(host=host, pid=pid).delete()


def forget_ended(*, host: str) -> None:
    """Forget processes of this machine that are no more, such as those that were killed."""
    pids = WorkerProcess.objects.filter(host=host).values_list("pid", flat=True)
    ended = [pid for pid in pids if not _is_running(pid)]
    WorkerProcess.objects.filter(host=host, pid__in=ended).delete()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _beat_for_ever() -> None:
    host, pid = socket.gethostname(), os.getpid()
    pause = threading.Event()
    is_new = True
    while True:
        try:
            if is_new:
                forget_process(host=host, pid=pid)
                forget_ended(host=host)
                is_new = False
            note_process(host=host, pid=pid)
        except DatabaseError as error:
            logger.warning("a heartbeat could not be noted: %s", error)
        finally:
            # It would be idle nearly all the time.
            connection.close()
        pause.wait(BEAT_SECONDS)


def _version() -> str:
    try:
        return nets.current_version()
    except NetsUnusable:
        return ""
