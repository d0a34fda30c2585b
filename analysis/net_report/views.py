"""The page of nets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analysis.net_report.cards import net_cards
from analysis.net_report.parts import reading_parts
from analysis.nets import current_version


@require_GET
def nets(request: HttpRequest) -> HttpResponse:
    """What is read of a face, how well, and the files that do it."""
    cards = net_cards()
    context = {"cards": cards, "parts": reading_parts(cards), "version": current_version()}
    return render(request, "analysis/nets.html", context)
