"""Addresses of what a query finds, and what its tiles look like."""

from __future__ import annotations

from django import template
from django.urls import reverse

from dam.models import Asset
from search.browse import addresses
from search.query import FaceQuery

# Of width to height, in hundredths: ratios.css has a class for each step.
_NARROWEST, _WIDEST, _STEP = 50, 300, 5

register = template.Library()


@register.simple_tag
def query_address(query: FaceQuery, view: str) -> str:
    """Return the address of a view for a query."""
    return addresses.join(reverse(view), query.to_params())


@register.simple_tag
def browse_address(query: FaceQuery, cursor: str | None = None) -> str:
    """Return the address of the page for a query, at a cursor if there is one."""
    return addresses.browse_address(query, cursor)


@register.filter
def ratio_class(asset: Asset) -> str:
    """Return the class of a picture's shape: no style may stand in a page.

    What is longer is cut at both ends.
    """
    hundredths = round(100 * asset.width / max(asset.height, 1) / _STEP) * _STEP
    return f"ratio-{min(max(hundredths, _NARROWEST), _WIDEST)}"
