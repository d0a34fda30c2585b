"""The Celery application. Tasks are found in each app's `tasks.py`."""

from __future__ import annotations

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, worker_process_init

from dam.embedded.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dam.settings")

app = Celery("facet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
@beat_embedded_init.connect
def die_with_the_worker(**_: Any) -> None:
    """Leave no process behind when the worker's main process is killed."""
    die_with_parent(signal.SIGKILL)
