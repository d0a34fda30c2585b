"""What may be asked of the photo that a face is on, and is known to the database alone.

A new one is an entry in ASSET_CONDITIONS and a field of the same name in FaceQuery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from dam.asset_search import assets_below, assets_with_text
from dam.asset_words import wanted_words
from dam.models import Asset, Collection
from search.query.parameters import ParameterReader


@dataclass(frozen=True, slots=True)
class AssetCondition:
    """How a condition is read, told and asked of the database."""

    label: str
    about: str
    schema: Mapping[str, Any]
    read: Callable[[ParameterReader, str], Any]
    """Returns the value of a parameter, None where there is none, and notes problems."""
    narrow: Callable[[QuerySet[Asset], Any], QuerySet[Asset]]
    """Returns those of some assets that meet it."""
    describe: Callable[[Any], str] = str


def _read_folder(reader: ParameterReader, name: str) -> str | None:
    return (reader.text(name) or "").strip("/") or None


def _read_text(reader: ParameterReader, name: str) -> str | None:
    text = reader.text(name)
    if text is None:
        return None
    if not wanted_words(text):
        reader.note(name, "Needs a letter or a digit.")
    return " ".join(text.split())


def _name_of_collection(uid: UUID) -> str:
    name = Collection.objects.filter(uid=uid).values_list("name", flat=True).first()
    return f"“{name}”" if name else f"{uid}, which does not exist"


ASSET_CONDITIONS: Mapping[str, AssetCondition] = {
    "text": AssetCondition(
        "Text",
        "words, each of which is the beginning of a word of the name, folder or metadata.",
        {"type": "string"},
        read=_read_text,
        narrow=lambda assets, text: assets_with_text(text, assets=assets),
        describe="“{}”".format,
    ),
    "folder": AssetCondition(
        "Folder",
        "this folder and what is below it.",
        {"type": "string"},
        read=_read_folder,
        narrow=lambda assets, folder: assets_below(folder, assets=assets),
    ),
    "collection": AssetCondition(
        "Collection",
        "a collection's uid.",
        {"type": "string", "format": "uuid"},
        read=ParameterReader.uid,
        narrow=lambda assets, uid: assets.filter(collections__uid=uid),
        describe=_name_of_collection,
    ),
    "asset": AssetCondition(
        "Photo",
        "an asset's uid.",
        {"type": "string", "format": "uuid"},
        read=ParameterReader.uid,
        narrow=lambda assets, uid: assets.filter(uid=uid),
    ),
}


def meeting(assets: QuerySet[Asset], asked: Mapping[str, Any]) -> QuerySet[Asset]:
    """Return those of some assets that meet all conditions, given as name → value."""
    for name, value in asked.items():
        assets = ASSET_CONDITIONS[name].narrow(assets, value)
    return assets
