"""Pictures for the newest photos of a made-up library, which has rows only."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import psycopg

from analysis.pipeline.types import Box
from bench._pictures import group, jpeg

# Width and height of what is shown of a photo, and of a face.
SMALL, LARGE, CROP = (512, 384), (2048, 1536), (256, 256)


def store_pictures(media: Path, database: psycopg.Connection, *, photos: int) -> None:
    """Let the newest photos and their faces have pictures, all of them the same ones.

    Needs Django set up.
    """
    from dam.storage import face_crop_path, preview_path, thumbnail_path

    kept = media / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    shown = {size: kept / f"{size[0]}.jpg" for size in (SMALL, LARGE, CROP)}
    for (width, height), path in shown.items():
        picture = group(2, width=LARGE[0], height=LARGE[1], face_px=300)
        path.write_bytes(jpeg(cv2.resize(picture, (width, height))))
    rows = database.execute(
        'SELECT a.digest, f."left", f.top, f.width, f.height FROM dam_asset a'
        " LEFT JOIN analysis_face f ON f.asset_id = a.id"
        " WHERE a.id > (SELECT max(id) FROM dam_asset) - %s",
        [photos],
    )
    for digest, *sides in rows:
        _link(shown[SMALL], media / thumbnail_path(digest))
        _link(shown[LARGE], media / preview_path(digest))
        if None not in sides:
            _link(shown[CROP], media / face_crop_path(digest, Box(*sides)))


def _link(kept: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.link(kept, path)
