"""Is the service up, and is it ready? Asked by the supervisor, load balancers and people.

Other apps add what they need to be ready: `add_check("nets", check)` in `AppConfig.ready`. A check
raises NotReady with a reason that anybody may read, for these two addresses need no credential.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from dam import storage
from dam.celery import app

BROKER_SECONDS = 2.0
# Anybody may ask as often as they like; the parts are asked once a second at most.
REPORT_SECONDS = 1.0
# Each look writes a file, which costs money on S3.
STORAGE_SECONDS = 60.0


class NotReady(Exception):
    """Something is missing; the message says what, without secrets."""


Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    reason: str = ""

    @property
    def is_ready(self) -> bool:
        return not self.reason


class Remembered:
    """A check whose success holds for a while."""

    def __init__(self, check: Check, *, seconds: float) -> None:
        self._check = check
        self._seconds = seconds
        self._holds_until = 0.0

    def __call__(self) -> None:
        if time.monotonic() < self._holds_until:
            return
        self._check()
        self._holds_until = time.monotonic() + self._seconds


class Readiness:
    """All checks and their newest findings. Safe to use from several threads."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._lock = threading.Lock()
        self._findings: list[Finding] = []
        self._findings_hold_until = 0.0

    def add(self, name: str, check: Check) -> None:
        self._checks[name] = check
        self._findings_hold_until = 0.0

    def look(self) -> list[Finding]:
        with self._lock:
            if time.monotonic() >= self._findings_hold_until:
                self._findings = [find(name, check) for name, check in self._checks.items()]
                self._findings_hold_until = time.monotonic() + REPORT_SECONDS
            return self._findings


def find(name: str, check: Check) -> Finding:
    try:
        check()
    except NotReady as error:
        return Finding(name, str(error))
    return Finding(name)


def check_database() -> None:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        raise NotReady("The database does not answer.") from None


def check_migrations() -> None:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        raise NotReady("The database does not answer.") from None
    if plan:
        raise NotReady(f"{len(plan)} migrations are not applied: run manage.py migrate.")


def check_broker() -> None:
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        raise NotReady("The broker does not answer.") from None


def check_storage() -> None:
    try:
        storage.probe()
    except storage.StorageUnavailable:
        raise NotReady("Files cannot be stored.") from None


readiness = Readiness()
add_check = readiness.add
add_check("database", check_database)
# What was applied stays applied while this process runs.
add_check("migrations", Remembered(check_migrations, seconds=float("inf")))
add_check("broker", check_broker)
add_check("storage", Remembered(check_storage, seconds=STORAGE_SECONDS))


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process works."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether everything that is needed is there: 200, or 503 with the reasons."""
    findings = readiness.look()
    is_ready = all(finding.is_ready for finding in findings)
    return JsonResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "checks": [
                {"name": finding.name, "ready": finding.is_ready, "reason": finding.reason}
                for finding in findings
            ],
        },
        status=200 if is_ready else 503,
    )
