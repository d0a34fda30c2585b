"""Tag corrections of many faces, and taking corrections back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.bulk_corrections import Corrected, clear_faces, correct_faces, take_back
from analysis.facets import find_facet
from analysis.tagging import accept_value
from dam.models import User
from search.bulk.actions import Action, Notes, Outcome, Restored, Unit
from search.models import BulkJob


class TagAction(Action):
    """A change of one facet's tags that people's corrections make, or that ends them."""

    unit = Unit.FACES
    facet: str

    @property
    def subject(self) -> dict[str, str]:
        return {"facet": self.facet}

    def undo(self, notes: Notes, *, undone: Sequence[Notes], user: User | None) -> Restored:
        taken = take_back(
            Corrected(**{name: notes[name] for name in ("over_person", "over_model")}),
            facet=self.facet,
            ignored={pk for other in undone for written in other.values() for pk in written},
            user=user,
        )
        return Restored(
            restored=len(taken.written),
            left_alone=taken.left_alone,
            notes={**notes, "taken_back": taken.written},
        )


@dataclass(frozen=True)
class CorrectTag(TagAction):
    """Sets a facet's value as a person's."""

    kind = BulkJob.Action.CORRECT_TAG
    facet: str
    value: str

    def checked(self) -> CorrectTag:
        return replace(self, value=accept_value(self.facet, self.value))

    def title(self) -> str:
        facet = find_facet(self.facet)
        return f"Set {facet.label} to {facet.label_of(self.value)}"

    def apply(self, ids: Sequence[int], *, user: User | None) -> Outcome:
        return _outcome(correct_faces(ids, facet=self.facet, value=self.value, user=user))


@dataclass(frozen=True)
class ClearCorrection(TagAction):
    """Lets what the nets say stand again where a person had set the value."""

    kind = BulkJob.Action.CLEAR_CORRECTION
    facet: str

    def checked(self) -> ClearCorrection:
        find_facet(self.facet)
        return self

    def title(self) -> str:
        return f"Take back what people said of {find_facet(self.facet).label}"

    def apply(self, ids: Sequence[int], *, user: User | None) -> Outcome:
        return _outcome(clear_faces(ids, facet=self.facet, user=user))


def _outcome(corrected: Corrected) -> Outcome:
    notes: dict[str, Any] = {
        "over_person": corrected.over_person,
        "over_model": corrected.over_model,
    }
    return Outcome(changed=len(corrected.over_person) + len(corrected.over_model), notes=notes)
