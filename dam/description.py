"""What is written of an asset besides its pixels: its folder, its metadata and its words."""

from __future__ import annotations

import re
from typing import IO, Any

from django.db import transaction

from dam.asset_words import search_text
from dam.metadata.facts import Metadata, from_json
from dam.metadata.reading import read_metadata
from dam.models import Asset
from dam.signals import asset_described

MOST_FOLDER = 1000
MOST_FOLDER_NAME = 255


def clean_folder(path: str) -> str:
    """Return a folder as it is stored: names with "/" between them, none at either end.

    Names that go up or stay, blanks and what cannot be shown are left out; so are the last names of
    one that is too long.
    """
    names = [
        "".join(letter for letter in name if letter.isprintable()).strip()[:MOST_FOLDER_NAME]
        for name in re.split(r"[/\\]", path[: 10 * MOST_FOLDER])
    ]
    folder = "/".join(name for name in names if name.strip(". "))
    return folder if len(folder) <= MOST_FOLDER else folder[:MOST_FOLDER].rpartition("/")[0]


def describe(
    file: IO[bytes], *, name: str, folder: str, width: int, height: int, sidecar: bytes
) -> dict[str, Any]:
    """Return the fields of an asset that its file, its place and its sidecar tell."""
    metadata = read_metadata(file, width=width, height=height, sidecar=sidecar, of=name)
    return {
        "folder": folder,
        "metadata": metadata.to_json(),
        "search_text": asset_text(name=name, folder=folder, metadata=metadata),
    }


def describe_again(asset: Asset, file: IO[bytes], *, folder: str, sidecar: bytes) -> None:
    """Note what is new of an asset whose bytes came in again.

    A folder fills in for none, and never replaces another. The file is read where that was never
    done, and where there is a sidecar.
    """
    folder = asset.folder or folder
    if asset.metadata and not sidecar and folder == asset.folder:
        return
    told = describe(
        file,
        name=asset.name,
        folder=folder,
        width=asset.width,
        height=asset.height,
        sidecar=sidecar,
    )
    if asset.metadata and not sidecar:
        # An earlier sidecar may have said more than the file does.
        del told["metadata"]
        told["search_text"] = f"{asset.search_text} {search_text([folder])}".strip()
    if all(getattr(asset, field) == value for field, value in told.items()):
        return
    with transaction.atomic():
        Asset.everything.filter(pk=asset.pk).update(**told)
        for field, value in told.items():
            setattr(asset, field, value)
        asset_described.send(sender=Asset, asset=asset)


def redescribe(asset: Asset, told: Metadata) -> None:
    """Store what somebody says of an asset in place of what its file and its sidecar did."""
    if told == from_json(asset.metadata):
        return
    asset.metadata = told.to_json()
    asset.search_text = asset_text(name=asset.name, folder=asset.folder, metadata=told)
    with transaction.atomic():
        asset.save(update_fields=["metadata", "search_text"])
        asset_described.send(sender=Asset, asset=asset)


def asset_text(*, name: str, folder: str, metadata: Metadata) -> str:
    """Return the words by which an asset is found."""
    return search_text([name, folder, *metadata.texts()])
