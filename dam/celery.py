"""The Celery application. Tasks are found in each app's `tasks.py`."""

from __future__ import annotations

import logging
import os
import signal
from typing import Any

from billiard import current_process
from celery import Celery, bootsteps
from celery.signals import (
    beat_embedded_init,
    before_task_publish,
    task_postrun,
    task_prerun,
    worker_process_init,
)
from celery.worker import state

from dam.embedded.processes import die_with_parent
from dam.request_ids import NONE, current_request_id, keep_request_id

logger = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dam.settings")

BEAT_LOOK_SECONDS = 5.0
REQUEST_ID_HEADER = "facet_request_id"

app = Celery("facet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
@beat_embedded_init.connect
def die_with_the_worker(**_: Any) -> None:
    """Leave no process behind when the worker's main process is killed."""
    die_with_parent(signal.SIGKILL)
    if os.getppid() != current_process()._parent_pid:
        os.kill(os.getpid(), signal.SIGKILL)


@before_task_publish.connect
def tell_the_request(headers: dict[str, Any], **_: Any) -> None:
    """Let a task's lines in the log have the id of the request that sent it."""
    headers[REQUEST_ID_HEADER] = current_request_id()


@task_prerun.connect
def take_the_request(task: Any, **_: Any) -> None:
    # A worker spreads a message's headers; a task that is called at once has them in a dict.
    headers = task.request.headers or {}
    told = task.request.get(REQUEST_ID_HEADER) or headers.get(REQUEST_ID_HEADER)
    keep_request_id(told or NONE)


@task_postrun.connect
def forget_the_request(**_: Any) -> None:
    keep_request_id(NONE)


class BeatGuard(bootsteps.StartStopStep):
    """Ends a worker whose beat process died: nothing would send lost runs again, and nobody know.

    The supervisor then starts both anew.
    """

    requires = ("celery.worker.components:Timer", "celery.worker.components:Beat")

    def start(self, worker: Any) -> None:
        if worker.beat is not None:
            worker.timer.call_repeatedly(BEAT_LOOK_SECONDS, self.look, (worker,))

    def look(self, worker: Any) -> None:
        if not worker.beat.is_alive() and state.should_stop is None:
            logger.error("beat died, so the worker ends, too")
            state.should_stop = 1


app.steps["worker"].add(BeatGuard)
