"""Field types of this app's tables. Migrations import them, so this module imports nothing ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models


class RealField(models.FloatField):
    """A four-byte float: nets compute in single precision, so eight bytes would store noise."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002
        return "real"

    if TYPE_CHECKING:  # what the attribute of a model holds

        def __get__(self, instance: object, owner: type) -> float: ...
        def __set__(self, instance: object, value: float) -> None: ...
