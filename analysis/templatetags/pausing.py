"""Whether analysis is paused, for the frame of every page."""

from __future__ import annotations

from django import template
from django.db import DatabaseError

from analysis.pausing.models import AnalysisPause
from analysis.pausing.pausing import current_pause

register = template.Library()


@register.simple_tag
def analysis_pause() -> AnalysisPause | None:
    """Return since when analysis is paused; None also on a page about a database that fails."""
    try:
        return current_pause()
    except DatabaseError:
        return None
