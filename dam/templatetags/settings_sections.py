"""The navigation beside the settings."""

from __future__ import annotations

from django import template
from django.template.context import Context

from dam.administration.sections import Entry, navigation
from dam.roles import held_rights

register = template.Library()


@register.simple_tag(takes_context=True)
def settings_sections(context: Context) -> list[Entry]:
    """Return the sections that who asks may see."""
    request = context["request"]
    return navigation(held_rights(request), path=request.path)
