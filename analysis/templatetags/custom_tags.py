"""Figures in words."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """Return a share of 1 in percent, such as "93 %"; never "100 %" for what is less."""
    whole = round(100 * share)
    return f"{99 if whole == 100 and share < 1 else whole} %"
