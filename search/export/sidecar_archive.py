"""The sidecars of all photos that are looked for, as a ZIP file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray

from analysis.facets import facets
from analysis.photo_tags import faces_with_tags, photo_tags
from analysis.sidecar import write_sidecar
from dam.models import Asset
from search.export.tables import ROWS_AT_ONCE
from search.export.zip_stream import ZippedFile, zip_pieces
from search.matching import find_matches
from search.paging import in_order
from search.query import FaceQuery

# Photos of one name lie side by side then, and nobody has to remember all names.
_BY_PATH = """
    SELECT asset.id FROM UNNEST(%s::bigint[]) AS found (id) JOIN dam_asset AS asset USING (id)
    ORDER BY asset.folder, asset.name, asset.id
"""


def write_sidecars(query: FaceQuery) -> Iterator[bytes]:
    """Yield a ZIP file with `folder/photo.jpg.xmp` for each photo, in pieces.

    Which photos these are is settled at the start, and is all that is kept in memory. Each has all
    its faces, also those that the query does not ask for.
    """
    ids = _by_path(find_matches(query).asset_ids())
    return zip_pieces(_sidecars(ids), at=timezone.localtime(), folder=settings.FILE_UPLOAD_TEMP_DIR)


def _sidecars(ids: NDArray[np.int64]) -> Iterator[ZippedFile]:
    known = facets()
    assets = Asset.objects.defer("search_text", "search_vector")
    last = None
    for begin in range(0, len(ids), ROWS_AT_ONCE):
        piece = ids[begin : begin + ROWS_AT_ONCE].tolist()
        faces = faces_with_tags(piece)
        for asset in in_order(assets, piece):
            place = (asset.folder, asset.name)
            path = sidecar_path(asset, taken=place == last)
            last = place
            tags = photo_tags(asset, faces.get(asset.pk, []), known=known)
            yield ZippedFile(path, write_sidecar(tags))


def sidecar_path(asset: Asset, *, taken: bool) -> str:
    """Return where a photo's sidecar lies; where its name is taken, the uid tells it apart."""
    name = f"{asset.name}.{str(asset.uid)[:8]}.xmp" if taken else f"{asset.name}.xmp"
    return f"{asset.folder}/{name}" if asset.folder else name


def _by_path(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_PATH, [ids.tolist()])
        return np.fromiter((row[0] for row in cursor), np.int64)
