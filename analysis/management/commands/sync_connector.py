"""`manage.py sync_connector`: pull from another system and write back, here and now."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from analysis.connectors.models import Connector, ConnectorRun
from analysis.connectors.runs import start_run
from analysis.connectors.state import failures_of, plans_of
from analysis.connectors.working import work
from dam.errors import DamError
from dam.names import name_key

LOOK_SECONDS = 0.5
INTERRUPTED = 130
MOST_LINES = 50


class Command(BaseCommand):
    help = (
        "Pull new and changed pictures of a connector and write tags back. A run that is not "
        "finished is taken up. Exits with 1 if the run or a picture failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the connector's name")
        parser.add_argument(
            "--dry-run", action="store_true", help="only tell what would be pulled and written"
        )

    def handle(self, *, name: str, dry_run: bool, **_: Any) -> None:
        connector = Connector.objects.filter(name_key=name_key(name)).first()
        if connector is None:
            known = ", ".join(Connector.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"There is no connector “{name}”. There are: {known}.")
        run = self._begin(connector, dry_run=dry_run)
        try:
            self._work(run)
        except KeyboardInterrupt:
            self.stdout.write("Interrupted. A worker goes on with it; or start the command again.")
            sys.exit(INTERRUPTED)
        run.refresh_from_db()
        self._report(run)
        if run.status != ConnectorRun.Status.DONE or run.failed:
            sys.exit(1)

    def _begin(self, connector: Connector, *, dry_run: bool) -> ConnectorRun:
        run: ConnectorRun | None = connector.runs.filter(finished_at=None).first()
        if run is not None and run.is_dry_run != dry_run:
            raise CommandError("Another run of this connector is not finished: wait, or cancel it.")
        if run is not None:
            self.stdout.write("Going on with the run that is not finished.")
            return run
        try:
            return start_run(connector, is_dry_run=dry_run, user=None)
        except DamError as error:
            raise CommandError(error.message) from error

    def _work(self, run: ConnectorRun) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(file=self.stdout._out)) as progress:
            bar = progress.add_task("Waiting", total=None)
            while run.finished_at is None:
                work(run.pk, watch=lambda: _show(run, progress, bar))
                _show(run, progress, bar)
                if run.finished_at is None:
                    # A worker is at it, or the system does not answer and is asked again later.
                    time.sleep(LOOK_SECONDS)

    def _report(self, run: ConnectorRun) -> None:
        would = "would be " if run.is_dry_run else ""
        if run.is_dry_run:
            for note in plans_of(run)[:MOST_LINES]:
                self.stdout.write(f"{note.get_action_display()}: {note.key}")
        for note in failures_of(run)[:MOST_LINES]:
            self.stderr.write(f"{note.key}: {note.error_message}")
        pulled = run.new + run.changed if run.is_dry_run else run.pulled
        self.stdout.write(
            f"{run.listed} there: {run.new} new, {run.changed} changed, {run.unchanged} unchanged. "
            f"{pulled} {would}pulled, {run.written} {would}written back, {run.failed} failed."
        )
        if run.unready:
            self.stdout.write(
                f"{run.unready} wait for their analysis; the next run writes their tags."
            )
        if run.status != ConnectorRun.Status.DONE:
            self.stderr.write(f"{run.get_status_display()}. {run.error_message}".strip())


def _show(run: ConnectorRun, progress: Progress, bar: TaskID) -> None:
    run.refresh_from_db()
    is_listing = run.phase == ConnectorRun.Phase.LISTING
    progress.update(
        bar,
        description=run.error_message or run.get_phase_display(),
        completed=run.listed if is_listing else run.phase_done,
        total=None if is_listing else run.phase_total,
    )
