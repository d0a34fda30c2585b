"""The faces on a page of similar ones: up to a hundred, which a template takes long for."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dam.page_addresses import uid_address
from search.similarity.pages import ResultCard

register = template.Library()

_RESULT = (
    '<li class="result"><a class="result__face" href="{page}#face-{uid}">'
    '<span class="result__rank number" aria-hidden="true">{rank}</span>'
    '<span class="result__pair">{wanted}'
    '<img class="thumbnail" src="{crop}" width="160" height="160" alt="{names}{what}"'
    ' loading="lazy" decoding="async"></span>{titles}{words}'
    '<span class="small muted number">Similarity {similarity} · distance {distance}</span></a>'
    '{check}<span class="result__actions small">'
    '<a href="{more}" rel="nofollow">More like this</a>'
    ' <a href="{less}" rel="nofollow">Not like this</a></span></li>'
)
_WANTED = SafeString(
    '<svg class="thumbnail" viewBox="0 0 1 1" aria-hidden="true"><use href="#wanted-face"/></svg>'
)
_WORDS = '<span class="result__words">{} <span class="number">{}</span></span>'
_CHECK = (
    '<label class="result__check"><input type="checkbox" name="uid" value="{}" form="selection"'
    ' autocomplete="off"><span class="visually-hidden">Select {}</span></label>'
)


@register.simple_tag
def similar_result(card: ResultCard, *, is_mixed: bool, may_write: bool) -> SafeString:
    """Return a face, beside the one that is looked for if that is one, with how alike they are."""
    similar, face = card.similar, card.similar.face
    names = [tag.value for tag in face.names]
    what = f"face {face.position + 1} of {face.asset.name}"
    return format_html(
        _RESULT,
        page=uid_address("photo", face.asset.uid),
        uid=face.uid,
        rank=similar.rank,
        wanted="" if is_mixed else _WANTED,
        crop=uid_address("api:face-crop", face.uid),
        names="".join(f"{name}, " for name in names),
        what=what,
        titles=format_html_join(
            "", '<strong class="result__name">{}</strong>', ((name,) for name in names)
        ),
        words=format_html(_WORDS, card.words.capitalize(), card.percent) if card.words else "",
        similarity=f"{similar.similarity:.3f}",
        distance=f"{similar.distance:.3f}",
        check=format_html(_CHECK, face.uid, what) if may_write else "",
        more=card.more_like,
        less=card.not_like,
    )
