"""`manage.py rebuild_index`: make the face index from the rows, while the service runs."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from search.index.folding import rebuild_index

PROGRESS_SECONDS = 5.0


class Command(BaseCommand):
    help = (
        "Make the index of faces from their rows. Only needed after rows were written with "
        "triggers switched off, as some ways to restore a backup do. The service may run."
    )

    def handle(self, **_: Any) -> None:
        done = 0
        shown_at = time.monotonic()
        for done, chunks in rebuild_index():
            if time.monotonic() - shown_at >= PROGRESS_SECONDS:
                shown_at = time.monotonic()
                self.stdout.write(f"{done} of {chunks} chunks")
                self.stdout.flush()
        self.stdout.write(f"{done} chunks made.")
