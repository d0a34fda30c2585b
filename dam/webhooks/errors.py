"""What can be wrong with what is asked of webhooks."""

from __future__ import annotations

from dam.errors import DamError


class InvalidWebhook(DamError):
    """A subscription cannot be like that; `fields` says why, with all that is wrong."""

    code = "invalid"
    status = 400

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("Some values are not valid.", fields=fields)


class UnknownWebhook(DamError):
    """There is no such subscription."""

    code = "not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such webhook.")


class UnknownDelivery(DamError):
    """There is no such delivery, or it is forgotten."""

    code = "not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such delivery; old ones are forgotten.")


class PingReplayed(DamError):
    """A ping is for who waits for the answer, so it is not sent again later."""

    code = "ping_replayed"
    status = 409

    def __init__(self) -> None:
        super().__init__("A ping cannot be sent again; send a new one.")
