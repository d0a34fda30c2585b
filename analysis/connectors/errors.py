"""What is wrong with a connector, with the system that it leads to, or with one picture of it."""

from __future__ import annotations

from collections.abc import Mapping

from dam.errors import DamError


class InvalidOptions(DamError):
    """A connector cannot be as somebody wants it; `fields` has every problem."""

    code = "invalid"
    status = 400

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__("Some values are not valid.", fields=dict(fields))


class RunInProgress(DamError):
    """A connector has one run at a time."""

    code = "run_in_progress"
    status = 409

    def __init__(self) -> None:
        super().__init__("A run of this connector is not finished. Wait for it, or cancel it.")


class NotPossibleNow(DamError):
    """A run cannot be cancelled, or a connector not be started, in its state."""

    code = "not_possible_now"
    status = 409


class StaleClaim(DamError):
    """A run was cancelled, or taken over by another worker, since it was claimed."""

    code = "stale_claim"

    def __init__(self) -> None:
        super().__init__("The run was cancelled, or another worker goes on with it.")


class SystemUnavailable(DamError):
    """The other system does not answer as it should; later it may."""

    code = "system_unavailable"
    status = 502
    retry = True


class SystemRefused(DamError):
    """The other system does not let us do that; somebody has to change something."""

    code = "system_refused"
    status = 422


class ItemFailed(DamError):
    """One picture could not be pulled or written back; the others can."""

    code = "item_failed"
    status = 422
