"""Puts assets into collections and takes them out. The only writer of CollectionAsset.

No photo is ever deleted here.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from dam.collections.errors import UnknownCollection
from dam.models import Collection, User

# Rows of assets are held until the end, in the order of their ids, so that none is deleted between
# here and the commit; one that is gone by then, or refused, is passed over.
_ADD = """
WITH found AS MATERIALIZED (
    SELECT id FROM dam_asset WHERE id = ANY(%(assets)s) AND refused_at IS NULL
    ORDER BY id FOR KEY SHARE
), added AS (
    INSERT INTO dam_collectionasset (collection_id, asset_id, added_by_id, added_at)
    SELECT %(collection)s, id, %(user)s, clock_timestamp() FROM found
    ON CONFLICT (collection_id, asset_id) DO NOTHING
    RETURNING asset_id
), changed AS (
    UPDATE dam_collection SET updated_at = clock_timestamp()
    WHERE id = %(collection)s AND EXISTS (SELECT FROM added)
)
SELECT asset_id FROM added ORDER BY asset_id
"""
_REMOVE = """
WITH removed AS (
    DELETE FROM dam_collectionasset
    WHERE collection_id = %(collection)s AND asset_id = ANY(%(assets)s)
    RETURNING asset_id
), changed AS (
    UPDATE dam_collection SET updated_at = clock_timestamp()
    WHERE id = %(collection)s AND EXISTS (SELECT FROM removed)
)
SELECT asset_id FROM removed ORDER BY asset_id
"""


def add_assets(collection: Collection, asset_ids: Iterable[int], *, user: User | None) -> list[int]:
    """Put assets into a collection; return the ids of those that were not in it, rising.

    Takes one statement for any number of assets. Those that are in it, or do not exist, are passed
    over, so `remove_assets` of what comes back is exactly the undoing. Raises UnknownCollection.
    """
    return _change_assets(_ADD, collection, asset_ids, user=user)


def remove_assets(collection: Collection, asset_ids: Iterable[int]) -> list[int]:
    """Take assets out of a collection; return the ids of those that were in it, rising.

    Takes one statement for any number of assets. Raises UnknownCollection.
    """
    return _change_assets(_REMOVE, collection, asset_ids)


def _change_assets(
    statement: str, collection: Collection, asset_ids: Iterable[int], *, user: User | None = None
) -> list[int]:
    ids = [int(asset_id) for asset_id in asset_ids]
    with transaction.atomic():
        # Changes of one collection come one after another: in another order of the same assets
        # they could wait for each other for ever.
        held = Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk)
        if held.first() is None:
            raise UnknownCollection
        with connection.cursor() as cursor:
            values = {"assets": ids, "collection": collection.pk, "user": user and user.pk}
            cursor.execute(statement, values)
            return [asset_id for (asset_id,) in cursor.fetchall()]
