"""Parts of the frame of every page: drawings, and links that know where one is."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dam.looks import LOOKS, LookChoice, choices_of, look_of

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Return a drawing of `icons.svg`, as high as the text; screen readers pass it by."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("dam/img/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def nav_link(
    context: template.Context, url_name: str, drawing: str, label: str, *families: str
) -> SafeString:
    """Return a link of a menu, marked where the page is its own.

    That is the page of the address, and each page whose address's name begins with one of
    `families`. Where there is no such address there is no link.
    """
    try:
        address = reverse(url_name)
    except NoReverseMatch:
        return SafeString("")
    here = getattr(getattr(context.get("request"), "resolver_match", None), "url_name", None) or ""
    return format_html(
        '<a class="nav__link" href="{}"{}>{} <span>{}</span></a>',
        address,
        SafeString(' aria-current="page"') if _is_at(here, url_name, families) else "",
        icon(drawing),
        label,
    )


@register.simple_tag(takes_context=True)
def csrf_field(context: template.Context) -> SafeString:
    """Return what `csrf_token` does, made once for all forms of a page.

    That one masks the token anew for each form, which takes time and cannot be compressed.
    """
    request = context["request"]
    if not hasattr(request, "csrf_field"):
        request.csrf_field = format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', context["csrf_token"]
        )
    return request.csrf_field


@register.filter
def thousands(number: int) -> str:
    """Return a number as people read it: 1,234,567."""
    return f"{number:,}"


@register.simple_tag(takes_context=True)
def looks(context: template.Context) -> SafeString:
    """Return the attributes of the page that style sheets ask, such as ` data-theme="dark"`."""
    chosen = ((name, look_of(context.get("request"), name)) for name in LOOKS)
    return format_html_join("", ' data-{}="{}"', chosen)


@register.simple_tag(takes_context=True)
def look_choices(context: template.Context, name: str) -> list[LookChoice]:
    """Return what may be chosen of a look."""
    return choices_of(context.get("request"), name)


def _is_at(here: str, url_name: str, families: tuple[Any, ...]) -> bool:
    return here == url_name or any(here.startswith(family) for family in families)
