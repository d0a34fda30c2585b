"""Makes, changes and deletes collections, and puts assets in and takes them out.

The only writer of Collection and CollectionAsset. No photo is ever deleted here.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dam.errors import DamError
from dam.models import Collection, User
from dam.names import NameTaken, name_key, read_description, read_name

# Rows of assets are held until the end, in the order of their ids, so that none is deleted between
# here and the commit; one that is gone by then is passed over.
_ADD = """
WITH found AS MATERIALIZED (
    SELECT id FROM dam_asset WHERE id = ANY(%(assets)s) ORDER BY id FOR KEY SHARE
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


class UnknownCollection(DamError):
    """There is no such collection, or not any more."""

    code = "unknown_collection"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such collection (any more).")


def create_collection(*, name: str, description: str = "", user: User | None) -> Collection:
    """Make an empty collection; `user` is None where a program made it.

    Raises InvalidName, and NameTaken whatever the case of the letters.
    """
    name = read_name(name)
    values = {
        "name": name,
        "name_key": name_key(name),
        "description": read_description(description),
    }
    try:
        with transaction.atomic():
            return Collection.objects.create(**values, created_by=user)
    except IntegrityError as error:
        raise NameTaken(name) from error


def find_or_create_collection(*, name: str, user: User | None) -> Collection:
    """Return the collection of that name, a new one if there is none; raises InvalidName."""
    key = name_key(read_name(name))
    found = Collection.objects.filter(name_key=key).first()
    if found is not None:
        return found
    try:
        return create_collection(name=name, user=user)
    except NameTaken:
        # Somebody made it in this moment.
        return Collection.objects.get(name_key=key)


def change_collection(
    collection: Collection, *, name: str | None = None, description: str | None = None
) -> None:
    """Give a collection another name or description; None leaves it as it is.

    Raises InvalidName, NameTaken, and UnknownCollection if it was deleted since.
    """
    values: dict[str, object] = {"updated_at": timezone.now()}
    if name is not None:
        name = read_name(name)
        values |= {"name": name, "name_key": name_key(name)}
    if description is not None:
        values["description"] = read_description(description)
    try:
        with transaction.atomic():
            is_there = Collection.objects.filter(pk=collection.pk).update(**values)
    except IntegrityError as error:
        raise NameTaken(name or "") from error
    if not is_there:
        raise UnknownCollection
    collection.refresh_from_db()


def delete_collection(collection: Collection) -> None:
    """Delete a collection; its photos stay. Deleting one that is gone changes nothing."""
    with transaction.atomic():
        # Whoever puts assets into it holds its row, so that none comes in between.
        Collection.objects.select_for_update().filter(pk=collection.pk).first()
        Collection.objects.filter(pk=collection.pk).delete()


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
