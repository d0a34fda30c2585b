"""Photos that people gather under a name: a photo may be in any number of collections."""

from dam.collections.collections import (
    change_collection,
    create_collection,
    delete_collection,
    find_or_create_collection,
)
from dam.collections.errors import UnknownCollection
from dam.collections.members import add_assets, remove_assets

__all__ = [
    "UnknownCollection",
    "add_assets",
    "change_collection",
    "create_collection",
    "delete_collection",
    "find_or_create_collection",
    "remove_assets",
]
