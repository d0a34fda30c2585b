"""REST: saved searches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dam.pagination import ByName
from dam.rest_requests import person, read_body
from search.models import SavedSearch
from search.saved.searches import change_search, delete_search, find_search, save_search
from search.saved.serializers import (
    NewSearchSerializer,
    SavedSearchSerializer,
    SearchChangeSerializer,
)
from search.saved.state import SearchState, describe_search, describe_searches


class SearchPages(ByName):
    """Saved searches by name. Each one is counted, so a page has 50 at most."""

    max_page_size = 50

    def paginate_queryset(
        self, queryset: QuerySet[SavedSearch], request: Request, view: Any = None
    ) -> list[SearchState]:
        return describe_searches(super().paginate_queryset(queryset, request, view))


@extend_schema_view(get=extend_schema(operation_id="searches_list"))
class SearchListView(ListAPIView):
    """All saved searches by name, with what they find now."""

    serializer_class = SavedSearchSerializer
    pagination_class = SearchPages

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return SavedSearch.objects.select_related("created_by")

    @extend_schema(
        request=NewSearchSerializer,
        responses={
            200: OpenApiResponse(SavedSearchSerializer, "It was saved under this name before."),
            201: OpenApiResponse(SavedSearchSerializer, "A new one."),
        },
    )
    def post(self, request: Request) -> Response:
        """Save a query under a name."""
        saved = save_search(**read_body(NewSearchSerializer, request), user=person(request))
        return Response(_show(request, saved.search), status=201 if saved.is_new else 200)


class SearchView(APIView):
    """One saved search."""

    @extend_schema(responses=SavedSearchSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A saved search with what it finds now."""
        return Response(_show(request, find_search(uid)))

    @extend_schema(request=SearchChangeSerializer, responses=SavedSearchSerializer)
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change the name or the query."""
        search = find_search(uid)
        change_search(search, **read_body(SearchChangeSerializer, request))
        return Response(_show(request, search))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete a saved search; what it finds stays."""
        delete_search(find_search(uid))
        return Response(status=204)


def _show(request: Request, search: SavedSearch) -> dict[str, Any]:
    shown: dict[str, Any] = SavedSearchSerializer(
        describe_search(search), context={"request": request}
    ).data
    return shown
