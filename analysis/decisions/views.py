"""What the photo page sends: faces drawn, called none and restored, and changes taken back."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from analysis.decisions.drawing import draw_face
from analysis.decisions.history import undo_change
from analysis.decisions.rejecting import reject_face, restore_face
from analysis.models import Face
from analysis.neighbours import photo_address
from analysis.pipeline.types import Box
from dam.errors import DamError
from dam.models import Asset, User


class BoxForm(forms.Form):
    """Where somebody sees a face, in pixels of the upright picture."""

    left = forms.FloatField()
    top = forms.FloatField()
    width = forms.FloatField(min_value=0)
    height = forms.FloatField(min_value=0)

    def box(self) -> Box:
        return Box(**self.cleaned_data)


@require_POST
def draw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Look at a box of a photo and store the face in it."""
    asset = get_object_or_404(Asset, uid=uid)
    form = BoxForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Draw a box around the face, or write four numbers.")
        return _back(request, asset)
    try:
        face = draw_face(asset, form.box(), user=_user(request))
    except DamError as error:
        messages.error(request, error.message)
        return _back(request, asset)
    seen = "" if face.score else " The nets see no face there, so trust their readings less."
    messages.success(request, f"Face {face.position + 1} was added.{seen}")
    return _back(request, asset, face=face)


@require_POST
def reject(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let a face appear nowhere any more."""
    face = _find(uid)
    try:
        reject_face(face, user=_user(request))
    except DamError as error:
        messages.error(request, error.message)
    return _back(request, face.asset)


@require_POST
def restore(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take back that something is no face."""
    face = _find(uid)
    try:
        restore_face(face, user=_user(request))
    except DamError as error:
        messages.error(request, error.message)
    return _back(request, face.asset, face=face)


@require_POST
def undo(request: HttpRequest, uid: UUID, kind: str, change_id: int) -> HttpResponse:
    """Take back one change of a photo."""
    asset = get_object_or_404(Asset, uid=uid)
    try:
        undo_change(asset, kind=kind, change_id=change_id, user=_user(request))
    except DamError as error:
        messages.error(request, error.message)
    return _back(request, asset)


def _find(uid: UUID) -> Face:
    faces = Face.objects.select_related("asset").defer("embedding", "landmarks", "readings")
    face: Face | None = faces.filter(uid=uid).first()
    if face is None:
        raise Http404("no such face")
    return face


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _back(request: HttpRequest, asset: Asset, *, face: Face | None = None) -> HttpResponse:
    """Lead back to the photo, in the list that it was opened from."""
    anchor = f"face-{face.uid}" if face else ""
    return redirect(photo_address(asset.uid, listed=request.POST.get("list", ""), anchor=anchor))
