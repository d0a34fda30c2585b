"""Which of some assets are analyzed by now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from analysis.models import AnalysisRun
from dam.models import Asset

# Runs are finished about in the order in which assets came: looking at the oldest is enough.
WINDOW = 500


@dataclass(frozen=True, slots=True)
class Finished:
    """An asset that no worker has anything to do for; without a run it was never queued."""

    asset: Asset
    run: AnalysisRun | None

    @property
    def face_count(self) -> int:
        return (self.run and self.run.face_count) or 0

    @property
    def is_failed(self) -> bool:
        return self.run is None or self.run.status == AnalysisRun.Status.FAILED

    @property
    def reason(self) -> str:
        """Why it failed."""
        return self.run.error_message if self.run else "It was never queued: see analyze_assets."


class RunWatch:
    """Follows the newest run of each asset that it was given until that is finished."""

    def __init__(self) -> None:
        self._waiting: dict[int, Asset] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, asset: Asset) -> None:
        self._waiting.setdefault(asset.pk, asset)

    def poll(self) -> Iterator[Finished]:
        """Yield what was finished since the last call, by one query; each asset once."""
        watched = dict(islice(self._waiting.items(), WINDOW))
        newest = (
            AnalysisRun.objects.filter(asset_id__in=watched)
            .order_by("asset_id", "-id")
            .distinct("asset_id")
        )
        runs = {run.asset_id: run for run in newest}
        for asset_id, asset in watched.items():
            run = runs.get(asset_id)
            if run is None or run.status in {
                AnalysisRun.Status.SUCCEEDED,
                AnalysisRun.Status.FAILED,
            }:
                del self._waiting[asset_id]
                yield Finished(asset=asset, run=run)
