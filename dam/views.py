"""Pages that are about assets alone: signing in, seeing and deleting pictures."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from dam.audit import actor_of
from dam.deletion import delete_asset
from dam.errors import DamError
from dam.models import Asset
from dam.previews import open_preview
from dam.roles import Right, needs

YEAR_SECONDS = 365 * 24 * 3600


class SignIn(LoginView):
    """The login page. A request for a fragment that was sent here takes the whole page to it."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.htmx:
            query = urlencode({"next": request.htmx.current_url_abs_path or "/"})
            return HttpResponseClientRedirect(f"{resolve_url('login')}?{query}")
        return super().get(request, *args, **kwargs)


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
