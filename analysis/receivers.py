"""Queues an analysis of every new asset, and names faces when a file says anew who they are."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.dispatch import receiver

from analysis import nets
from analysis.errors import NetsUnusable
from analysis.naming import name_stored_faces
from analysis.recording import queue_run
from analysis.tasks import send_run
from dam.models import Asset
from dam.signals import asset_described, asset_ingested

logger = logging.getLogger(__name__)


@receiver(asset_ingested, dispatch_uid="analysis.queue_new_asset")
def queue_new_asset(*, asset: Asset, **_: object) -> None:
    """Queue a run in the transaction that stores the asset, and send it once that is committed.

    Unusable nets do not keep a picture out: `analyze_assets --missing` finds it later.
    """
    try:
        version = nets.current_version()
    except NetsUnusable as error:
        logger.error("asset %s is stored without a run: %s", asset.uid, error.message)
        return
    run = queue_run(asset, version=version)
    transaction.on_commit(partial(send_run, run.id))


@receiver(asset_described, dispatch_uid="analysis.name_faces_of_file")
def name_faces_of_file(*, asset: Asset, **_: object) -> None:
    """Name the stored faces that the asset's metadata name now."""
    name_stored_faces(asset)
