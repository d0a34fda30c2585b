"""The page of one photo, and corrections of the faces on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from analysis.face_cards import FaceCard, face_card
from analysis.face_evidence import measured_readings
from analysis.facets import UnknownFacet, facets, find_facet
from analysis.listing import faces_for_lists
from analysis.models import AnalysisRun, Face
from analysis.neighbours import photo_address
from analysis.nets import current_version
from analysis.photo_pages import history_context, photo_context
from analysis.photos import newest_run
from analysis.recording import queue_run, requeue_runs
from analysis.tagging import FaceGone, InvalidTag, clear_correction, correct_tag
from analysis.tasks import send_run
from dam.fragments import render_page
from dam.models import Asset, User


@require_GET
def photo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A photo and its faces; `face` is the uid of one to show close up, `list` where it is from.

    While the analysis is not finished the page asks again by htmx and names the `status` it shows;
    as long as that is true the answer is 204.
    """
    asset = get_object_or_404(Asset.everything, uid=uid)
    if asset.refused_at is not None:
        return _lead(request, "refused-photo", uid=uid)
    run = newest_run(asset)
    if request.htmx and run and request.GET.get("status") == run.status:
        return HttpResponse(status=204)
    return render_page(
        request,
        "analysis/photo.html",
        fragment="analysis/_photo.html",
        context=photo_context(
            asset, run, face=request.GET.get("face", ""), listed=request.GET.get("list", "")
        ),
    )


@require_POST
def analyze_photo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Analyze a photo again, or for the first time."""
    asset = get_object_or_404(Asset, uid=uid)
    run = queue_run(asset, version=current_version())
    requeue_runs(AnalysisRun.objects.filter(pk=run.pk))
    send_run(run.pk)
    messages.success(request, "The photo will be analyzed again.")
    return redirect("photo", uid=asset.uid)


@require_POST
def correct(request: HttpRequest, uid: UUID, facet: str) -> HttpResponse:
    """Set a face's tag to the `value` that a person chose."""
    value, user = request.POST.get("value", ""), cast(User, request.user)
    return _change_tag(
        request, uid, facet, partial(correct_tag, facet=facet, value=value, user=user)
    )


@require_POST
def clear(request: HttpRequest, uid: UUID, facet: str) -> HttpResponse:
    """Take back what a person said of a face's tag."""
    user = cast(User, request.user)
    return _change_tag(request, uid, facet, partial(clear_correction, facet=facet, user=user))


def _lead(request: HttpRequest, name: str, *, uid: UUID) -> HttpResponse:
    """Lead to a photo's other page; htmx, which asks for a part of this one, leads the browser."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(name, uid=uid))
    return redirect(name, uid=uid)


def _find_face(uid: UUID) -> Face:
    faces = faces_for_lists(landmarks=True).select_related("asset").filter(uid=uid)
    face: Face | None = faces.first()
    if face is None:
        raise FaceGone
    return face


def _card(uid: UUID) -> FaceCard:
    return face_card(_find_face(uid), known=facets(), measured=measured_readings())


def _change_tag(
    request: HttpRequest, uid: UUID, facet: str, change: Callable[[Face], object]
) -> HttpResponse:
    """Change a tag and answer its form: htmx gets the tags of the card, others the photo's page.

    What cannot be changed is answered as for any other address; htmx, which shows no such answer,
    is told to load the page again, and that says why.
    """
    try:
        find_facet(facet)
        face = _find_face(uid)
        change(face)
        card = _card(uid) if request.htmx else None
    except (InvalidTag, UnknownFacet, FaceGone) as error:
        if request.htmx:
            messages.error(request, error.message)
            return HttpResponseClientRefresh()
        if isinstance(error, InvalidTag):
            raise BadRequest(error.message) from error
        raise Http404(error.message) from error
    listed = request.POST.get("list", "")
    if card is None:
        return redirect(photo_address(face.asset.uid, listed=listed, anchor=f"face-{face.uid}"))
    context = {"card": card, "changed": facet, "listed": listed, **history_context(face.asset)}
    return render(request, "analysis/_tag_changed.html", context)
