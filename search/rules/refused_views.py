"""The pages of refused photos: who looks after them accepts them or deletes them for good."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from dam.audit import actor_of
from dam.models import Asset
from dam.verdicts.lists import reasons_of, refused_assets, told_outcomes
from search.rules.refused import NotRefused, accept

PAGE_SIZE = 48


@require_GET
def refused_photos(request: HttpRequest) -> HttpResponse:
    """Refused photos with their reasons, those that were refused last first."""
    pages = Paginator(refused_assets().prefetch_related(told_outcomes()), PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    shown = [(asset, reasons_of(asset)) for asset in page]
    context = {"page": page, "shown": shown, "count": pages.count}
    return render(request, "search/rules/refused.html", context)


@require_GET
def refused_photo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One refused photo and its reason."""
    asset = get_object_or_404(Asset.everything.prefetch_related(told_outcomes()), uid=uid)
    if asset.refused_at is None:
        return redirect("photo", uid=uid)
    context = {"asset": asset, "reasons": reasons_of(asset)}
    return render(request, "search/rules/refused_photo.html", context)


@require_POST
def accept_photo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Bring a refused photo back into the library."""
    asset = get_object_or_404(Asset.everything, uid=uid)
    try:
        accept(asset, user=actor_of(request).user)
    except NotRefused as error:
        messages.info(request, error.message)
        return redirect("photo", uid=uid)
    messages.success(request, f"{asset.name} is in the library now.")
    return redirect("refused-photos")
