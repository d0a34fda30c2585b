"""Pictures as Scaleflex' clients send them: as parts, as base64 in JSON, or by URL."""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from analysis.compat.scaleflex.meta import sidecar_of
from dam.connections import Deadline
from dam.errors import DamError
from dam.fetching import fetch

# Beside the picture: names, metadata, addresses.
ROOM_BYTES = 1_000_000
FILE_FIELDS = ("file", "files", "file[]", "files[]")


class RequestTooLarge(DamError):
    """A request has more bytes than its picture may have."""

    code = "too_large"
    status = 413


class CappedJSONParser(BaseParser):
    """Reads JSON that may hold a picture as base64, but no more of it than such a picture takes."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        most = settings.DAM_MAX_UPLOAD_BYTES * 4 // 3 + ROOM_BYTES
        content = stream.read(most + 1)
        if len(content) > most:
            raise RequestTooLarge("The request is larger than its picture may be.")
        try:
            data = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON.") from error
        if not isinstance(data, dict):
            raise ParseError("The body must be an object.")
        return data


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that was sent, its name, "" where nobody said one, and XMP that was said along."""

    file: IO[bytes]
    name: str
    sidecar: bytes = b""


@contextmanager
def sent_picture(request: Request) -> Iterator[Picture]:
    """Give the one picture of a request. Raises ValidationError or RequestFailed."""
    files = sent_files(request)
    data = request.data
    if files:
        yield files[0]
    elif "base64" in data or "data" in data:
        yield decoded(data)
    elif "url" in data:
        with fetched(data["url"], name=data.get("name")) as picture:
            yield picture
    else:
        raise ValidationError({"file": ["Send a file, or JSON with base64 or url."]})


def sent_files(request: Request) -> list[Picture]:
    """Return the parts that are files, whichever name the client gives them.

    `name[file]` and `meta[file]` are about a part called `file`. Raises ValidationError.
    """
    return [
        Picture(
            file,
            request.data.get(f"name[{field}]") or file.name or "",
            sidecar_of(request.data.get(f"meta[{field}]", ""), field=f"meta[{field}]"),
        )
        for field in FILE_FIELDS
        for file in request.FILES.getlist(field)
    ]


def decoded(data: Mapping[str, Any]) -> Picture:
    """Return a picture that is base64, with or without `data:…;base64,` before it.

    Raises ValidationError.
    """
    field = "base64" if "base64" in data else "data"
    text = data[field]
    if not isinstance(text, str):
        raise ValidationError({field: ["This must be text."]})
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError({field: ["This is not base64."]}) from error
    sidecar = sidecar_of(data.get("meta") or {}, field="meta")
    return Picture(io.BytesIO(content), _text(data.get("name"), field="name"), sidecar)


@contextmanager
def fetched(
    url: Any, *, name: Any = None, meta: Any = None, within: Deadline | None = None
) -> Iterator[Picture]:
    """Give the picture at an address. Raises ValidationError or RequestFailed."""
    said, sidecar = _text(name, field="name"), sidecar_of(meta or {}, field="meta")
    with fetch(_text(url, field="url"), within=within) as file:
        yield Picture(file.file, said or file.name, sidecar)


def _text(value: Any, *, field: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError({field: ["This must be text."]})
    return value
