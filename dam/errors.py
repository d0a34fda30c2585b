"""The family of errors that a person or a client may see."""

from __future__ import annotations


class DamError(Exception):
    """An error with a stable code, a message a user can act on, and an HTTP status.

    `retry` tells whether the same request or task may succeed later without being changed.
    """

    code = "error"
    status = 500
    retry = False
    # For the header `Retry-After`, where that is known.
    retry_after_seconds: int | None = None

    def __init__(
        self, message: str, *, code: str | None = None, fields: dict[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = fields or {}
