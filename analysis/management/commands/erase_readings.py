"""`manage.py erase_readings`: forget what was read of faces before it was switched off."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from analysis.erasure import Erasure, check_erasable, erase_readings
from analysis.models import Face
from dam.errors import DamError


class Command(BaseCommand):
    help = (
        "Erase stored readings of topics that DAM_READINGS_OFF switches off, with the tags and "
        "corrections made of them. An interrupted run is taken up by starting it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("topics", nargs="+", metavar="TOPIC")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, topics: list[str], yes: bool, **_: Any) -> None:
        try:
            check_erasable(topics)
        except DamError as error:
            raise CommandError(error.message) from error
        count = Face.objects.count()
        question = (
            f"Erase {', '.join(topics)} of {count} faces, with what people corrected of it? "
            "It cannot be undone. [y/N] "
        )
        if not yes and input(question).strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was erased.")
        done = self._erase(topics, count=count)
        self.stdout.write(
            f"{done.faces_seen} faces looked at: readings of {done.readings} faces, {done.tags} "
            f"tags and {done.corrections} corrections erased."
        )

    def _erase(self, topics: list[str], *, count: int) -> Erasure:
        done = Erasure()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
            task = progress.add_task("faces", total=count)
            for done in erase_readings(topics):
                progress.update(task, completed=done.faces_seen)
        return done
