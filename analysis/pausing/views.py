"""What the buttons do that pause analysis and let it go on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from analysis.pausing.pausing import pause_analysis, resume_analysis
from dam.audit import actor_of
from dam.roles import Right, needs


@needs(Right.ADMIN)
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Pause analysis and lead to the status, where the banner says so."""
    pause_analysis(by=actor_of(request))
    return redirect("status")


@needs(Right.ADMIN)
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Let analysis go on and lead to the status."""
    if resume_analysis(by=actor_of(request)):
        messages.success(request, "Analysis goes on.")
    return redirect("status")
