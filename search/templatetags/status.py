"""Words of the status page."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template.defaultfilters import pluralize
from django.utils import timezone

register = template.Library()

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@register.filter
def duration(seconds: float) -> str:
    """Return a time in its largest unit, rounded: "3 minutes"."""
    for size, unit in _UNITS:
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{pluralize(count)}"
    return "a moment"


@register.filter
def elapsed(since: datetime | None) -> str:
    """Return how long ago something was: "3 minutes", "a moment"; "" where nobody knows."""
    return duration((timezone.now() - since).total_seconds()) if since else ""
