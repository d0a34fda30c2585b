"""Lets new photos wait for their verdict, and judges them once they are analyzed."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import receiver

from analysis.signals import analysis_recorded
from dam.models import Asset
from dam.signals import asset_ingested
from search.rules.judging import expect_judgement, judge


@receiver(asset_ingested, dispatch_uid="search.expect_judgement")
def expect_judgement_of_new(*, asset: Asset, **_: object) -> None:
    """Note with a new photo that rules are to judge it: those of older ones stay as they are."""
    expect_judgement(asset)


@receiver(analysis_recorded, dispatch_uid="search.judge_new")
def judge_new(*, asset: Asset, **_: object) -> None:
    """Judge a photo that waits for it, together with what was found in it.

    So nobody ever sees a photo that is refused. Should it fail, the photo waits on and
    `judge_waiting` does it later.
    """
    if asset.verdict == Asset.Verdict.WAITING:
        with transaction.atomic():
            judge(asset)
