"""Looks at a picture that is not stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from django.conf import settings

from analysis import nets
from analysis.face_crops import cut_face
from analysis.faces import apply_result
from analysis.in_time import run_in_time
from analysis.models import Face
from analysis.pipeline.types import FaceResult, Image
from dam.imaging import ImageInfo, decode
from dam.ingest import accept


@dataclass(frozen=True, slots=True)
class PictureAnalysis:
    """What is in a picture. The faces are not saved and belong to no asset."""

    image: ImageInfo
    pipeline_version: str
    faces: tuple[Face, ...]
    timings_ms: Mapping[str, float]
    results: tuple[FaceResult, ...] = ()
    """What the pipeline gave for each of the faces."""
    crops: tuple[bytes, ...] = ()
    """A small JPEG of each face, where that was asked for."""
    pixels: Image | None = None
    """The upright picture, where that was asked for."""


def analyze_picture(
    stream: IO[bytes],
    *,
    crop_px: int | None = None,
    keep_pixels: bool = False,
    admit: Callable[[ImageInfo], None] | None = None,
) -> PictureAnalysis:
    """Find the faces of a picture and store nothing; with `crop_px` cut each out, so large at most.

    `admit` is told what the header says before anything is decoded, and may raise.

    Raises what `ingest` raises for a picture that may not be stored, NetsUnusable, TooSlow and
    TooBusy.
    """
    pipeline = nets.pipeline()
    started = time.perf_counter()
    with accept(stream) as accepted:
        if admit is not None:
            admit(accepted.info)
        pixels = decode(accepted.file, max_pixels=settings.DAM_MAX_PIXELS)
        info = accepted.info
    decoded = time.perf_counter()
    results = run_in_time(lambda: pipeline.analyze(pixels))
    done = time.perf_counter()
    faces = []
    for position, result in enumerate(results):
        face = Face(position=position, embedding_net=pipeline.embedding_net)
        apply_result(face, result)
        faces.append(face)
    return PictureAnalysis(
        image=info,
        pipeline_version=pipeline.version,
        faces=tuple(faces),
        timings_ms={
            "decode": (decoded - started) * 1000,
            "analyze": (done - decoded) * 1000,
            "total": (done - started) * 1000,
        },
        results=tuple(results),
        crops=tuple(cut_face(pixels, one.box, side_px=crop_px) for one in results)
        if crop_px
        else (),
        pixels=pixels if keep_pixels else None,
    )
