"""Analysis and deletion of many photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from analysis import nets
from analysis.models import AnalysisRun
from analysis.recording import queue_runs, requeue_runs
from analysis.tagging import lock_assets
from dam.deletion import LeftFiles, delete_assets, remove_left_files
from dam.models import Asset, User
from search.bulk.actions import Action, Notes, Outcome, Unit
from search.models import BulkJob


@dataclass(frozen=True)
class Analyze(Action):
    """Queues photos for an analysis by the nets that are installed."""

    kind = BulkJob.Action.ANALYZE
    unit = Unit.PHOTOS
    can_undo = False

    def checked(self) -> Analyze:
        nets.current_version()
        return self

    def title(self) -> str:
        return "Analyze again"

    def apply(self, ids: Sequence[int], *, user: User | None) -> Outcome:  # noqa: ARG002
        version = nets.current_version()
        lock_assets(ids)
        runs = AnalysisRun.objects.filter(asset__in=ids, pipeline_version=version)
        queued = requeue_runs(runs)
        queued += queue_runs(Asset.objects.filter(pk__in=ids), version=version)
        return Outcome(changed=queued)


@dataclass(frozen=True)
class Delete(Action):
    """Deletes photos with their faces, and then their files."""

    kind = BulkJob.Action.DELETE
    unit = Unit.PHOTOS
    # Others wait for the rows meanwhile, and each photo has faces with much to delete.
    piece_size = 100
    can_undo = False
    has_settling = True

    def checked(self) -> Delete:
        return self

    def title(self) -> str:
        return "Delete photos"

    def apply(self, ids: Sequence[int], *, user: User | None) -> Outcome:  # noqa: ARG002
        left = delete_assets(ids)
        return Outcome(changed=len(left), notes={"files": [asdict(files) for files in left]})

    def settle(self, notes: Notes) -> None:
        for files in notes["files"]:
            remove_left_files(LeftFiles(**files))
