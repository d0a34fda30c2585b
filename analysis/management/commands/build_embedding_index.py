from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from analysis.embedding_index import (
    IndexState,
    build_index,
    embedding_index,
    needed_memory_mb,
)
from analysis.models import Face

WORKERS = 2


class Command(BaseCommand):
    """Builds what finds similar faces among many, beside a running service."""

    help = "Build the index of embeddings, if it is missing or was left unfinished."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--memory-mb",
            type=int,
            help="for the build; by default what the faces need, or half of this machine",
        )
        parser.add_argument(
            "--workers", type=int, default=WORKERS, help="processes that help, 0 for none"
        )
        parser.add_argument(
            "--again", action="store_true", help="build it anew, though it is there"
        )

    def handle(self, *, memory_mb: int | None, workers: int, again: bool, **_: Any) -> None:
        found = embedding_index()
        if found.state is IndexState.BUILDING:
            raise CommandError("It is being built; /status/ shows how far it is.")
        if found.state is IndexState.READY and not again:
            self.stdout.write("The index is there. --again builds it anew.")
            return
        face_count = Face.objects.present().count()
        memory_mb = memory_mb or min(needed_memory_mb(face_count), _half_memory_mb())
        self.stdout.write(f"{face_count} faces, with {memory_mb} MB. Searches go on without it.")
        started = time.monotonic()
        try:
            build_index(memory_mb=memory_mb, workers=workers)
        except DatabaseError as error:
            raise CommandError(
                f"The database could not build it: {str(error).strip()}. With --workers 0 the "
                "build needs no shared memory, and with a smaller --memory-mb less, but more time."
            ) from error
        seconds = time.monotonic() - started
        size = filesizeformat(embedding_index().size_bytes)
        self.stdout.write(f"Built in {seconds:.0f} s: {size}.")


def _half_memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**21
