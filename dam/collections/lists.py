"""Collections for lists and pages: counted, with covers, and those of a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from dam.collections.errors import UnknownAssets, UnknownCollection
from dam.models import Asset, Collection, CollectionAsset

COVER_PHOTOS = 4
MOST_SUGGESTED = 200
# Of uids in one request.
MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """Some collections in the order of their names, and the name after which the next ones come."""

    collections: tuple[Collection, ...]
    next_after: str | None


def list_collections(*, after: str = "", limit: int = 48) -> CollectionPage:
    """Return the first collections, or those after a name's key, with `photo_count` and `cover`."""
    # No name has a NUL, and PostgreSQL refuses it.
    rows = list(with_covers().filter(name_key__gt=after.replace("\0", ""))[: limit + 1])
    shown = rows[:limit]
    return CollectionPage(
        collections=tuple(shown),
        next_after=shown[-1].name_key if len(rows) > limit else None,
    )


def with_counts() -> QuerySet[Collection]:
    """Return all collections with `photo_count`."""
    members = CollectionAsset.objects.filter(collection=OuterRef("pk")).order_by()
    counts = members.values("collection").annotate(count=Count("*")).values("count")
    return Collection.objects.annotate(photo_count=Coalesce(Subquery(counts), 0))


def with_covers() -> QuerySet[Collection]:
    """Return all collections with `photo_count` and with `cover`, the uids of the last photos."""
    members = CollectionAsset.objects.filter(collection=OuterRef("pk")).order_by("-id")
    cover = ArraySubquery(members.values("asset__uid")[:COVER_PHOTOS])
    return with_counts().annotate(cover=cover)


def find_collection(uid: UUID) -> Collection:
    """Return a collection with `photo_count`; raises UnknownCollection."""
    found = with_counts().filter(uid=uid).first()
    if found is None:
        raise UnknownCollection
    return found


def find_assets(uids: Sequence[UUID]) -> list[int]:
    """Return the ids of some assets; raises UnknownAssets, which names all that do not exist."""
    ids = dict(Asset.objects.filter(uid__in=uids).order_by().values_list("uid", "id"))
    unknown = [uid for uid in dict.fromkeys(uids) if uid not in ids]
    if unknown:
        raise UnknownAssets(unknown)
    return list(ids.values())


def collections_of(asset: Asset) -> QuerySet[Collection]:
    """Return the collections that a photo is in, by name."""
    return asset.collections.all()


def suggested_names() -> QuerySet[Collection, str]:
    """Return the names of the collections that were changed last."""
    recent = Collection.objects.order_by("-updated_at", "-id")
    return recent.values_list("name", flat=True)[:MOST_SUGGESTED]


def named_collections(limit: int = 200) -> QuerySet[Collection, dict[str, Any]]:
    """Return uid and name of the first collections by name, to choose from."""
    return Collection.objects.values("uid", "name")[:limit]
