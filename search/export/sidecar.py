"""A photo's XMP sidecar: its facts, its tags as keywords, and its faces as regions with names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.facets import Facet
from analysis.models import Face
from analysis.naming import face_region, pair_regions
from analysis.people import PERSON
from dam.errors import DamError
from dam.metadata.embedded import read_embedded
from dam.metadata.facts import Metadata, Region, distinct, from_json, line
from dam.metadata.packets import Kind, Property, write_xmp
from dam.metadata.regions import stored_picture, write_regions
from dam.metadata.xmp import OWN_ROOT, PEOPLE_ROOT
from dam.models import Asset
from dam.storage import open_original

# They say that nothing is there, or that nobody knows.
_NOT_WORTH_SAYING = frozenset({"none", "no", "unsure"})


@dataclass(frozen=True, slots=True)
class Keyword:
    """A tag as a keyword below others, such as Facet, Glasses, Sunglasses."""

    path: tuple[str, ...]

    @property
    def leaf(self) -> str:
        return self.path[-1]

    def joined(self, sign: str) -> str:
        return sign.join(part.replace(sign, " ") for part in self.path)


def write_sidecar(asset: Asset, faces: Sequence[Face], *, known: Sequence[Facet]) -> bytes:
    """Return the sidecar of a photo with all its present faces, whose tags are prefetched.

    What the photo's file said goes along, and its regions on which no face was found. `known` are
    the facets whose tags are written.
    """
    told = from_json(asset.metadata)
    if not asset.metadata:
        told = replace(told, orientation=_orientation(asset))
    regions = _regions(asset, faces, told)
    named = distinct(region.name for region in regions)
    # A name that the file had and that nobody has any more.
    gone = {region.name for region in told.regions}.difference(named)
    stored = stored_picture(width=asset.width, height=asset.height, orientation=told.orientation)
    properties = [
        *_facts(told),
        Property("tiff.Orientation", (str(told.orientation),)),
        *_lists(
            keywords=list(_keywords(faces, known)),
            others=[word for word in told.keywords if word not in gone],
            people=distinct((*named, *(name for name in told.people if name not in gone))),
        ),
        *write_regions(regions, stored),
    ]
    return write_xmp(properties)


def _facts(told: Metadata) -> Iterator[Property]:
    for path, text in (
        ("dc.title", told.title),
        ("dc.description", told.description),
        ("dc.rights", told.copyright),
    ):
        if text:
            yield Property(path, (text,), Kind.LANGUAGES)
    if told.creator:
        yield Property("dc.creator", told.creator, Kind.SEQ)
    for path, text in (
        ("photoshop.DateCreated", told.taken_at),
        ("photoshop.City", told.city),
        ("photoshop.Country", told.country),
        ("xmp.Rating", "" if told.rating is None else str(told.rating)),
    ):
        if text:
            yield Property(path, (text,))


def _lists(
    *, keywords: Sequence[Keyword], others: Sequence[str], people: Sequence[str]
) -> Iterator[Property]:
    words = distinct((*others, *(one.leaf for one in keywords)))
    lists = (
        ("dc.subject", words, Kind.BAG),
        ("lr.hierarchicalSubject", tuple(one.joined("|") for one in keywords), Kind.BAG),
        ("digiKam.TagsList", tuple(one.joined("/") for one in keywords), Kind.SEQ),
        ("iptcExt.PersonInImage", tuple(people), Kind.BAG),
    )
    return (Property(path, texts, kind) for path, texts, kind in lists if texts)


def _keywords(faces: Iterable[Face], known: Sequence[Facet]) -> Iterator[Keyword]:
    """Yield what is worth saying of any of the faces, once, in the order of facets."""
    said = {(tag.facet, tag.value) for face in faces for tag in face.tags.all()}
    for facet in known:
        values = sorted(value for name, value in said if name == facet.name)
        for value in values:
            if value in _NOT_WORTH_SAYING:
                continue
            if facet.name == PERSON:
                yield Keyword((PEOPLE_ROOT, line(value)))
            elif facet.custom:
                yield Keyword((OWN_ROOT, line(facet.label)))
            else:
                yield Keyword((OWN_ROOT, line(facet.label), line(facet.label_of(value))))


def _regions(asset: Asset, faces: Sequence[Face], told: Metadata) -> list[Region]:
    """Return the faces, and those regions of the file on which no face was found."""
    boxes = [
        face_region(face, width=asset.width, height=asset.height, name=_name(face))
        for face in faces
    ]
    found = pair_regions(told.regions, boxes)
    return [*boxes, *(one for index, one in enumerate(told.regions) if index not in found)]


def _name(face: Face) -> str:
    return next((tag.value for tag in face.tags.all() if tag.facet == PERSON), "")


def _orientation(asset: Asset) -> int:
    """Return how the pixels lie of an asset whose metadata were never read."""
    try:
        with open_original(asset) as file:
            return read_embedded(file).orientation
    except DamError:
        return 1
