from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analysis.manifest import NetError, load_manifest
from analysis.net_trials import try_nets


class Command(BaseCommand):
    """Says of each net whether it is the declared file, loads and runs."""

    help = "Check the SHA-256 of every net, load it and run it once. Exits with 1 on a problem."
    # The system checks refuse to start without the nets; this says what is wrong with them.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--models-dir", type=Path, default=None, help="a folder other than DAM_MODELS_DIR"
        )

    def handle(self, *, models_dir: Path | None, **_: Any) -> None:
        try:
            manifest = load_manifest(models_dir or Path(settings.DAM_MODELS_DIR))
        except NetError as error:
            raise CommandError(error.message) from error
        trials = try_nets(manifest, threads=settings.DAM_NET_THREADS)
        width = max(len(trial.spec.name) for trial in trials)
        for trial in trials:
            figures = f"load {trial.load_ms:6.1f} ms  run {trial.run_ms:6.1f} ms"
            state = trial.problem or f"{figures}  {trial.spec.sha256[:12]}  {trial.spec.licence}"
            self.stdout.write(f"{trial.spec.name:{width}}  {trial.spec.role:8}  {state}")
        problems = sum(1 for trial in trials if trial.problem)
        if problems:
            raise CommandError(f"{problems} of {len(trials)} nets cannot be used.")
        self.stdout.write(f"{len(trials)} nets are fine, pipeline version {manifest.version}.")
