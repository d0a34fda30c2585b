"""Records what rules said of photos, and what people made of it.

The only writer of RuleOutcome, and of a photo's `verdict` and `refused_at`. Each function runs in
the caller's transaction, which holds the photo's row. Its faces are the caller's, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Now

from dam.collections import UnknownCollection, add_assets, remove_assets
from dam.models import Asset, Collection, CollectionAsset, RuleOutcome, User

Action = RuleOutcome.Action
Verdict = Asset.Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule says of a photo."""

    rule_uid: UUID
    rule_name: str
    action: str
    """One of RuleOutcome.Action."""
    message: str
    collection: Collection | None = None
    """Where the photo is to be put."""


def expect_verdict(asset: Asset) -> None:
    """Note that rules are to judge a photo as soon as it is analyzed."""
    _set(asset, verdict=Verdict.WAITING)


def record_verdict(asset: Asset, said: Sequence[Said]) -> None:
    """Store what rules say of a photo, instead of what they said before, and act on it.

    A refused one leaves the library: `asset.refused_at` is the instant then, and collections wait
    until it is accepted. Otherwise it is put where it is to be.
    """
    is_refused = any(one.action == Action.REFUSE for one in said)
    left = _leave_collections(asset) if is_refused else []
    asset.outcomes.all().delete()
    RuleOutcome.objects.bulk_create(
        RuleOutcome(
            asset=asset,
            rule_uid=one.rule_uid,
            rule_name=one.rule_name,
            action=one.action,
            message=one.message,
            collection=one.collection,
            left_collections=left if one.action == Action.REFUSE else [],
        )
        for one in said
    )
    if is_refused:
        _set(asset, verdict=Verdict.REFUSED, refused_at=Now())
        return
    _set(asset, verdict=Verdict.PASSED, refused_at=None)
    _put(asset, {one.collection.pk for one in said if one.collection}, user=None)


def accept_refused(asset: Asset, *, user: User | None) -> None:
    """Bring a refused photo back, in spite of what rules said, and put it where it is to be.

    `user` is None where a program does it.
    """
    outcomes = list(asset.outcomes.all())
    _set(asset, verdict=Verdict.ACCEPTED, refused_at=None)
    wanted = {pk for outcome in outcomes for pk in outcome.left_collections}
    wanted |= {outcome.collection_id for outcome in outcomes if outcome.collection_id}
    _put(asset, wanted, user=user)
    asset.outcomes.filter(action=Action.REFUSE).update(accepted_at=Now(), accepted_by=user)


def _set(asset: Asset, **values: object) -> None:
    Asset.everything.filter(pk=asset.pk).update(**values)
    asset.refresh_from_db(fields=list(values))


def _leave_collections(asset: Asset) -> list[int]:
    """Take a photo out of all collections; return their ids."""
    rows = CollectionAsset.objects.filter(asset=asset).order_by("collection_id")
    left = []
    for collection in Collection.objects.filter(pk__in=rows.values("collection_id")).order_by("pk"):
        if remove_assets(collection, [asset.pk]):
            left.append(collection.pk)
    return left


def _put(asset: Asset, collection_ids: Iterable[int], *, user: User | None) -> None:
    # Everybody takes collections in one order, so that nobody waits for each other.
    for collection in Collection.objects.filter(pk__in=set(collection_ids)).order_by("pk"):
        try:
            add_assets(collection, [asset.pk], user=user)
        except UnknownCollection:
            # Deleted in this moment.
            continue
