"""The tiles of the grid: a page has sixty, and a template takes ten times as long."""

from __future__ import annotations

from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from analysis.models import AnalysisRun, Face
from analysis.photos import Photo
from dam.page_addresses import uid_address
from dam.templatetags.frame import icon
from search.query import FaceQuery
from search.templatetags.face_queries import ratio_class
from search.templatetags.photo_links import photo_in_list

register = template.Library()

_CHECK = (
    '<label class="tile__check"><input type="checkbox" name="uid" value="{uid}" form="selection"'
    ' autocomplete="off"><span class="visually-hidden">Select {what}</span></label>'
)
_FACE = (
    '<li class="tile tile--face">'
    '<a class="tile__link" href="{page}"><img class="tile__picture" src="{crop}" width="160"'
    ' height="160" alt="{names}{what}" loading="lazy" decoding="async">'
    '<span class="tile__name" aria-hidden="true">{title}</span></a>'
    f"{_CHECK}"
    '<a class="tile__similar" href="{similar}" title="Faces like this one">{drawing}'
    '<span class="visually-hidden">Faces like this one</span></a></li>'
)
_PHOTO = (
    '<li class="tile {ratio}" data-photo="{uid}"{swap}>'
    '<a class="tile__link" href="{page}"><img class="tile__picture" src="{thumbnail}"'
    ' width="{width}" height="{height}" alt="{what}" loading="lazy" decoding="async">'
    '<span class="tile__name" aria-hidden="true">{what}</span>{state}</a>'
    f"{_CHECK}{{waiting}}</li>"
)


@register.simple_tag
def face_tile(query: FaceQuery, face: Face) -> SafeString:
    """Return a face, with links to its photo in the list of a query, and to faces like it."""
    names = [tag.value for tag in face.names]
    what = f"face {face.position + 1} of {face.asset.name}"
    return SafeString(
        _FACE.format(
            uid=face.uid,
            page=escape(photo_in_list(query, face.asset, face)),
            crop=uid_address("api:face-crop", face.uid),
            names=escape("".join(f"{name}, " for name in names)),
            what=escape(what),
            title=escape("".join(names) or face.asset.name),
            similar=uid_address("similar-faces", face.uid),
            drawing=icon("similar"),
        )
    )


@register.simple_tag
def photo_tile(query: FaceQuery | str, photo: Photo, *, replaces: bool = False) -> SafeString:
    """Return a photo, with a link to its page in the list of a query, and its analysis's state.

    One that `replaces` takes the place of the photo's tile that a page has.
    """
    asset = photo.asset
    swap = (
        ""
        if not replaces
        else format_html(" hx-swap-oob='outerHTML:[data-photo=\"{}\"]'", asset.uid)
    )
    waiting = (
        format_html('<input type="hidden" name="{}" value="{}">', photo.status, asset.uid)
        if photo.waiting
        else ""
    )
    return format_html(
        _PHOTO,
        ratio=ratio_class(asset),
        uid=asset.uid,
        swap=swap,
        page=photo_in_list(query, asset),
        thumbnail=uid_address("api:asset-thumbnail", asset.uid),
        width=asset.width,
        height=asset.height,
        what=asset.name,
        state=_state(photo.run, is_waiting=photo.waiting),
        waiting=waiting,
    )


def _state(run: AnalysisRun | None, *, is_waiting: bool) -> SafeString:
    """Return how far the analysis is, or how many faces it found."""
    if run is None:
        return SafeString('<span class="tile__state">Not analyzed</span>')
    if run.status == AnalysisRun.Status.FAILED:
        return format_html(
            '<span class="tile__state tile__state--failed" title="{0}">Failed'
            '<span class="visually-hidden">: {0}</span></span>',
            run.error_message,
        )
    if is_waiting:
        return format_html(
            '<span class="tile__state tile__state--{}">{}</span>',
            run.status,
            run.get_status_display(),
        )
    if not run.face_count:
        return SafeString("")
    return format_html(
        '<span class="tile__faces number">{}<span class="visually-hidden"> face{}</span></span>',
        run.face_count,
        "" if run.face_count == 1 else "s",
    )
