"""The way out: an asset, what was found in it, and its files."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction

from dam.models import Asset
from dam.storage import StorageUnavailable, digest_lock, remove_files

logger = logging.getLogger(__name__)


def delete_asset(asset: Asset) -> None:
    """Delete an asset and what depends on it; its files go once that is certain.

    A storage that is down keeps the files but not the asset; the log names its digest.
    """
    # Who ingests the same bytes now must not find files that are about to go.
    with digest_lock(asset.digest), transaction.atomic():
        # The asset's row before those that depend on it: who writes those takes it first, too.
        Asset.objects.select_for_update().filter(pk=asset.pk).first()
        asset.delete()
        transaction.on_commit(partial(_remove_files, asset))


def _remove_files(asset: Asset) -> None:
    try:
        remove_files(asset)
    except StorageUnavailable:
        logger.exception("files of the deleted asset %s are left in the storage", asset.digest)
