"""A photo to hand out, with faces hidden in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from analysis.in_time import run_in_time
from analysis.originals import read_original
from analysis.redaction.choosing import Hide, choose_faces
from analysis.redaction.encoding import Encoded, encode
from analysis.redaction.hiding import Shape, Style, hide_faces
from dam.metadata.facts import from_json
from dam.models import Asset


@dataclass(frozen=True, slots=True)
class Options:
    """Which faces are hidden, and how."""

    hide: Hide = Hide.ALL
    faces: Collection[UUID] = ()
    style: Style = Style.BLUR
    shape: Shape = Shape.OVAL
    keep_credits: bool = False


@dataclass(frozen=True, slots=True)
class Redacted:
    """The file, what it should be called, and how many faces are hidden in it."""

    file: Encoded
    name: str
    hidden: int


def redact(asset: Asset, options: Options) -> Redacted:
    """Return a photo in its full size, upright, as sRGB, with faces hidden and without metadata.

    Raises what `choose_faces`, `read_original` and `run_in_time` raise.
    """
    boxes = [face.box for face in choose_faces(asset, options.hide, chosen=options.faces)]
    told = from_json(asset.metadata) if options.keep_credits else None

    def work() -> Encoded:
        pixels = read_original(asset)
        hide_faces(pixels, boxes, style=options.style, shape=options.shape)
        return encode(pixels, like=asset.media_type, credits_of=told)

    file = run_in_time(work)
    stem = PurePath(asset.name).stem or "photo"
    return Redacted(file, name=f"{stem}-faces-hidden.{file.extension}", hidden=len(boxes))
