"""Faces and their photos as COCO JSON, which tools for training and labelling read.

Images, boxes and points are those of the upright pictures. https://cocodataset.org/#format-data
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils import timezone

from analysis.facets import facets
from analysis.models import Face
from analysis.pipeline.landmarks import GROUPS
from dam.models import Asset
from search.export.tables import ROWS_AT_ONCE, in_pieces
from search.matching import find_matches
from search.query import FaceQuery

CATEGORY = 1
# A point that is labelled and visible; the mesh does not tell what hides a point.
_VISIBLE = 2


def write_coco(query: FaceQuery) -> Iterator[str]:
    """Yield one JSON object, in pieces: the photos of the faces that are found, and these faces.

    Which they are is settled at the start, and is all that is kept in memory.
    """
    matches = find_matches(query)
    # Once: somebody may make or delete a tag meanwhile.
    names = [facet.name for facet in facets()]
    assets = Asset.objects.defer("metadata", "search_text", "search_vector")
    faces = Face.objects.present().defer("embedding", "readings").prefetch_related("tags")
    head = {"info": _info(), "licenses": [], "categories": [_category()]}
    yield json.dumps(head)[:-1]
    yield ', "images": ['
    yield from _listed(map(_image, in_pieces(assets, matches.asset_ids())))
    yield '], "annotations": ['
    yield from _listed(_annotation(face, names) for face in in_pieces(faces, matches.face_ids()))
    yield "]}\n"


def _listed(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    texts = (json.dumps(row, ensure_ascii=False) for row in rows)
    sign = "\n"
    while piece := list(islice(texts, ROWS_AT_ONCE)):
        yield sign + ",\n".join(piece)
        sign = ",\n"


def _info() -> dict[str, Any]:
    now = timezone.now()
    return {"description": "Facet", "year": now.year, "date_created": now.isoformat()}


def _category() -> dict[str, Any]:
    points = [
        f"{group}_{number}" for group, place in GROUPS.items() for number in range(len(place))
    ]
    return {
        "id": CATEGORY,
        "name": "face",
        "supercategory": "person",
        "keypoints": points,
        "skeleton": [],
    }


def _image(asset: Asset) -> dict[str, Any]:
    return {
        "id": asset.pk,
        "file_name": f"{asset.folder}/{asset.name}" if asset.folder else asset.name,
        "width": asset.width,
        "height": asset.height,
        "uid": str(asset.uid),
    }


def _annotation(face: Face, names: list[str]) -> dict[str, Any]:
    tags = {tag.facet: tag.value for tag in face.tags.all()}
    points = iter(face.landmarks)
    keypoints = [
        part for x, y in zip(points, points, strict=True) for part in (_px(x), _px(y), _VISIBLE)
    ]
    box = [_px(side) for side in (face.left, face.top, face.width, face.height)]
    return {
        "id": face.pk,
        "image_id": face.asset_id,
        "category_id": CATEGORY,
        "bbox": box,
        "area": _px(face.width * face.height),
        "iscrowd": 0,
        "segmentation": [],
        "keypoints": keypoints,
        "num_keypoints": len(keypoints) // 3,
        "score": round(face.score, 4),
        "uid": str(face.uid),
        "attributes": {name: tags[name] for name in names if name in tags},
    }


def _px(number: float) -> float:
    return round(number, 2)
