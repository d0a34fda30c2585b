"""What an action of a bulk job is: what it needs to know, what it does to a piece, and its undo."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from dam.models import User
from search.models import BulkJob

Notes = Mapping[str, Any]


class Unit(StrEnum):
    """What an action changes, and what a job counts."""

    FACES = "faces"
    PHOTOS = "photos"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a piece; all others of its ids were gone, or so already."""

    changed: int
    notes: dict[str, Any] = field(default_factory=dict)
    """What `undo` or `settle` have to know, as JSON: ids of rows, never values of people."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of the changed ones of a piece that was undone."""

    restored: int
    left_alone: int
    notes: dict[str, Any]
    """The piece's notes from now on."""


class Action(ABC):
    """One kind of change with its arguments, which are the fields of the subclass."""

    kind: ClassVar[BulkJob.Action]
    unit: ClassVar[Unit]
    piece_size: ClassVar[int] = 500
    can_undo: ClassVar[bool] = True
    has_settling: ClassVar[bool] = False
    """Whether `settle` has something to do once a piece was committed."""

    @property
    def arguments(self) -> dict[str, str]:
        """What a job stores; `type(self)(**arguments)` is this again."""
        return asdict(self)  # type: ignore[call-overload]

    @property
    def subject(self) -> dict[str, str]:
        """The arguments that two actions share which change the same values."""
        return {}

    @abstractmethod
    def checked(self) -> Action:
        """Return the action as it is stored; raise a DamError with `fields` if it cannot be."""

    @abstractmethod
    def title(self) -> str:
        """Say in words what it does, such as "Set Glasses to Sunglasses"."""

    @abstractmethod
    def apply(self, ids: Sequence[int], *, user: User | None) -> Outcome:
        """Change some faces or photos in the caller's transaction; pass over those that are gone.

        Raises a DamError where it cannot be done to any of them.
        """

    def settle(self, notes: Notes) -> None:
        """Do what is left once a piece was committed. Doing it again changes nothing."""
        raise NotImplementedError

    def undo(self, notes: Notes, *, undone: Sequence[Notes], user: User | None) -> Restored:
        """Give back what was before, but where somebody changed it since; in a transaction.

        `undone` are the notes of other jobs' pieces with some of these faces or photos and the
        same subject: what these did and took back does not count as a change.
        """
        raise NotImplementedError
