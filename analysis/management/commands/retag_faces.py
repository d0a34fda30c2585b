from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analysis.errors import NetsUnusable
from analysis.facets import UnknownFacet, find_facet
from analysis.models import Face, FaceTag
from analysis.retagging import retag_faces

PROGRESS_SECONDS = 5.0


class Command(BaseCommand):
    """Tags stored faces by the facets of now; nets are not run, corrections stay."""

    help = "Apply the manifest's facets and custom tags to all stored faces, without the nets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--facet", action="append", metavar="NAME", help="only this one; may be repeated"
        )

    def handle(self, *, facet: list[str] | None, **_: Any) -> None:
        try:
            for name in facet or ():
                _check_facet(name)
            self._retag(facet)
        except (NetsUnusable, UnknownFacet) as error:
            raise CommandError(error.message) from error

    def _retag(self, only: list[str] | None) -> None:
        total = Face.objects.count()
        done = 0
        shown_at = time.monotonic()
        for done in retag_faces(only=only):
            if time.monotonic() - shown_at >= PROGRESS_SECONDS:
                shown_at = time.monotonic()
                self.stdout.write(f"{done} of {total} faces")
                self.stdout.flush()
        self.stdout.write(f"{done} faces tagged.")


def _check_facet(name: str) -> None:
    """Let names pass whose facet is gone if faces still have its tags: those can be removed."""
    if not FaceTag.objects.filter(facet=name).exists():
        find_facet(name)
