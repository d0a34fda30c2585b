"""What Scaleflex' clients say of a picture they send, as the XMP sidecar that it might have had."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from dam.metadata.facts import MOST_ITEMS, MOST_TEXT, Metadata, distinct, line, paragraphs
from dam.metadata.packets import Kind, Property, write_xmp

TEXTS = {"title": "dc.title", "description": "dc.description"}
WORDS = ("keywords", "tags")


def sidecar_of(meta: Any, *, field: str) -> bytes:
    """Return title, description and keywords as XMP, b"" where `meta` has none of them.

    `meta` is an object, or its JSON as of a multipart part. Raises ValidationError.
    """
    if isinstance(meta, str):
        try:
            meta = json.loads(meta or "{}")
        except (ValueError, RecursionError) as error:
            raise ValidationError({field: ["This is not JSON."]}) from error
    if not isinstance(meta, Mapping):
        raise ValidationError({field: ["This must be an object."]})
    properties = list(_properties(meta))
    return write_xmp(properties) if properties else b""


def told_anew(meta: Mapping[str, Any], told: Metadata, *, replace: bool) -> Metadata:
    """Return a file's metadata with title, description and keywords of `meta`.

    `tags` go before `keywords`. What is not given goes where all is to be replaced, else it stays.
    """
    said: dict[str, Any] = {
        name: paragraphs(_text(meta.get(name)))
        if name == "description"
        else line(_text(meta.get(name)))
        for name in TEXTS
        if replace or name in meta
    }
    words = next((name for name in ("tags", "keywords") if name in meta), None)
    if words or replace:
        said["keywords"] = distinct(_words(meta.get(words) if words else None))
    return dataclasses.replace(told, **said)


def _properties(meta: Mapping[str, Any]) -> Iterator[Property]:
    for name, path in TEXTS.items():
        if text := _text(meta.get(name)):
            yield Property(path, (text,), Kind.LANGUAGES)
    words = [word for name in WORDS for word in _words(meta.get(name))]
    if words:
        yield Property("dc.subject", tuple(words[:MOST_ITEMS]), Kind.BAG)


def _text(value: Any) -> str:
    """Return a text; of one in several languages the first."""
    if isinstance(value, Mapping):
        value = next(iter(value.values()), None)
    if not isinstance(value, str):
        return ""
    # What cannot be encoded, or is not allowed in XML, says nothing.
    kept = (letter for letter in value[:MOST_TEXT] if letter.isprintable() or letter in "\n\t")
    return "".join(kept).strip()


def _words(value: Any) -> Iterator[str]:
    values = value.split(",") if isinstance(value, str) else value
    if isinstance(values, list):
        yield from (word for word in map(_text, values[:MOST_ITEMS]) if word)
