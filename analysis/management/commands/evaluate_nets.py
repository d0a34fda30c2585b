"""`manage.py evaluate_nets`: how right the readings are on labelled pictures."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from analysis import nets
from analysis.errors import NetsUnusable
from analysis.evaluation.evaluation import Looks, look_at_faces, read_folders, report_on
from analysis.evaluation.labels import LabelledFace, LabelsInvalid
from analysis.evaluation.markdown import render_report
from analysis.evaluation.plots import draw_plots
from analysis.evaluation.report import (
    REPORT_FILE,
    AccuracyInvalid,
    Report,
    write_accuracy,
    write_report,
)
from analysis.evaluation.sightings import Sightings
from analysis.evaluation.subjects import find_min_scores, find_subjects
from analysis.evaluation.tables import headline


class Command(BaseCommand):
    """Runs labelled folders through the pipeline that is installed and writes what it found."""

    help = (
        "Measure every reading on folders of pictures with a labels.csv, and write report.md, "
        "report.json and plots. An interrupted run is taken up by starting it again."
    )

    # It needs the nets only: neither a database nor a broker has to be known.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
        parser.add_argument(
            "--report", type=Path, required=True, metavar="OUT", help="the folder to write to"
        )
        parser.add_argument(
            "--accuracy",
            action="store_true",
            help="also put the readings' figures into accuracy.json beside the nets, which the "
            "page of nets and the API show",
        )

    def handle(self, *, folders: list[Path], report: Path, accuracy: bool, **_: Any) -> None:
        try:
            manifest = nets.current_manifest()
            subjects = find_subjects(manifest)
            labels = read_folders(folders, find_subjects(nets.full_manifest()))
            pipeline = nets.pipeline()
        except LabelsInvalid as error:
            raise CommandError(
                "\n".join(("The labels cannot be used:", *error.problems))
            ) from error
        except NetsUnusable as error:
            raise CommandError(error.message) from error
        report.mkdir(parents=True, exist_ok=True)
        sightings = Sightings(pipeline, folder=report, max_pixels=settings.DAM_MAX_PIXELS)
        looks = self._look(labels, sightings)
        found = report_on(
            looks,
            subjects,
            min_scores=find_min_scores(manifest),
            pipeline_version=pipeline.version,
            folders=[folder.resolve().name for folder in folders],
            measured_on=timezone.localdate().isoformat(),
        )
        self._write(found, report)
        if accuracy:
            self._publish(found)

    def _look(self, labels: list[LabelledFace], sightings: Sightings) -> Looks:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
            task = progress.add_task("pictures", total=len({label.path for label in labels}))
            return look_at_faces(labels, sightings, advance=lambda: progress.advance(task))

    def _write(self, report: Report, folder: Path) -> None:
        write_report(report, folder / REPORT_FILE)
        plots = draw_plots(report, folder)
        (folder / "report.md").write_text(render_report(report, plots=plots))
        pictures = report.pictures
        self.stdout.write(
            f"{pictures.measured_faces} of {pictures.labelled_faces} labelled faces measured; "
            f"{len(pictures.no_face)} pictures without a face, {len(pictures.not_found)} without "
            f"the labelled one, {len(pictures.unreadable)} unreadable."
        )
        for reading in report.readings:
            self.stdout.write(f"{reading.reading:16} {reading.n:6}  {headline(reading)}")
        self.stdout.write(f"Written to {folder}.")

    def _publish(self, report: Report) -> None:
        try:
            write_accuracy(report, Path(settings.DAM_MODELS_DIR))
        except AccuracyInvalid as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The figures are in accuracy.json beside the nets: commit them.")
