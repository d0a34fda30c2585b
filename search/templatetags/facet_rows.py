"""The rows and bars of the sidebar: a page has hundreds, and a template takes ten times as long."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from search.browse.filter_form import ValueLink
from search.browse.range_fields import Bar
from search.query import Show

register = template.Library()

_CURRENT = SafeString(' aria-current="true"')
_OUT = SafeString(' class="is-out"')
_ROW = (
    '<li class="facet__row">'
    '<a class="facet__value{kinds}" id="{facet}-{key}" href="{toggle}" rel="nofollow"{chosen}>'
    '<span class="facet__label">{label}</span> '
    '<span class="facet__count number">{count}<span class="visually-hidden"> {noun}</span></span>'
    '<svg class="facet__bar" aria-hidden="true"><rect width="{share}%" height="2"/></svg></a>'
    '<a class="facet__exclude" id="{facet}-not-{key}" href="{exclude}" rel="nofollow"'
    ' title="Without {label}"{excluded}><span aria-hidden="true">−</span>'
    '<span class="visually-hidden">Without {label}</span></a></li>'
)


@register.simple_tag
def facet_row(facet: str, link: ValueLink, show: Show) -> SafeString:
    """Return a value as a link that asks for it, with its count, and one that excludes it."""
    one = link.counted
    kinds = " facet__value--none" * (not one.count) + " facet__value--excluded" * one.excluded
    noun = "photo" if show is Show.PHOTOS else "face"
    return SafeString(
        _ROW.format(
            kinds=kinds,
            facet=facet,
            key=escape(link.key),
            toggle=escape(link.toggle_address),
            chosen=_CURRENT if one.chosen else "",
            label=escape(one.value.label),
            count=f"{one.count:,}",
            share=link.share,
            noun=noun if one.count == 1 else f"{noun}s",
            exclude=escape(link.exclude_address),
            excluded=_CURRENT if one.excluded else "",
        )
    )


@register.simple_tag
def range_bars(bars: Iterable[Bar]) -> SafeString:
    """Return the steps of a histogram as rectangles; those that are not asked for are marked."""
    return SafeString(
        "".join(
            f'<rect x="{bar.left}.05" y="{bar.top}" width=".9" height="{bar.height}"'
            f"{'' if bar.is_asked else _OUT}/>"
            for bar in bars
        )
    )
