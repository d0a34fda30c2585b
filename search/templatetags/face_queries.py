"""Addresses of what a query finds, and of what it would find if one thing were changed."""

from __future__ import annotations

from django import template
from django.urls import reverse

from search.query import FaceQuery

register = template.Library()


@register.simple_tag
def query_address(query: FaceQuery, view: str, cursor: str | None = None) -> str:
    """Return the address of a view for a query, at a cursor if there is one."""
    params = query.to_params()
    if cursor:
        params["cursor"] = cursor
    address: str = reverse(view)
    return f"{address}?{params.urlencode()}" if params else address


@register.simple_tag
def toggle_address(query: FaceQuery, facet: str, value: str) -> str:
    """Return the address of the faces page with a value asked for, or no more."""
    return query_address(query.toggle(facet, value), "faces")
