"""Pages of similar faces: of a stored one, and of one in a picture that is not stored."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from analysis.models import MOST_VALUE, Face
from analysis.people import known_people
from dam.errors import DamError
from dam.fragments import render_page
from dam.roles import Right, needs
from search.query import InvalidQuery
from search.similarity.filter_form import FilterForm
from search.similarity.kept_uploads import (
    CROP_PX,
    MOST_FACES,
    find_kept,
    keep_upload,
    kept_faces,
)
from search.similarity.pages import Looked, find_worth_a_look, in_words, show
from search.similarity.uploads import UploadGone, look_at

SHOWN_IN_ROW = 6
# The part of the page that follows its filters.
FOUND = "similar-found"


@require_GET
def similar_faces_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The faces most like one, or to htmx the part of the page that it asks for.

    For another page, such as that of the photo, it is a row of the first few worth a look.
    """
    face = get_object_or_404(Face.objects.present().only("embedding", "embedding_net"), uid=uid)
    htmx = request.htmx
    if htmx and htmx.target != FOUND and not htmx.history_restore_request:
        found = find_worth_a_look(face, count=SHOWN_IN_ROW)
        row = [(similar, in_words(similar.same_person)) for similar in found]
        return render(request, "search/_similar_row.html", {"row": row})
    return _results(request, base=uid)


@needs(post=Right.READ)
@require_http_methods(["GET", "POST"])
def search_similar_page(request: HttpRequest) -> HttpResponse:
    """Takes a picture, lets people choose one of its faces, and shows what is like it."""
    if request.method == "POST":
        return _take_picture(request)
    if "upload" in request.GET or "like" in request.GET:
        return _results(request, base=None)
    return _upload_page(request)


def _results(request: HttpRequest, *, base: UUID | None) -> HttpResponse:
    try:
        looked = Looked.from_params(request.GET, base=base)
        upload = find_kept(request.session, looked.upload) if looked.upload else None
        if looked.upload and upload is None:
            raise UploadGone
        shown = show(looked, upload=upload)
    except DamError as error:
        if request.htmx:
            # htmx shows no answer that is an error: the browser has to load it as a page.
            return HttpResponseClientRedirect(request.get_full_path())
        if not isinstance(error, InvalidQuery):
            return _upload_page(request, problem=error.message, status=error.status)
        return render(request, "search/invalid_query.html", {"error": error}, status=error.status)
    context = {"shown": shown, "form": FilterForm(looked), "most_letters": MOST_VALUE}
    response = render_page(
        request,
        "search/similar_faces.html",
        fragment="search/_similar_found.html",
        # A query, so only where it is shown.
        context=context | {"people": known_people},
    )
    # A form sends its empty fields, too; the address has none of them.
    response["HX-Push-Url"] = looked.address
    return response


def _take_picture(request: HttpRequest) -> HttpResponse:
    image = request.FILES.get("image")
    if not isinstance(image, UploadedFile):
        return _upload_page(request, problem="Choose a picture first.", status=400)
    try:
        analysis = look_at(image, crop_px=CROP_PX)
    except DamError as error:
        return _upload_page(request, problem=error.message, status=error.status)
    faces = keep_upload(request.session, analysis)
    address = reverse("search-similar")
    # A reload must not send the picture again.
    return redirect(f"{address}?upload={faces[0].name}" if len(faces) == 1 else address)


def _upload_page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "problem": problem,
        "faces": kept_faces(request.session),
        "most": MOST_FACES,
        "max_bytes": settings.DAM_MAX_UPLOAD_BYTES,
    }
    return render(request, "search/search_similar.html", context, status=status)
