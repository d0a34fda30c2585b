"""How lists are cut into pages: by a cursor, so that new rows neither shift nor repeat old ones."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.db import DataError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """Pages of what has `created_at`, newest first; `page_size` is 200 at most."""

    ordering: tuple[str, ...] = ("-created_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return a page; raises NotFound for a cursor that names no place in this list."""
        try:
            page: list[Any] = super().paginate_queryset(queryset, request, view)
        except (ValueError, InvalidValue, DataError) as error:
            if not request.query_params.get(self.cursor_query_param):
                raise
            # The cursor can be read, but not the place in it: no number, no time, no text.
            raise NotFound(self.invalid_cursor_message) from error
        return page

    def get_page_size(self, request: Request) -> int:
        """Return what is asked for, a page's usual size where nothing is; refuse what cannot be."""
        text = request.query_params.get(self.page_size_query_param, "").strip()
        if not text:
            return self.page_size
        if not (
            text.isascii()
            and text.isdecimal()
            and len(text) <= 9
            and 1 <= int(text) <= self.max_page_size
        ):
            message = f"Must be a whole number from 1 to {self.max_page_size}."
            raise ValidationError({self.page_size_query_param: [message]})
        return int(text)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return DRF's description of both parameters, with the limits of a page's size."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                limits = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
                parameter["schema"] = {"type": "integer", **limits}
        return parameters


class ByName(NewestFirst):
    """Pages of what has a unique `name_key`, in the order of the names."""

    ordering = ("name_key",)
