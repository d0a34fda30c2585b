"""What `ingest_files` tells: a bar and a summary for people, lines of JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from analysis.run_watch import Finished
from dam.ingest import Outcome


class Report:
    """Counts what happens to the files. A context while files are worked on."""

    def __init__(self, out: OutputWrapper, *, file_count: int, wait: bool) -> None:
        self.out = out
        self.file_count = file_count
        self.wait = wait
        self.counts = Counter[str]()
        self.rejected: list[tuple[Path, Outcome]] = []
        self.failed: list[Finished] = []
        self._started_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    @property
    def has_trouble(self) -> bool:
        return bool(self.rejected or self.failed)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started_at

    def ingested(self, path: Path, outcome: Outcome) -> None:
        self.counts["files"] += 1
        self.counts[outcome.status] += 1
        if outcome.error:
            self.rejected.append((path, outcome))

    def analyzed(self, finished: Finished) -> None:
        self.counts["analyzed"] += 1
        self.counts["faces"] += finished.face_count
        if finished.is_failed:
            self.failed.append(finished)

    def warn(self, message: str) -> None:
        sys.stderr.write(f"{message}\n")

    def summarize(self) -> None:
        raise NotImplementedError


class RateColumn(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:.1f}/s")


class BarReport(Report):
    """A bar on the terminal for the files and one for their analyses; a summary at the end."""

    def __enter__(self) -> Self:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TextColumn("{task.fields[faces]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._files = self._progress.add_task("Files", total=self.file_count, faces="")
        self._runs = self._progress.add_task(
            "Analyses", total=None, faces="0 faces", visible=self.wait
        )
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def ingested(self, path: Path, outcome: Outcome) -> None:
        super().ingested(path, outcome)
        self._progress.update(self._files, advance=1)
        self._progress.update(self._runs, total=self.file_count - len(self.rejected))

    def analyzed(self, finished: Finished) -> None:
        super().analyzed(finished)
        self._progress.update(self._runs, advance=1, faces=f"{self.counts['faces']} faces")

    def warn(self, message: str) -> None:
        self._progress.console.print(message)

    def summarize(self) -> None:
        counts, rate = self.counts, self.counts["files"] / max(self.seconds, 0.001)
        self.out.write(
            f"{counts['created']} new, {counts['existing']} known, {counts['rejected']} rejected "
            f"in {self.seconds:.1f} s ({rate:.1f} files a second)."
        )
        for path, outcome in self.rejected:
            self.out.write(f"  {path}: {outcome.error.message if outcome.error else ''}")
        if not self.wait:
            return
        self.out.write(
            f"{counts['faces']} faces in {counts['analyzed']} photos; "
            f"{len(self.failed)} analyses failed."
        )
        for finished in self.failed:
            self.out.write(f"  {finished.asset.name}: {finished.reason}")


class JsonReport(Report):
    """A line for each file, once all is known of it that was asked for; a summary as the last."""

    def __init__(self, out: OutputWrapper, *, file_count: int, wait: bool) -> None:
        super().__init__(out, file_count=file_count, wait=wait)
        # By asset: several files may have the same bytes.
        self._held: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)

    def ingested(self, path: Path, outcome: Outcome) -> None:
        super().ingested(path, outcome)
        asset, error = outcome.asset, outcome.error
        line = {
            "path": str(path),
            "status": outcome.status,
            "uid": str(asset.uid) if asset else None,
            "error": {"code": error.code, "message": error.message} if error else None,
        }
        if asset and self.wait:
            self._held[asset.pk].append(line)
        else:
            self._write(line)

    def analyzed(self, finished: Finished) -> None:
        super().analyzed(finished)
        for line in self._held.pop(finished.asset.pk):
            self._write(line | {"analysis": _describe(finished)})

    def summarize(self) -> None:
        for lines in self._held.values():
            for line in lines:
                self._write(line | {"analysis": None})
        names = ("created", "existing", "rejected")
        summary: dict[str, Any] = {name: self.counts[name] for name in names}
        if self.wait:
            summary |= {name: self.counts[name] for name in ("analyzed", "faces")}
            summary["failed"] = len(self.failed)
        self._write({"summary": summary | {"seconds": round(self.seconds, 3)}})

    def _write(self, line: dict[str, Any]) -> None:
        self.out.write(json.dumps(line, ensure_ascii=False))
        self.out.flush()


def _describe(finished: Finished) -> dict[str, Any]:
    return {
        "status": finished.run.status if finished.run else None,
        "face_count": finished.face_count,
        "error": finished.reason if finished.is_failed else None,
    }
