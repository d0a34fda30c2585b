"""How lists are cut into pages: by a cursor, so that new rows neither shift nor repeat old ones."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Pages of what has `created_at`, newest first; `page_size` is 200 at most."""

    ordering: tuple[str, ...] = ("-created_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
