"""Made-up libraries and queries, and what a query finds by looking at every face in Python."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from analysis.faces import apply_result
from analysis.facets import Facet, facets
from analysis.models import AnalysisRun, Face, FaceTag
from analysis.pipeline.types import Box
from dam.models import Asset, Collection, CollectionAsset
from search.query import FaceQuery, Order, Scope, Show
from search.query.ranges import MEASURES, Range
from tests.fakes import fake_result

FOLDERS = ("", "2021", "2021/summer", "2022")
WORDS = ("beach", "wedding", "office")
PEOPLE = ("Ada", "Grace Hopper", "Smith, John")
FIRST_DAY = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Seen:
    """A present face as its rows have it."""

    id: int
    asset: Asset
    position: int
    tags: dict[str, str]
    numbers: dict[str, float]


class Library:
    """All rows, read once."""

    def __init__(self) -> None:
        self.assets = {asset.pk: asset for asset in Asset.objects.all()}
        self.members = set(CollectionAsset.objects.values_list("collection__uid", "asset_id"))
        present = Face.objects.present().prefetch_related("tags").defer("embedding", "landmarks")
        self.faces: dict[int, list[Seen]] = {pk: [] for pk in self.assets}
        for face in present.order_by("asset_id", "position"):
            self.faces[face.asset_id].append(_seen(face, self.assets[face.asset_id]))

    def faces_of(self, query: FaceQuery) -> list[Seen]:
        """Return the faces that a query finds, in no order."""
        photos = (pk for pk in self.assets if self._photo_fits(query, pk))
        if query.scope is Scope.FACE:
            return [face for pk in photos for face in self.faces[pk] if _face_fits(query, face)]
        return [
            face for pk in photos if _faces_share(query, self.faces[pk]) for face in self.faces[pk]
        ]

    def photos_of(self, query: FaceQuery) -> set[int]:
        """Return the ids of the photos that a query finds."""
        found = {face.asset.pk for face in self.faces_of(query)}
        if query.asks_of_faces or query.show is Show.FACES:
            return found
        return found | {
            pk for pk in self.assets if not self.faces[pk] and self._photo_fits(query, pk)
        }

    def count(self, query: FaceQuery) -> int:
        found = self.faces_of(query) if query.show is Show.FACES else self.photos_of(query)
        return len(found)

    def counts(self, query: FaceQuery, facet: Facet) -> dict[str, int]:
        """Return how many there would be if a value alone were asked of a facet, for all values."""
        rest = query.without(facet.name)
        names = PEOPLE if facet.open else [value.name for value in facet.all_values]
        return {name: self.count(rest.toggle(facet.name, name)) for name in names}

    def faces_in_order(self, query: FaceQuery) -> list[int]:
        return [face.id for face in sorted(self.faces_of(query), key=_face_key(query.order))]

    def photos_in_order(self, query: FaceQuery) -> list[int]:
        name = {Order.QUALITY: "quality", Order.SIZE: "size"}.get(query.order)
        best: dict[int, float] = {}
        for face in self.faces_of(query) if name else ():
            pk = face.asset.pk
            best[pk] = max(best.get(pk, -1.0), face.numbers[name])
        sign = 1 if query.order is Order.OLDEST else -1
        return sorted(self.photos_of(query), key=lambda pk: (-best.get(pk, -1.0), sign * pk))

    def _photo_fits(self, query: FaceQuery, pk: int) -> bool:
        asset = self.assets[pk]
        day = asset.created_at.astimezone(UTC).date()
        folder = query.folder
        return (
            (query.since is None or day >= query.since)
            and (query.until is None or day <= query.until)
            and (query.asset is None or asset.uid == query.asset)
            and (folder is None or f"{asset.folder}/".startswith(f"{folder}/"))
            and (query.collection is None or (query.collection, pk) in self.members)
            and (query.text is None or query.text in asset.name)
            and _inside(query.ranges.get("faces", Range()), len(self.faces[pk]))
        )


def _seen(face: Face, asset: Asset) -> Seen:
    age = face.readings.get("age")
    return Seen(
        id=face.pk,
        asset=asset,
        position=face.position,
        tags={tag.facet: tag.value for tag in face.tags.all()},
        numbers={
            "age": age if isinstance(age, (int, float)) else math.nan,
            "quality": face.quality_score,
            "score": face.score,
            "size": min(face.width, face.height),
        },
    )


def _inside(wanted: Range, number: float) -> bool:
    low = -math.inf if wanted.minimum is None else wanted.minimum
    high = math.inf if wanted.maximum is None else wanted.maximum
    # Ends count as the single-precision numbers that faces have.
    return bool(np.float32(low) <= np.float32(number) <= np.float32(high))


def _face_fits(query: FaceQuery, face: Seen) -> bool:
    return (
        all(face.tags.get(facet) in values for facet, values in query.tags.items())
        and not any(face.tags.get(facet) in values for facet, values in query.excluded.items())
        and all(
            _inside(wanted, face.numbers[name])
            for name, wanted in query.ranges.items()
            if name != "faces"
        )
    )


def _faces_share(query: FaceQuery, faces: list[Seen]) -> bool:
    return (
        all(any(f.tags.get(facet) in values for f in faces) for facet, values in query.tags.items())
        and not any(f.tags.get(facet) in v for facet, v in query.excluded.items() for f in faces)
        and all(
            any(_inside(wanted, face.numbers[name]) for face in faces)
            for name, wanted in query.ranges.items()
            if name != "faces"
        )
    )


def _face_key(order: Order):
    return {
        Order.NEWEST: lambda face: (-face.asset.pk, face.position),
        Order.OLDEST: lambda face: (face.asset.pk, face.position),
        Order.QUALITY: lambda face: (-face.numbers["quality"], -face.id),
        Order.SIZE: lambda face: (-face.numbers["size"], -face.id),
    }[order]


def make_library(chance: random.Random, *, photos: int) -> None:
    """Store photos with none to four faces each, with some tags; face ids do not follow photos."""
    assets = Asset.objects.bulk_create(_new_photo(chance, number) for number in range(photos))
    for asset in assets:
        asset.created_at = datetime.combine(FIRST_DAY, time(), UTC) + timedelta(
            seconds=chance.randrange(4 * 86_400), microseconds=chance.choice((0, 999_999))
        )
    Asset.objects.bulk_update(assets, ["created_at"])
    AnalysisRun.objects.bulk_create(
        AnalysisRun(asset=asset, pipeline_version="1", status="succeeded") for asset in assets
    )
    collection = Collection.objects.create(name="Some", name_key="some")
    collection.assets.set(chance.sample(assets, photos // 3))
    places = [
        (asset, position)
        for asset in assets
        for position in range(chance.choices((0, 1, 2, 4), weights=(2, 4, 3, 1))[0])
    ]
    chance.shuffle(places)
    add_faces(chance, places)


def _new_photo(chance: random.Random, number: int) -> Asset:
    word = chance.choice(WORDS)
    return Asset(
        digest=f"{chance.getrandbits(250):064x}",
        name=f"{word} {number}.jpg",
        search_text=word,
        media_type="image/jpeg",
        size_bytes=1,
        width=100,
        height=100,
        source=Asset.Source.API,
        folder=chance.choice(FOLDERS),
    )


def add_faces(chance: random.Random, places: Sequence[tuple[Asset, int]]) -> None:
    """Store faces at positions of photos, with numbers that often are the same, and some tags."""
    runs = dict(AnalysisRun.objects.values_list("asset_id", "pk"))
    faces = Face.objects.bulk_create(
        _new_face(chance, asset, position, runs[asset.pk]) for asset, position in places
    )
    known = facets()
    FaceTag.objects.bulk_create(
        FaceTag(face=face, facet=facet.name, value=random_value(chance, facet), source="model")
        for face in faces
        for facet in known
        if chance.random() < 0.7
    )


def _new_face(chance: random.Random, asset: Asset, position: int, run: int) -> Face:
    face = Face(asset=asset, run_id=run, position=position, embedding_net="net")
    quality = chance.choice((20.0, 60.1, 60.2, 90.0))
    size = (chance.choice((20.0, 40.0)), chance.choice((30.0, 90.0)))
    apply_result(face, fake_result(Box(1.0, 1.0, *size), quality_score=quality))
    face.readings = {"age": chance.choice((5, 30.5, 61.25))} if chance.random() < 0.8 else {}
    face.score = chance.choice((0.5, 0.75, 0.9))
    return face


def random_value(chance: random.Random, facet: Facet) -> str:
    """Return one of a few values of a facet."""
    return chance.choice(_few_values(facet))


def _few_values(facet: Facet) -> Sequence[str]:
    return PEOPLE if facet.open else [value.name for value in facet.all_values[:3]]


def random_query(chance: random.Random) -> FaceQuery:
    """Return a query that is likely to find something in such a library."""
    known = chance.sample(facets(), 3)
    excluded = chance.sample(facets(), 2)
    ends = {"age": (5, 30.5, 70), "quality": (20, 60.1, 90), "score": (0.5, 0.8), "size": (20, 35)}
    ends["faces"] = (0, 1, 2)
    ranges = {name: _random_range(chance, ends[name]) for name in MEASURES if chance.random() < 0.2}
    asset = chance.choice(Asset.objects.all()) if chance.random() < 0.05 else None
    days = sorted(FIRST_DAY + timedelta(days=chance.randrange(5)) for _ in range(2))
    return FaceQuery(
        tags={facet.name: _values(chance, facet) for facet in known if chance.random() < 0.3},
        excluded={
            facet.name: _values(chance, facet) for facet in excluded if chance.random() < 0.3
        },
        ranges=ranges,
        since=days[0] if chance.random() < 0.2 else None,
        until=days[1] if chance.random() < 0.2 else None,
        asset=asset.uid if asset else None,
        folder=chance.choice(FOLDERS[1:]) if chance.random() < 0.2 else None,
        collection=Collection.objects.get().uid if chance.random() < 0.15 else None,
        text=chance.choice(WORDS) if chance.random() < 0.2 else None,
        order=chance.choice(list(Order)),
        scope=chance.choice(list(Scope)),
        show=chance.choice(list(Show)),
    )


def _random_range(chance: random.Random, ends: tuple[float, ...]) -> Range:
    low, high = sorted((chance.choice(ends), chance.choice(ends)))
    return Range(chance.choice((None, low)), chance.choice((None, high)))


def _values(chance: random.Random, facet: Facet) -> frozenset[str]:
    return frozenset(chance.sample(_few_values(facet), chance.randint(1, 2)))
