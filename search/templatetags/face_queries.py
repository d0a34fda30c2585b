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
    # Of a parameter "glasses!" the sign is read as it is; of a value it never comes before "=".
    return f"{address}?{params.urlencode().replace('%21=', '!=')}" if params else address


@register.simple_tag
def toggle_address(query: FaceQuery, facet: str, value: str) -> str:
    """Return the address of the faces page with a value asked for, or no more."""
    return query_address(query.toggle(facet, value), "faces")


@register.simple_tag
def exclude_address(query: FaceQuery, facet: str, value: str) -> str:
    """Return the address of the faces page with a value excluded, or no more."""
    return query_address(query.exclude(facet, value), "faces")
