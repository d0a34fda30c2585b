from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from analysis import nets
from analysis.backlog import Backlog, count_backlog
from analysis.errors import NetsUnusable
from analysis.models import AnalysisRun
from analysis.recording import queue_runs, requeue_runs, undone_runs
from analysis.tasks import sweep_runs
from dam.models import Asset

POLL_SECONDS = 2.0


class Command(BaseCommand):
    """Queues runs by the nets that are installed now; the workers do them."""

    help = "Queue assets for analysis by the nets that are installed now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--missing",
            dest="which",
            action="store_const",
            const="missing",
            default="missing",
            help="assets whose faces are not, or not wholly, by these nets (this is the default)",
        )
        which.add_argument(
            "--failed",
            dest="which",
            action="store_const",
            const="failed",
            help="assets whose analysis failed",
        )
        which.add_argument(
            "--all", dest="which", action="store_const", const="all", help="all assets, again"
        )
        parser.add_argument(
            "--wait", action="store_true", help="until all runs are finished; exit 1 if some failed"
        )

    def handle(self, *, which: str, wait: bool, **_: Any) -> None:
        try:
            version = nets.current_version()
            readings = nets.current_manifest().reading_names
        except NetsUnusable as error:
            raise CommandError(error.message) from error
        runs = AnalysisRun.objects.filter(pipeline_version=version)
        queued = 0
        if which == "failed":
            queued += requeue_runs(runs.filter(status=AnalysisRun.Status.FAILED))
        if which == "missing":
            queued += requeue_runs(undone_runs(version=version, readings=readings))
        if which == "all":
            queued += requeue_runs(runs)
        if which != "failed":
            queued += queue_runs(Asset.objects.all(), version=version)
        # What is more than one sweep sends follows by the worker's own sweeps.
        sweep_runs()
        self.stdout.write(f"{queued} asset{pluralize(queued)} queued.")
        if wait:
            self._wait(version)

    def _wait(self, version: str) -> None:
        shown: Backlog | None = None
        while (backlog := count_backlog(version=version)).waiting:
            if backlog != shown:
                self.stdout.write(f"{backlog.waiting} waiting, {backlog.failed} failed")
                shown = backlog
            time.sleep(POLL_SECONDS)
        self.stdout.write(f"{backlog.succeeded} analyzed, {backlog.failed} failed")
        if backlog.failed:
            raise CommandError("See why with GET /api/v1/runs?status=failed; --failed tries again.")
