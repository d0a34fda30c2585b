"""What becomes of refused photos: accepted by a person, judged again, or deleted in time."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from analysis.models import AnalysisRun
from analysis.receivers import queue_new_asset
from analysis.refusals import restore_faces
from dam.deletion import delete_asset
from dam.errors import DamError
from dam.models import Asset, User
from dam.verdicts.verdicts import accept_refused, expect_verdict
from search.rules.judging import judge

logger = logging.getLogger(__name__)

# In one turn of a worker.
MOST_AT_ONCE = 200


class NotRefused(DamError):
    """The photo is not among the refused ones, or not any more."""

    code = "not_refused"
    status = 409

    def __init__(self) -> None:
        super().__init__("This photo is not refused (any more).")


def accept(asset: Asset, *, user: User | None) -> None:
    """Bring a refused photo back into the library, as it was: faces, corrections, collections.

    It is analyzed anew if the nets are others by now. `user` is None where a program does it.
    Raises NotRefused.
    """
    with transaction.atomic():
        held = _hold(asset)
        if held is None or held.refused_at is None:
            raise NotRefused
        restore_faces(held)
        accept_refused(held, user=user)
        queue_new_asset(asset=held)


def judge_again(asset: Asset) -> None:
    """Let the present rules judge a photo, whatever was said of it; now, if it is analyzed.

    Otherwise they do so as soon as it is.
    """
    with transaction.atomic():
        held = _hold(asset)
        if held is None:
            return
        if held.refused_at is not None:
            restore_faces(held)
            accept_refused(held, user=None)
        expect_verdict(held)
        if _is_analyzed(held):
            judge(held)


def judge_waiting() -> int:
    """Judge photos that are analyzed and wait for their verdict all the same; return how many.

    There are some only where judging failed.
    """
    done = AnalysisRun.objects.filter(asset=OuterRef("pk"), status=AnalysisRun.Status.SUCCEEDED)
    waiting = Asset.everything.filter(Exists(done), verdict=Asset.Verdict.WAITING).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in ids:
        with transaction.atomic():
            held = _hold(Asset(pk=pk))
            if held is not None and held.verdict == Asset.Verdict.WAITING:
                judge(held)
    return len(ids)


def remove_old_refused(*, days: int) -> int:
    """Delete photos for good that were refused so many days ago; return how many."""
    old = Asset.everything.filter(refused_at__lt=Now() - timedelta(days=days))
    assets = list(old.order_by("pk")[:MOST_AT_ONCE])
    for asset in assets:
        delete_asset(asset)
    return len(assets)


def _hold(asset: Asset) -> Asset | None:
    held: Asset | None = Asset.everything.select_for_update(no_key=True).filter(pk=asset.pk).first()
    return held


def _is_analyzed(asset: Asset) -> bool:
    newest = asset.runs.order_by("-id").first()
    return newest is not None and newest.status == AnalysisRun.Status.SUCCEEDED
