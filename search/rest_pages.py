"""Pages of what is found as REST lists have them."""

from __future__ import annotations

from collections.abc import Callable

from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from dam.pagination import NewestFirst
from search.matching import Matches
from search.paging import Page


class FoundPages(NewestFirst):
    """Pages of a REST list of what is found, whatever its order; before `cut`, of a queryset."""

    found: Page | None = None

    def cut(
        self, cut_page: Callable[..., Page], matches: Matches, request: Request
    ) -> tuple[int, ...]:
        """Return the ids of the page that a request asks for."""
        self.base_url = request.build_absolute_uri()
        cursor = request.query_params.get(self.cursor_query_param) or None
        self.found = cut_page(matches, limit=self.get_page_size(request), cursor=cursor)
        return self.found.ids

    def get_next_link(self) -> str | None:
        return self._address(self.found.next_cursor) if self.found else super().get_next_link()

    def get_previous_link(self) -> str | None:
        if self.found is None:
            return super().get_previous_link()
        return self._address(self.found.previous_cursor)

    def _address(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        address: str = replace_query_param(self.base_url, self.cursor_query_param, cursor)
        return address
