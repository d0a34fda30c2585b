"""What is wrong with a bulk job that somebody asks for, or why one cannot go on."""

from __future__ import annotations

from collections.abc import Mapping

from dam.errors import DamError


class InvalidArguments(DamError):
    """An action does not exist, or was not told what it needs; `fields` has every problem."""

    code = "invalid"
    status = 400

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__("Some values are not valid.", fields=dict(fields))


class UnknownUids(DamError):
    """Some of the faces or photos that were named do not exist, or not any more."""

    code = "unknown_uids"
    status = 400

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(
            "Some of what you named is not there (any more). Nothing was changed.",
            fields=dict(fields),
        )


class SelectionGone(DamError):
    """What was selected on a page is not kept any more."""

    code = "selection_gone"
    status = 410

    def __init__(self) -> None:
        super().__init__("What you selected is not known any more. Select it again.")


class NothingChosen(DamError):
    """There is nothing to do: no face or photo is what was asked for."""

    code = "nothing_chosen"
    status = 422

    def __init__(self) -> None:
        super().__init__("Nothing is what you asked for, so there is nothing to change.")


class NumberChanged(DamError):
    """Another number of faces or photos is found than the one that was confirmed."""

    code = "number_changed"
    status = 409

    def __init__(self, *, expected: int, found: int) -> None:
        super().__init__(
            f"{found} are found by now, not {expected}. Nothing was changed: look again."
        )
        self.found = found


class NotPossibleNow(DamError):
    """A job cannot be cancelled or undone in its state."""

    code = "not_possible_now"
    status = 409


class PieceGaveUp(DamError):
    """A piece was begun as often as allowed and never finished."""

    code = "gave_up"

    def __init__(self, attempts: int, *, reason: str) -> None:
        reason = reason or "The worker stopped in the middle each time."
        super().__init__(f"Tried {attempts} times: {reason} The worker's log tells more.")
