from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.recall.measuring import PROMISE, Figures, measure_recall, store_recall

PROBES = 50


class Command(BaseCommand):
    """Compares searches for similar faces with exact ones, on the faces of this library."""

    help = (
        "Measure how many of the nearest faces searches find here. Exits with 1 if it is less than "
        "is promised."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--probes", type=int, default=PROBES, help="searches for each filter, by default 50"
        )
        parser.add_argument(
            "--promise", type=float, default=PROMISE, help="recall@10 to keep, by default 0.99"
        )

    def handle(self, *, probes: int, promise: float, **_: Any) -> None:
        if probes < 1:
            raise CommandError("--probes must be 1 or more.")
        measured = measure_recall(probes=probes)
        if not measured:
            self.stdout.write("There are no faces yet.")
            return
        store_recall(measured)
        self.stdout.write(
            _LINE.format("faces", "method", "recall@10", "recall@100", "ms", "filter")
        )
        for one in measured:
            self.stdout.write(_in_line(one))
        if all(one.is_exact for one in measured):
            self.stdout.write("This library is small: every search is exact.")
        broken = [one for one in measured if one.recall_at_10 < promise]
        if broken:
            raise CommandError(
                f"recall@10 is under {promise:g} for {len(broken)} of {len(measured)} filters. "
                "docs/operations.md says what to do."
            )


_LINE = "{:>10}  {:8}  {:>9}  {:>10}  {:>7}  {}"


def _in_line(one: Figures) -> str:
    return _LINE.format(
        one.faces,
        one.method,
        f"{one.recall_at_10:.3f}",
        f"{one.recall_at_100:.3f}",
        f"{one.milliseconds:.1f}",
        one.filter or "none",
    )
