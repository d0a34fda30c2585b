"""The page of facets and their thresholds, within the settings."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analysis.facets import Facet, UnknownFacet
from analysis.thresholds.changing import (
    LEAST,
    MOST,
    InvalidThreshold,
    check_facet,
    set_threshold,
)
from analysis.thresholds.state import list_thresholds, preview_threshold
from analysis.thresholds.tasks import BEGIN_AFTER_SECONDS, send_threshold
from dam.audit import actor_of
from dam.fragments import render_page
from dam.roles import Right, needs


class _Wanted(forms.Form):
    """A threshold; none is the manifest's."""

    min_score = forms.FloatField(
        required=False,
        min_value=LEAST,
        max_value=MOST,
        error_messages={"invalid": f"Give a threshold from {LEAST:.2f} to {MOST:.2f}."},
    )


@needs(Right.ADMIN)
@require_GET
def facet_settings(request: HttpRequest) -> HttpResponse:
    """Every facet that can be unsure, with its threshold; to htmx how far changes are."""
    thresholds = list_thresholds()
    context = {
        "thresholds": thresholds,
        "applying": [one for one in thresholds if one.is_applying],
        "least": LEAST,
        "most": MOST,
    }
    return render_page(
        request,
        "analysis/thresholds/thresholds.html",
        fragment="analysis/thresholds/_progress.html",
        context=context,
    )


@needs(Right.ADMIN)
@require_GET
def preview(request: HttpRequest, facet: str) -> HttpResponse:
    """How many faces another threshold would change."""
    _facet(facet)
    form = _Wanted(request.GET)
    wanted = form.cleaned_data["min_score"] if form.is_valid() else None
    context = {
        "preview": None if wanted is None else preview_threshold(facet, wanted),
        "errors": form.errors.get("min_score", []),
    }
    return render(request, "analysis/thresholds/_preview.html", context)


@needs(Right.ADMIN)
@require_POST
def change(request: HttpRequest, facet: str) -> HttpResponse:
    """Set a facet's threshold, or the manifest's again, and begin to tag stored faces by it."""
    label = _facet(facet).label
    form = _Wanted(request.POST)
    is_reset = "reset" in request.POST
    if not is_reset and not (form.is_valid() and form.cleaned_data["min_score"] is not None):
        messages.error(request, f"{label}: give a threshold from {LEAST:.2f} to {MOST:.2f}.")
        return redirect("facet-settings")
    wanted = None if is_reset else form.cleaned_data["min_score"]
    set_threshold(facet, wanted, by=actor_of(request))
    send_threshold(facet, in_seconds=BEGIN_AFTER_SECONDS)
    messages.success(request, f"{label}: stored faces are tagged by the new threshold now.")
    return redirect("facet-settings")


def _facet(name: str) -> Facet:
    try:
        return check_facet(name)
    except (UnknownFacet, InvalidThreshold) as error:
        raise Http404 from error
