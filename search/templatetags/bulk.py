"""Addresses of changes of everything that a query finds."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from search.query import FaceQuery

register = template.Library()


@register.simple_tag
def bulk_address(query: FaceQuery, action: str) -> str:
    """Return the address of the page that asks what an action needs, and whether it is meant."""
    params = {"action": action, "query": query.to_params().urlencode()}
    return f"{reverse('bulk-new')}?{urlencode(params)}"
