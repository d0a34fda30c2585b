"""Makes, changes and deletes collections. The only writer of Collection."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from dam.collections.errors import UnknownCollection
from dam.models import Collection, User
from dam.names import NameTaken, name_key, read_description, read_name


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
