"""`manage.py up`: the whole service on one machine, under one supervisor."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.core.management.base import BaseCommand

from dam.checks import NO_BROKER, NO_DATABASE
from dam.embedded.accounts import EmbeddedError
from dam.embedded.leftovers import Records
from dam.embedded.ports import listen_error
from dam.embedded.postgres import missing_cpu_flags
from dam.embedded.service import Service, ServicePlan
from dam.embedded.supervisor import StopRequested, Supervisor
from dam.home import HomeInUse, lock, open_home

RECORDS_FILE = "processes.json"


class Command(BaseCommand):
    help = "Start the database, the queue, the web server and the worker, and keep them running."
    # They are run below, where the embedded servers' addresses need not be known yet.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, **_options: Any) -> None:
        began = time.monotonic()
        plan = plan_from_settings()
        try:
            open_home(plan.home)
            with lock(plan.home, address=plan.address):
                self._run(plan, began=began)
        except HomeInUse as error:
            self._fail(f"Facet already runs from {plan.home}: {error}")
        except (EmbeddedError, OSError) as error:
            self._fail(str(error))

    def _run(self, plan: ServicePlan, *, began: float) -> None:
        self._check(plan)
        plan.logs.mkdir(exist_ok=True)
        supervisor = Supervisor(
            logs=plan.logs, records=Records(plan.home / RECORDS_FILE), say=self._say
        )
        stop_on_signals(supervisor)
        try:
            Service(plan, supervisor).start()
            self._say(f"Ready after {time.monotonic() - began:.1f} s: {plan.address}")
            self._say("Ctrl-C stops it.")
            supervisor.watch()
        except StopRequested:
            pass
        finally:
            supervisor.stop()
        self._say("Stopped.")

    def _check(self, plan: ServicePlan) -> None:
        """Raise EmbeddedError when the service could not work on this machine or these settings."""
        if plan.embeds_database and not settings.DAM_PG_BIN:
            missing = missing_cpu_flags(Path("/proc/cpuinfo").read_text())
            if missing:
                raise EmbeddedError(
                    f"This processor lacks {', '.join(sorted(missing))}, which the embedded "
                    "PostgreSQL needs. Set DATABASE_URL or DAM_PG_BIN to another PostgreSQL with "
                    "pgvector."
                )
        problems = [message for message in run_checks() if not will_be_solved(message, plan)]
        for message in problems:
            self.stderr.write(f"{message.id}: {message.msg} {message.hint or ''}".rstrip())
        if any(message.is_serious() for message in problems):
            raise EmbeddedError("Nothing was started.")
        if reason := listen_error(settings.PORT, host=settings.HOST):
            raise EmbeddedError(
                f"Nothing can listen on {plan.address} ({reason}). Set PORT or HOST to another."
            )

    def _fail(self, text: str) -> NoReturn:
        self.stderr.write(text)
        raise SystemExit(1)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def plan_from_settings() -> ServicePlan:
    return ServicePlan(
        project=settings.BASE_DIR,
        home=settings.DAM_HOME,
        host=settings.HOST,
        port=settings.PORT,
        known=settings.DAM_EMBEDDED,
        embeds_database=settings.DAM_DATABASE_IS_EMBEDDED,
        embeds_broker=settings.DAM_BROKER_IS_EMBEDDED,
        pg_bin=settings.DAM_PG_BIN,
        worker_processes=settings.DAM_WORKER_PROCESSES,
        log_level=settings.DAM_LOG_LEVEL,
    )


def will_be_solved(message: CheckMessage, plan: ServicePlan) -> bool:
    """Tell whether starting the embedded servers solves it."""
    return (message.id == NO_DATABASE and plan.embeds_database) or (
        message.id == NO_BROKER and plan.embeds_broker
    )


def stop_on_signals(supervisor: Supervisor) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, supervisor.request_stop)
    # Started with nohup, the service is meant to outlive its terminal.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, supervisor.request_stop)
