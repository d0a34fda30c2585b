"""The way out: assets, what was found in them, and their files."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from dam.audit import SERVICE, Actor, Kind, record
from dam.models import Asset
from dam.storage import StorageUnavailable, digest_lock, remove_files
from dam.webhooks.deletions import note_deletions

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LeftFiles:
    """What tells where the files of an asset are that was deleted."""

    digest: str
    media_type: str


def delete_asset(asset: Asset, *, by: Actor = SERVICE) -> None:
    """Delete an asset and what depends on it; its files go once that is certain.

    A storage that is down keeps the files but not the asset; the log names its digest.
    """
    # Who ingests the same bytes now must not find files that are about to go.
    with digest_lock(asset.digest), transaction.atomic():
        # The asset's row before those that depend on it: who writes those takes it first, too.
        Asset.everything.select_for_update().filter(pk=asset.pk).first()
        note_deletions([asset.pk])
        asset.delete()
        record(Kind.DELETION, f"deleted the photo {asset.name}", by=by)
        transaction.on_commit(partial(_remove_files, asset))


def delete_assets(asset_ids: Collection[int]) -> list[LeftFiles]:
    """Delete assets and what depends on them; those that are gone are passed over.

    Their files stay: once this is committed the caller removes them with `remove_left_files`, and
    remembers until then which they are.
    """
    assets = Asset.everything.filter(pk__in=asset_ids)
    with transaction.atomic():
        held = assets.select_for_update().order_by("pk")
        left = [LeftFiles(*values) for values in held.values_list("digest", "media_type")]
        note_deletions(asset_ids)
        assets.delete()
    return left


def remove_left_files(files: LeftFiles) -> None:
    """Remove the files of a deleted asset, unless the same bytes were ingested again since.

    Doing it again changes nothing. Raises StorageUnavailable.
    """
    # Who ingests the same bytes holds this until the new row can be seen.
    with digest_lock(files.digest):
        if not Asset.everything.filter(digest=files.digest).exists():
            remove_files(Asset(digest=files.digest, media_type=files.media_type))


def _remove_files(asset: Asset) -> None:
    try:
        remove_files(asset)
    except StorageUnavailable:
        logger.exception("files of the deleted asset %s are left in the storage", asset.digest)
