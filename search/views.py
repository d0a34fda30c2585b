"""Pages that find faces again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from analysis.models import Face
from dam.fragments import render_page
from search.similar import similar_faces

SHOWN = 24
SHOWN_IN_ROW = 6


@require_GET
def similar_faces_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The faces most like one; htmx gets a row of the first few that are worth a look."""
    face = get_object_or_404(Face.objects.select_related("asset"), uid=uid)
    if request.htmx:
        found = [one for one in similar_faces(face, limit=SHOWN_IN_ROW) if one.is_alike]
    else:
        found = similar_faces(face, limit=SHOWN)
    return render_page(
        request,
        "search/similar_faces.html",
        fragment="search/_similar_faces.html",
        context={"face": face, "found": found},
    )
