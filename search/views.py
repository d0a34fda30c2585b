"""Pages that find faces again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect

from analysis.listing import faces_for_lists
from dam.fragments import render_page
from search.counts import count_facets
from search.matching import find_matches
from search.paging import in_order, page_of_faces
from search.query import FaceQuery, InvalidQuery, Order
from search.templatetags.face_queries import query_address

PAGE_SIZE = 60
FORM_NAMES = ("min_quality", "since", "until")
ORDER_LABELS = {
    Order.NEWEST: "Newest photo",
    Order.OLDEST: "Oldest photo",
    Order.QUALITY: "Best quality",
    Order.SIZE: "Largest face",
}


@require_GET
def faces_page(request: HttpRequest) -> HttpResponse:
    """The grid of faces beside all facets. The query string is the state, `cursor` a place in it.

    htmx gets what a change of the query changes; at a cursor it gets the next faces alone.
    """
    cursor = request.GET.get("cursor") or None
    try:
        query = FaceQuery.from_params(request.GET, besides=("cursor",))
        matches = find_matches(query)
        page = page_of_faces(matches, limit=PAGE_SIZE, cursor=cursor)
    except InvalidQuery as error:
        if request.htmx:
            # htmx shows no answer that is an error: the browser has to load it as a page.
            return HttpResponseClientRedirect(request.get_full_path())
        return render(request, "search/invalid_query.html", {"error": error}, status=error.status)
    faces = faces_for_lists(landmarks=False).select_related("asset")
    context = {
        "query": query,
        "page": page,
        "cursor": cursor,
        "faces": in_order(faces, page.ids),
    }
    if request.htmx and cursor and not request.htmx.history_restore_request:
        return render(request, "search/_face_tiles.html", context)
    context |= {
        "counts": count_facets(matches),
        "conditions": query.describe(),
        "orders": [(query.ordered(order), label) for order, label in ORDER_LABELS.items()],
        "hidden": _hidden_inputs(query),
    }
    response = render_page(
        request, "search/faces.html", fragment="search/_faces_update.html", context=context
    )
    # A form sends its empty fields, too; the address has none of them.
    response["HX-Push-Url"] = query_address(query, "faces")
    return response


def _hidden_inputs(query: FaceQuery) -> list[tuple[str, str]]:
    """Return the names and values that the form of the page keeps, but does not show."""
    lists = query.to_params().lists()
    return [(name, value) for name, values in lists for value in values if name not in FORM_NAMES]
