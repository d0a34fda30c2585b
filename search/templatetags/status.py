"""Words of the status page."""

from __future__ import annotations

from django import template
from django.template.defaultfilters import pluralize

register = template.Library()

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@register.filter
def duration(seconds: int) -> str:
    """Return a time in its largest unit, rounded: "3 minutes"."""
    for size, unit in _UNITS:
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{pluralize(count)}"
    return "a moment"
