"""Notes what webhooks are to be told of analyses and corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from analysis.models import AnalysisRun, TagCorrection
from dam.webhooks.events import Event
from dam.webhooks.outbox import is_wanted, note_events


def tell_ended(run_id: int) -> None:
    """Note how a run ended, in the transaction that stores that, once it is stored."""
    run = AnalysisRun.objects.get(pk=run_id)
    failed = run.status == AnalysisRun.Status.FAILED
    # Not read when it is sent: a person may have queued the run again by then.
    ended = {
        "uid": str(run.uid),
        "pipeline_version": run.pipeline_version,
        "status": run.status,
        "face_count": run.face_count,
        "error": {"code": run.error_code, "message": run.error_message} if failed else None,
    }
    event = Event.ANALYSIS_FAILED if failed else Event.ANALYSIS_FINISHED
    note_events(event, [{"asset": run.asset_id, "run": ended}])


def tell_corrected(corrections: Collection[int]) -> None:
    """Note what was said of tags, by the rows of the history: one event for each photo.

    The number of queries does not grow with them. Runs in the transaction that writes the rows.
    """
    if not corrections or not is_wanted(Event.TAG_CORRECTED):
        return
    rows = TagCorrection.objects.filter(pk__in=corrections).order_by("pk")
    of_asset: dict[int, list[int]] = defaultdict(list)
    for pk, asset_id in rows.values_list("pk", "face__asset_id"):
        of_asset[asset_id].append(pk)
    note_events(
        Event.TAG_CORRECTED,
        [{"asset": asset_id, "corrections": pks} for asset_id, pks in of_asset.items()],
    )
