"""Notes that photos are deleted, with what is left to say of them."""

from __future__ import annotations

from collections.abc import Collection

from dam.models import Asset
from dam.webhooks.events import Event
from dam.webhooks.outbox import is_wanted, note_events

# Of the fields of REST those that others know the photo by.
TOLD = ("name", "folder", "digest", "media_type", "size_bytes", "width", "height", "source")


def note_deletions(asset_ids: Collection[int]) -> None:
    """Note which assets are deleted, in the transaction that holds and deletes them.

    The number of queries does not grow with them.
    """
    if not is_wanted(Event.ASSET_DELETED):
        return
    assets = Asset.everything.filter(pk__in=asset_ids).order_by("pk")
    note_events(
        Event.ASSET_DELETED,
        [
            {"asset": {"uid": str(asset.pop("uid")), **asset}}
            for asset in assets.values("uid", *TOLD)
        ],
    )
