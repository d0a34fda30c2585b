from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from dam.errors import DamError


class UnknownCollection(DamError):
    """There is no such collection, or not any more."""

    code = "unknown_collection"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such collection (any more).")


class UnknownAssets(DamError):
    """Some of the photos do not exist, or not any more."""

    code = "unknown_assets"
    status = 400

    def __init__(self, uids: Iterable[UUID]) -> None:
        super().__init__(
            "Some of the photos are not there (any more). Nothing was changed.",
            fields={"assets": [f"There is no photo {uid}." for uid in uids]},
        )
