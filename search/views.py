"""The page that finds faces and photos again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect

from analysis.listing import faces_for_tiles
from analysis.photos import photos_in_order
from dam.fragments import render_page
from search.counts import count_facets
from search.filter_form import FilterForm
from search.matching import Matches, find_matches
from search.paging import in_order, page_of_faces, page_of_photos
from search.query import FaceQuery, InvalidQuery, Scope, Show
from search.templatetags.face_queries import query_address

PAGE_SIZE = 60


@require_GET
def faces_page(request: HttpRequest) -> HttpResponse:
    """The grid of faces or photos beside all filters.

    The query string is the state, `cursor` a place in it. htmx gets what a change of the query
    changes; at a cursor it gets the next faces or photos alone.
    """
    cursor = request.GET.get("cursor") or None
    try:
        query = FaceQuery.from_params(request.GET, besides=("cursor",))
        matches = find_matches(query)
        context = {"query": query, "cursor": cursor, **_load_page(matches, cursor)}
    except InvalidQuery as error:
        if request.htmx:
            # htmx shows no answer that is an error: the browser has to load it as a page.
            return HttpResponseClientRedirect(request.get_full_path())
        return render(request, "search/invalid_query.html", {"error": error}, status=error.status)
    if request.htmx and cursor and not request.htmx.history_restore_request:
        return render(request, "search/_tiles.html", context)
    counts = count_facets(matches)
    context |= {
        "counts": counts,
        "form": FilterForm(query, counts),
        "conditions": query.describe(),
        "faces_query": query.showing(Show.FACES),
        "anywhere": query.scoped(Scope.PHOTO),
    }
    response = render_page(
        request, "search/faces.html", fragment="search/_faces_update.html", context=context
    )
    # A form sends its empty fields, too; the address has none of them.
    response["HX-Push-Url"] = query_address(query, "faces")
    return response


def _load_page(matches: Matches, cursor: str | None) -> dict[str, Any]:
    """Return the page at a cursor and its faces or photos; raises InvalidQuery."""
    if matches.query.show is Show.PHOTOS:
        page = page_of_photos(matches, limit=PAGE_SIZE, cursor=cursor)
        return {"page": page, "photos": photos_in_order(page.ids)}
    page = page_of_faces(matches, limit=PAGE_SIZE, cursor=cursor)
    return {"page": page, "faces": in_order(faces_for_tiles(), page.ids)}
