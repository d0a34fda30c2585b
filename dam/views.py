"""Pages that are about assets alone: signing in, bringing pictures, seeing and deleting them."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from dam.audit import actor_of
from dam.deletion import delete_asset
from dam.errors import DamError
from dam.forms import UploadForm
from dam.fragments import render_page
from dam.ingest import Outcome, try_ingest
from dam.models import Asset, User
from dam.previews import open_preview
from dam.roles import Right, needs
from dam.storage import StorageUnavailable

YEAR_SECONDS = 365 * 24 * 3600


class SignIn(LoginView):
    """The login page. A request for a fragment that was sent here takes the whole page to it."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.htmx:
            query = urlencode({"next": request.htmx.current_url_abs_path or "/"})
            return HttpResponseClientRedirect(f"{resolve_url('login')}?{query}")
        return super().get(request, *args, **kwargs)


@needs(Right.WRITE)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take many files from a form, or one at a time from upload.js, which gets only the results."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    outcomes: list[Outcome] = []
    if form.is_valid():
        user = cast(User, request.user)
        folder = form.cleaned_data["folder"]
        outcomes = [_ingest(file, user=user, folder=folder) for file in form.uploads()]
    # A script reads what became of each file; browsers would log a 422 as an error of the page.
    refused = not request.htmx and form.is_bound and all(o.asset is None for o in outcomes)
    return render_page(
        request,
        "dam/upload.html",
        fragment="dam/_upload_results.html",
        context={"form": form, "outcomes": outcomes, "max_bytes": settings.DAM_MAX_UPLOAD_BYTES},
        status=422 if refused else 200,
    )


@require_GET
def photo_preview(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """The picture as the photo page shows it."""
    asset = get_object_or_404(Asset.everything, uid=uid)
    try:
        response = FileResponse(open_preview(asset), content_type="image/jpeg")
    except DamError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
    # A uid stands for the same bytes for ever.
    patch_cache_control(response, private=True, max_age=YEAR_SECONDS, immutable=True)
    return response


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def delete_photo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask whether a photo is to be deleted, and delete it."""
    asset = get_object_or_404(Asset.everything, uid=uid)
    if request.method == "GET":
        return render(request, "dam/delete_photo.html", {"asset": asset})
    delete_asset(asset, by=actor_of(request))
    messages.success(request, f"{asset.name} was deleted.")
    return redirect("refused-photos" if asset.refused_at else "photos")


def _ingest(file: UploadedFile, *, user: User, folder: str) -> Outcome:
    name = file.name or ""
    try:
        return try_ingest(file, name=name, source=Asset.Source.UPLOAD, user=user, folder=folder)
    except StorageUnavailable as error:
        return Outcome(name=name, error=error)
