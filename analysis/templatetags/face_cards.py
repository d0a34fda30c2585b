"""What the photo page has hundreds of: a template takes ten times as long for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from analysis.face_cards import FaceCard
from analysis.face_evidence import Evidence
from analysis.face_texts import QualityText, TagText
from analysis.facets import Facet
from analysis.models import Face
from analysis.overlay import LandmarkPart
from dam.page_addresses import page_address, uid_address
from dam.templatetags.frame import icon

# Of a name below a face.
MOST_LETTERS = 24

register = template.Library()

_BUTTON = '<button class="choice" name="value" value="{name}" aria-pressed="{pressed}">'
_LINE = '<p class="choice"{current}>'
_BAR = (
    '<span class="choice__label">{label}</span> '
    '<svg class="bar{low}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
    '{drawn}</svg> <span class="choice__percent number">{percent}</span>'
)
_VALUE = (
    '<span class="tag__label">{label}</span> '
    '<span class="tag__value{kinds}">{value}{number}{badge}</span>{bar}'
)
_SURE = (
    ' <svg class="bar{kind}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
    '{drawn}</svg> <span class="tag__percent number">{percent} %</span>'
)
_EVIDENCE = (
    '<a class="tag__measured" href="{page}#reading-{reading}" title="{title}"'
    ' aria-label="Measured accuracy of {label}: {headline}">{drawing}</a>'
)
_RIGHT = (
    '<p class="small muted">Where nets were about as sure as here they were right on'
    " <b>{percent} %</b> of {faces} labelled faces.</p>"
)
_UNSURE = '<p class="small muted">Under {percent} % it counts as unsure.</p>'
_QUALITY = (
    '<div><dt>{}</dt><dd><svg class="bar bar--{}" viewBox="0 0 100 1" preserveAspectRatio="none"'
    ' aria-hidden="true"><rect width="{}" height="1"/></svg>'
    '<span class="number">{}</span></dd></div>'
)
_RECTANGLE = '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
_MARK = (
    '<g class="mark" data-face="{uid}"{current}>'
    '<a class="mark__face" href="#face-{uid}" aria-label="{summary}">'
    '<g class="mark__box{drawn}">{boxes}'
    '<text class="mark__number" x="{left}" y="{top}" dx="0.3em" dy="1.05em" font-size="{size}">'
    "{number}</text></g></a>"
    '<text class="mark__name" x="{middle}" y="{bottom}" dy="1.15em" font-size="{size}">'
    "{name}</text>"
    '<path class="mark__landmarks" d="{dots}" stroke-width="{dot_size}"/>'
    '<g class="mark__pupils">{pupils}</g><g class="mark__pose">{axes}</g></g>'
)


@register.simple_tag
def part_points(part: LandmarkPart) -> SafeString:
    """Return the numbers of a part's landmarks with where they are."""
    return SafeString(
        "".join(f"<span><b>{number}:</b> {x:.1f}, {y:.1f}</span> " for number, x, y in part.points)
    )


@register.simple_tag
def tag_line(tag: TagText) -> SafeString:
    """Return what is said of a face by one facet, and how sure the nets are."""
    number = (
        "" if tag.number is None else f' <span class="muted number">{_whole(tag.number)}</span>'
    )
    badge = ""
    if tag.is_by_person:
        badge = ' <span class="badge badge--person">by a person</span>'
    elif tag.is_unsure:
        badge = f' <span class="muted">{escape(tag.guess)}?</span>'
    bar = ""
    if tag.bar_percent is not None and not tag.is_by_person:
        bar = _SURE.format(
            kind=" bar--unsure" if tag.is_unsure else "",
            drawn=_drawn(tag.bar_percent, tag.least_percent),
            percent=_whole(tag.bar_percent),
        )
    return SafeString(
        _VALUE.format(
            label=escape(tag.facet.label),
            kinds=" muted" * (tag.tag is None) + " tag__value--unsure" * tag.is_unsure,
            value=escape(tag.value),
            number=number,
            badge=badge,
            bar=bar,
        )
    )


@register.simple_tag
def tag_choices(tag: TagText, *, may_write: bool) -> SafeString:
    """Return each value of a facet with its probability; for who may correct it, as a button."""
    begin, end = (_BUTTON, "</button>") if may_write else (_LINE, "</p>")
    whole, least = f"{begin}{_BAR}{end}", tag.least_percent
    return SafeString(
        "".join(
            whole.format(
                name=escape(bar.name),
                pressed="true" if bar.is_shown else "false",
                current=' aria-current="true"' if bar.is_shown else "",
                label=escape(bar.label),
                low="" if bar.is_likeliest else " bar--low",
                drawn="" if bar.percent is None else _drawn(bar.percent, least),
                percent="" if bar.percent is None else f"{_whole(bar.percent)} %",
            )
            for bar in tag.bars
        )
    )


@register.simple_tag
def tag_notes(tag: TagText) -> SafeString:
    """Return how often nets as sure as here were right, and when they count as unsure."""
    notes = ""
    if tag.evidence and tag.evidence.right_percent is not None:
        notes = _RIGHT.format(percent=_whole(tag.evidence.right_percent), faces=tag.evidence.faces)
    if tag.least_percent is not None and tag.shares:
        notes += _UNSURE.format(percent=_whole(tag.least_percent))
    return SafeString(notes)


@register.simple_tag
def evidence_link(evidence: Evidence | None, label: str) -> SafeString:
    """Return the link to how well a reading was measured, where that is known."""
    if evidence is None:
        return SafeString("")
    headline = escape(evidence.headline)
    return SafeString(
        _EVIDENCE.format(
            page=page_address("nets"),
            reading=escape(evidence.reading),
            title=f"Measured: {headline}" if headline else "Not measured",
            label=escape(label),
            headline=headline or "not measured",
            drawing=icon("usage"),
        )
    )


@register.simple_tag
def quality_rows(qualities: Sequence[QualityText]) -> SafeString:
    """Return the scores of a face's quality as bars."""
    return format_html_join(
        "",
        _QUALITY,
        ((one.label, one.level, f"{one.value:.1f}", _whole(one.value)) for one in qualities),
    )


@register.simple_tag
def tag_address(url_name: str, face: Face, facet: Facet) -> str:
    """Return the address to which a form about a face's tag is sent."""
    return uid_address(url_name, face.uid, facet.name)


@register.simple_tag
def face_mark(card: FaceCard, *, is_chosen: bool) -> SafeString:
    """Return what is drawn over the picture for a face."""
    marks, box = card.marks, card.marks.box
    sides = (box.left, box.top, box.width, box.height)
    return format_html(
        _MARK,
        uid=card.face.uid,
        current=SafeString(' aria-current="true"') if is_chosen else "",
        summary=card.summary,
        drawn=" mark__box--drawn" if card.face.is_drawn else "",
        boxes=SafeString(
            "".join(_RECTANGLE.format(kind, *sides) for kind in ("mark__shade", "mark__line"))
        ),
        left=f"{box.left:.1f}",
        top=f"{box.top:.1f}",
        size=f"{marks.label_size:.1f}",
        number=card.number,
        middle=f"{marks.middle:.1f}",
        bottom=f"{marks.bottom:.1f}",
        name=Truncator(card.name).chars(MOST_LETTERS),
        dots=marks.dots,
        dot_size=f"{marks.dot_size:.2f}",
        pupils=format_html_join(
            "",
            '<circle cx="{}" cy="{}" r="{}"/>',
            ((f"{one.x:.1f}", f"{one.y:.1f}", f"{one.radius:.2f}") for one in marks.pupils),
        ),
        axes=format_html_join(
            "",
            '<path class="mark__axis mark__axis--{}" d="{}"/>',
            ((axis.name, axis.path) for axis in marks.axes),
        ),
    )


def _drawn(percent: float, least: float | None) -> str:
    """Return a bar, with a mark from where on the nets count as sure."""
    mark = "" if least is None else f'<path class="bar__least" d="M{least:.1f} 0v1"/>'
    return f'<rect width="{percent:.1f}" height="1"/>{mark}'


def _whole(number: float) -> int:
    """Round as `floatformat` does, which the rest of the page uses: halves go up."""
    return math.floor(number + 0.5)
