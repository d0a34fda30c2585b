"""Several pictures of one request stored for Scaleflex' clients, each with its own outcome."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from analysis.compat.scaleflex.uploads import Picture, decoded, fetched, sent_files
from dam.connections import Deadline, RequestFailed
from dam.ingest import Outcome, clean_name, try_ingest
from dam.models import Asset

MOST_URLS = 20
# All addresses of a list together may take as many times as long as one of them.
LIST_FACTOR = 3

Source = AbstractContextManager[Picture]


def store(request: Request, *, folder: str) -> list[Outcome]:
    """Store the pictures of a request: parts, `files_urls`, or base64.

    Raises ValidationError where there are none, and StorageUnavailable.
    """
    return [_store(source, folder=folder) for source in _sources(request)]


def _store(source: Source, *, folder: str) -> Outcome:
    try:
        with source as picture:
            return try_ingest(
                picture.file,
                name=picture.name,
                source=Asset.Source.API,
                folder=folder,
                sidecar=picture.sidecar,
            )
    except RequestFailed as error:
        return Outcome(name=clean_name(""), error=error)


def _sources(request: Request) -> Iterable[Source]:
    files, data = sent_files(request), request.data
    if files:
        return [nullcontext(file) for file in files]
    if "files_urls" in data:
        return _addresses(data["files_urls"])
    if "data" in data or "base64" in data:
        return [nullcontext(decoded(data))]
    raise ValidationError({"file": ["Send files, files_urls, or a name and data as base64."]})


def _addresses(entries: Any) -> list[Source]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_URLS:
        raise ValidationError({"files_urls": [f"Send a list of 1 to {MOST_URLS} addresses."]})
    if not all(isinstance(entry, dict) and isinstance(entry.get("url"), str) for entry in entries):
        raise ValidationError({"files_urls": ["Each entry needs a url."]})
    within = Deadline(LIST_FACTOR * settings.DAM_FETCH_SECONDS)
    return [
        fetched(entry["url"], name=entry.get("name"), meta=entry.get("meta"), within=within)
        for entry in entries
    ]
