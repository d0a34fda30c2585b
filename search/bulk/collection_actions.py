"""Putting many photos into a collection, and taking them out."""

from __future__ import annotations

from collections.abc import Collection as Container
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dam.collections import UnknownCollection, add_assets, remove_assets
from dam.errors import DamError
from dam.models import Collection, CollectionAsset, User
from search.bulk.actions import Action, Notes, Outcome, Restored, Unit
from search.models import BulkJob


class CollectionAction(Action):
    """A change of which photos are in one collection."""

    unit = Unit.PHOTOS
    collection: str

    @property
    def subject(self) -> dict[str, str]:
        return {"collection": self.collection}

    def checked(self) -> CollectionAction:
        return type(self)(str(self._find().uid))  # type: ignore[call-arg]

    def _find(self) -> Collection:
        """Return the collection. Raises UnknownCollection."""
        try:
            uid = UUID(self.collection)
        except ValueError as error:
            raise _named(UnknownCollection()) from error
        found = Collection.objects.filter(uid=uid).first()
        if found is None:
            raise _named(UnknownCollection())
        return found


@dataclass(frozen=True)
class AddToCollection(CollectionAction):
    """Puts photos into a collection; those that are in it stay as they are."""

    kind = BulkJob.Action.ADD_TO_COLLECTION
    collection: str

    def title(self) -> str:
        return f"Add to the collection “{self._find().name}”"

    def apply(self, ids: Sequence[int], *, user: User | None) -> Outcome:
        collection = self._find()
        added = add_assets(collection, ids, user=user)
        notes = {"added": added, "members": _members(collection, added)}
        return Outcome(changed=len(added), notes=notes)

    def undo(self, notes: Notes, *, undone: Sequence[Notes], user: User | None) -> Restored:  # noqa: ARG002
        collection = self._find()
        # Whoever took a photo out and put it in again made another row; so did an undoing, but
        # that one stands for ours.
        ours = [*notes["members"], *(pk for other in undone for pk in other.get("put_back", ()))]
        rows = CollectionAsset.objects.filter(
            collection=collection, asset__in=notes["added"], pk__in=ours
        )
        removed = remove_assets(collection, rows.values_list("asset_id", flat=True))
        left_alone = len(notes["added"]) - len(removed)
        return Restored(restored=len(removed), left_alone=left_alone, notes=dict(notes))


@dataclass(frozen=True)
class RemoveFromCollection(CollectionAction):
    """Takes photos out of a collection; the photos stay."""

    kind = BulkJob.Action.REMOVE_FROM_COLLECTION
    collection: str

    def title(self) -> str:
        return f"Take out of the collection “{self._find().name}”"

    def apply(self, ids: Sequence[int], *, user: User | None) -> Outcome:  # noqa: ARG002
        removed = remove_assets(self._find(), ids)
        return Outcome(changed=len(removed), notes={"removed": removed})

    def undo(self, notes: Notes, *, undone: Sequence[Notes], user: User | None) -> Restored:  # noqa: ARG002
        collection = self._find()
        added = add_assets(collection, notes["removed"], user=user)
        return Restored(
            restored=len(added),
            left_alone=len(notes["removed"]) - len(added),
            notes={**notes, "put_back": _members(collection, added)},
        )


def _members(collection: Collection, asset_ids: Container[int]) -> list[int]:
    """Return the ids of the rows that say that some assets are in a collection."""
    rows = CollectionAsset.objects.filter(collection=collection, asset__in=asset_ids)
    return list(rows.values_list("pk", flat=True))


def _named(error: DamError) -> DamError:
    """Return an error that says which argument it is about."""
    error.fields = {"collection": [error.message]}
    return error
