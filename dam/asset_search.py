"""Assets by folder and by words."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from dam.asset_words import wanted_words
from dam.models import Asset


class _Words(SearchQuery):
    """A tsquery as it is written: its words are made as those of the index are, not parsed."""

    def as_sql(
        self, compiler: Any, connection: Any, function: Any = None, template: Any = None
    ) -> tuple[str, tuple[Any, ...]]:
        cast: tuple[str, tuple[Any, ...]] = super().as_sql(
            compiler, connection, function, template or "(%(expressions)s)::tsquery"
        )
        return cast


def assets_below(folder: str, *, assets: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """Return the assets of a folder and of all folders below it; "" is above all."""
    found = Asset.objects.all() if assets is None else assets
    folder = folder.strip("/")
    if not folder:
        return found
    return found.filter(Q(folder=folder) | Q(folder__startswith=f"{folder}/"))


def assets_with_text(text: str, *, assets: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """Return the assets of which each of some words is the beginning of some word.

    Those of name, folder, title, description, keywords, creator, place and people count. Case,
    accents and the order are ignored; without a letter or digit there is nothing to look for, and
    all are found.
    """
    found = Asset.objects.all() if assets is None else assets
    wanted = wanted_words(text)
    if not wanted:
        return found
    query = " & ".join(_either(whole, parts) for whole, parts in wanted)
    return found.filter(search_vector=_Words(query))


def _either(whole: str, parts: tuple[str, ...]) -> str:
    # Letters, digits and marks alone: nothing that means something in a tsquery.
    together = " & ".join(f"'{part}':*" for part in parts)
    return f"('{whole}':*)" if len(parts) < 2 else f"('{whole}':* | ({together}))"
