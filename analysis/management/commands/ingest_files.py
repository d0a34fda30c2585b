"""`manage.py ingest_files`: bring pictures from this machine's disks."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from analysis.ingest_report import BarReport, JsonReport, Report
from analysis.run_watch import RunWatch
from dam.folders import find_files, folder_below, ingest_path
from dam.models import Asset
from dam.storage import StorageUnavailable

POLL_SECONDS = 0.5
SILENCE_SECONDS = 60
INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Ingest files and folders. Known pictures are found by their content, so an interrupted "
        "run is taken up by starting it again. Exits with 1 if a file was rejected or, with "
        "--wait, an analysis failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--recursive", action="store_true", help="folders in folders, too")
        parser.add_argument("--wait", action="store_true", help="until everything is analyzed")
        parser.add_argument("--json", action="store_true", help="a line of JSON for each file")

    def handle(
        self, *, paths: list[Path], recursive: bool, wait: bool, json: bool, **_: Any
    ) -> None:
        files = [
            (path, folder_below(root, path))
            for root in paths
            for path in find_files([root], recursive=recursive)
        ]
        report = (JsonReport if json else BarReport)(self.stdout, file_count=len(files), wait=wait)
        try:
            with report:
                self._run(files, report, RunWatch() if wait else None)
        except KeyboardInterrupt:
            report.summarize()
            sys.exit(INTERRUPTED)
        except (StorageUnavailable, DatabaseError) as error:
            report.summarize()
            raise CommandError(f"Stopped: {error}\nStart it again to go on.") from error
        report.summarize()
        if report.has_trouble:
            sys.exit(1)

    def _run(self, files: list[tuple[Path, str]], report: Report, watch: RunWatch | None) -> None:
        polled_at = time.monotonic()
        for path, folder in files:
            outcome = ingest_path(path, source=Asset.Source.COMMAND, folder=folder)
            report.ingested(path, outcome)
            if watch is None:
                continue
            if outcome.asset:
                watch.add(outcome.asset)
            if time.monotonic() - polled_at > POLL_SECONDS:
                self._poll(watch, report)
                polled_at = time.monotonic()
        if watch is not None:
            self._wait(watch, report)

    def _wait(self, watch: RunWatch, report: Report) -> None:
        changed_at = time.monotonic()
        while watch:
            if self._poll(watch, report):
                changed_at = time.monotonic()
            elif time.monotonic() - changed_at > SILENCE_SECONDS:
                report.warn(f"Nothing was analyzed for {SILENCE_SECONDS} s. Is a worker running?")
                changed_at = time.monotonic()
            if watch:
                time.sleep(POLL_SECONDS)

    def _poll(self, watch: RunWatch, report: Report) -> int:
        finished = list(watch.poll())
        for one in finished:
            report.analyzed(one)
        return len(finished)
