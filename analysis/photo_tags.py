"""What is said of a photo as a whole: its faces' tags as keywords, their names, their places."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.facets import Facet
from analysis.models import Face
from analysis.naming import face_region
from analysis.people import PERSON
from dam.errors import DamError
from dam.metadata.embedded import read_embedded
from dam.metadata.facts import Metadata, Region, distinct, from_json, line
from dam.metadata.pairing import pair_regions
from dam.metadata.xmp import OWN_ROOT, PEOPLE_ROOT
from dam.models import Asset
from dam.storage import open_original

# They say that nothing is there, or that nobody knows.
_NOT_WORTH_SAYING = frozenset({"none", "no", "unsure"})


@dataclass(frozen=True, slots=True)
class Keyword:
    """A tag as a keyword below others, such as Facet, Glasses, Sunglasses."""

    path: tuple[str, ...]
    facet: str
    value: str

    @property
    def leaf(self) -> str:
        return self.path[-1]

    def joined(self, sign: str) -> str:
        return sign.join(part.replace(sign, " ") for part in self.path)


@dataclass(frozen=True, slots=True)
class PhotoTags:
    """What is said of a photo, in the order of facets and faces."""

    keywords: tuple[Keyword, ...]
    regions: tuple[Region, ...]
    """All present faces; a name is "" where nobody said one."""
    told: Metadata
    """What the photo's file says."""
    width: int
    height: int
    """Of the upright picture, in pixels."""

    @property
    def people(self) -> tuple[str, ...]:
        return distinct(region.name for region in self.regions)

    @property
    def others(self) -> tuple[Region, ...]:
        """Regions of the file on which no face was found."""
        found = pair_regions(self.told.regions, self.regions)
        return tuple(one for index, one in enumerate(self.told.regions) if index not in found)

    @property
    def gone(self) -> frozenset[str]:
        """Names that the file had and that nobody has any more."""
        had = frozenset(region.name for region in self.told.regions)
        return had.difference(self.people, (region.name for region in self.others), {""})

    @property
    def is_empty(self) -> bool:
        return not (self.keywords or self.regions)

    def digest(self) -> str:
        """Return what differs, as good as certainly, where something else is said."""
        said = [
            [keyword.path for keyword in self.keywords],
            [
                [one.name, *(round(side, 4) for side in (one.left, one.top, one.width, one.height))]
                for one in self.regions
            ],
            sorted(self.gone),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def photo_tags(asset: Asset, faces: Sequence[Face], *, known: Sequence[Facet]) -> PhotoTags:
    """Return what is said of a photo with all its present faces, whose tags are prefetched.

    `known` are the facets whose tags count.
    """
    told = from_json(asset.metadata)
    if not asset.metadata:
        told = replace(told, orientation=_orientation(asset))
    regions = (
        face_region(face, width=asset.width, height=asset.height, name=_name(face))
        for face in faces
    )
    return PhotoTags(
        tuple(_keywords(faces, known)), tuple(regions), told, asset.width, asset.height
    )


def faces_with_tags(asset_ids: Sequence[int]) -> dict[int, list[Face]]:
    """Return the present faces of assets by the assets' ids, as `photo_tags` wants them."""
    light = Face.objects.present().defer("embedding", "landmarks", "pupils", "readings")
    faces: dict[int, list[Face]] = {}
    found = light.filter(asset__in=asset_ids).prefetch_related("tags")
    for face in found.order_by("asset_id", "position"):
        faces.setdefault(face.asset_id, []).append(face)
    return faces


def _keywords(faces: Iterable[Face], known: Sequence[Facet]) -> Iterator[Keyword]:
    """Yield what is worth saying of any of the faces, once, in the order of facets."""
    said = {(tag.facet, tag.value) for face in faces for tag in face.tags.all()}
    for facet in known:
        values = sorted(value for name, value in said if name == facet.name)
        for value in values:
            if value not in _NOT_WORTH_SAYING:
                yield Keyword(_path(facet, value), facet.name, value)


def _path(facet: Facet, value: str) -> tuple[str, ...]:
    if facet.name == PERSON:
        return PEOPLE_ROOT, line(value)
    if facet.custom:
        return OWN_ROOT, line(facet.label)
    return OWN_ROOT, line(facet.label), line(facet.label_of(value))


def _name(face: Face) -> str:
    return next((tag.value for tag in face.tags.all() if tag.facet == PERSON), "")


def _orientation(asset: Asset) -> int:
    """Return how the pixels lie of an asset whose metadata were never read."""
    try:
        with open_original(asset) as file:
            return read_embedded(file).orientation
    except DamError:
        return 1
