"""The page that shows all photos or faces, those that a query finds, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRedirect

from analysis.facets import Facet, facets
from analysis.photos import UNFINISHED, find_photos, photos_in_order
from dam.fragments import render_page
from search.browse.addresses import browse_address
from search.browse.filter_form import FilterForm
from search.browse.library import library_now
from search.browse.tiles import faces_in_order
from search.counts import count_facets
from search.matching import Matches, find_matches
from search.paging import page_of_faces, page_of_photos
from search.query import FaceQuery, InvalidQuery, Scope, Show

PAGE_SIZE = 60
MOST_UPDATES = 100


@require_GET
def browse(request: HttpRequest, *, shows: Show) -> HttpResponse:
    """The grid of photos or faces beside all filters; `shows` says which, unless `show` does.

    The address is the state, `cursor` a place in it. htmx gets what a change of the query
    changes; at a cursor it gets the next faces or photos alone.
    """
    cursor = request.GET.get("cursor") or None
    known = facets()
    try:
        query = FaceQuery.from_params(request.GET, besides=("cursor",), known=known)
        if not request.GET.get("show"):
            query = query.showing(shows)
        matches = find_matches(query)
        context = {"query": query, "cursor": cursor, **_load_page(matches, cursor)}
    except InvalidQuery as error:
        if request.htmx:
            # htmx shows no answer that is an error: the browser has to load it as a page.
            return HttpResponseClientRedirect(request.get_full_path())
        return render(request, "search/invalid_query.html", {"error": error}, status=error.status)
    if request.htmx and cursor and not request.htmx.history_restore_request:
        return render(request, "search/browse/_tiles.html", context)
    response = render_page(
        request,
        "search/browse/page.html",
        fragment="search/browse/_update.html",
        context=context | _around(matches, known),
    )
    # A form sends its empty fields, too; the address has none of them.
    response["HX-Push-Url"] = browse_address(query)
    return response


@require_GET
def library_state(request: HttpRequest) -> HttpResponse:
    """What happens while a page is open: 204 if nothing does.

    The page sends the `counts` that it shows and that it `began` with, and the uids of unfinished
    tiles as `queued` or `running`, by what they show. It gets the state and the tiles that changed.
    """
    shown = {uid: status for status in UNFINISHED for uid in _uids(request, status)}
    found = find_photos(shown)
    changed = [photo for photo in found if photo.status != shown[photo.asset.uid]]
    gone = shown.keys() - {photo.asset.uid for photo in found}
    library = library_now()
    if not changed and not gone and str(library) == request.GET.get("counts"):
        return HttpResponse(status=204)
    context = {
        "library": library,
        "changed": changed,
        "gone": gone,
        "began": request.GET.get("began") or library,
        "address": request.htmx.current_url_abs_path,
    }
    return render(request, "search/browse/_state_update.html", context)


def _load_page(matches: Matches, cursor: str | None) -> dict[str, Any]:
    """Return the page at a cursor and its faces or photos; raises InvalidQuery."""
    if matches.query.show is Show.PHOTOS:
        page = page_of_photos(matches, limit=PAGE_SIZE, cursor=cursor)
        return {"page": page, "photos": photos_in_order(page.ids)}
    page = page_of_faces(matches, limit=PAGE_SIZE, cursor=cursor)
    return {"page": page, "faces": faces_in_order(page.ids)}


def _around(matches: Matches, known: Sequence[Facet]) -> dict[str, Any]:
    """Return what the page shows beside the tiles."""
    query = matches.query
    counts = count_facets(matches, known=known)
    library = library_now()
    return {
        "counts": counts,
        "total": counts.photos if query.show is Show.PHOTOS else counts.faces,
        "form": FilterForm(matches, counts),
        "conditions": query.describe(known),
        "faces_query": query.showing(Show.FACES),
        "anywhere": query.scoped(Scope.PHOTO),
        "library": library,
        "began": library,
    }


def _uids(request: HttpRequest, name: str) -> list[UUID]:
    try:
        return [UUID(text) for text in request.GET.getlist(name)[:MOST_UPDATES]]
    except ValueError as error:
        raise BadRequest(f"{name} is not a uid") from error
