"""`manage.py watch_folder`: take in whatever picture appears in a folder."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import close_old_connections

from dam.folders import FolderWatch, folder_below, ingest_path
from dam.models import Asset
from dam.storage import StorageUnavailable


class Command(BaseCommand):
    help = (
        "Ingest every picture that appears in a folder or below it, once it is written to its end. "
        "Files are only read, never moved or deleted. Ctrl-C stops it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder")
        parser.add_argument(
            "--interval",
            type=float,
            default=5.0,
            metavar="SECONDS",
            help="between two looks (5); a file that did not change meanwhile is complete",
        )
        parser.add_argument("--once", action="store_true", help="end after the files there are now")

    def handle(self, *, path: Path, interval: float, once: bool, **_: Any) -> None:
        if not path.is_dir():
            raise CommandError(f"There is no folder {path}.")
        if interval <= 0:
            raise CommandError("--interval must be more than 0.")
        self._counts = {"created": 0, "existing": 0, "rejected": 0}
        self._is_gone = False
        # Whoever runs services stops them so.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._watch(FolderWatch(path), interval=interval, once=once)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        self.stdout.write(
            "{created} new, {existing} known, {rejected} rejected.".format(**self._counts)
        )

    def _watch(self, watch: FolderWatch, *, interval: float, once: bool) -> None:
        self.stdout.write(f"Watching {watch.folder}.")
        self._take(watch)
        while True:
            time.sleep(interval)
            self._take(watch)
            if once:
                return

    def _take(self, watch: FolderWatch) -> None:
        """Look once and ingest what is complete; trouble is told, and tried again next time."""
        close_old_connections()
        try:
            paths = watch.look()
        except OSError as error:
            if not self._is_gone:
                self.stderr.write(f"Waiting for {watch.folder}: {error.strerror}.")
            self._is_gone = True
            return
        if self._is_gone:
            self.stderr.write(f"{watch.folder} is back.")
        self._is_gone = False
        for path in paths:
            try:
                self._ingest(path, root=watch.folder)
            except (StorageUnavailable, DatabaseError) as error:
                self.stderr.write(f"Nothing can be stored now, it is tried again: {error}")
                return
            watch.settle(path)

    def _ingest(self, path: Path, *, root: Path) -> None:
        outcome = ingest_path(
            path, source=Asset.Source.WATCH_FOLDER, folder=folder_below(root, path)
        )
        self._counts[outcome.status] += 1
        if outcome.error:
            self.stderr.write(f"{path}: {outcome.error.message}")
        elif outcome.created:
            self.stdout.write(f"{path}: new")
