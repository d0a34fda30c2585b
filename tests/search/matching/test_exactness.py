"""What the index finds and counts is what looking at every row finds, for any query."""

from __future__ import annotations

import random

import pytest
from django.utils import timezone

from analysis.facets import facets
from analysis.models import Face, FaceTag
from dam.models import Asset
from search.counts import count_facets
from search.index import folding, rows, snapshots
from search.index.folding import fold_changes
from search.matching import find_matches, layout, parts
from search.query import FaceQuery, Scope, Show
from tests.search.matching.brute_force import (
    Library,
    add_faces,
    make_library,
    random_query,
    random_value,
)

pytestmark = pytest.mark.django_db

QUERIES = 40


def assert_exact(chance: random.Random, *, queries: int = QUERIES) -> None:
    library = Library()
    found_some = 0
    for _ in range(queries):
        query = random_query(chance)
        found_some += assert_right(library, query)
    assert found_some > queries // 4


def assert_right(library: Library, query: FaceQuery) -> bool:
    """Compare everything that is found for a query; tell whether there is something."""
    matches = find_matches(query)
    told = str(query.to_params().urlencode())
    faces, photos = library.faces_in_order(query), library.photos_in_order(query)
    assert matches.face_ids().tolist() == faces, told
    assert matches.asset_ids().tolist() == photos, told
    assert (matches.face_count, matches.photo_count) == (len(faces), len(photos)), told
    assert sorted(rows_of(matches)) == sorted(faces), told
    counts = count_facets(matches)
    assert (counts.faces, counts.photos) == (len(faces), len(photos)), told
    for entry in counts.facets:
        counted = {one.value.name: one.count for one in entry.values}
        expected = library.counts(query, entry.facet)
        if entry.facet.open:
            asked = query.tags.get(entry.facet.name, set()) | query.excluded.get(
                entry.facet.name, set()
            )
            expected = {name: n for name, n in expected.items() if n or name in asked}
        assert counted == expected, (told, entry.facet.name)
    return bool(faces)


def rows_of(matches) -> list[int]:
    return [one for segment, rows in matches.rows() for one in segment.ids[rows].tolist()]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Small libraries are to have what large ones have: chunks, and photos in several of them."""
    monkeypatch.setattr(parts, "FEWEST", 8)
    for module in (folding, rows, snapshots):
        monkeypatch.setattr(module, "CHUNK_BITS", 4)


@pytest.mark.parametrize("is_folded", [False, True], ids=["marked", "folded"])
@pytest.mark.parametrize("seed", range(3))
def test_any_query_of_any_library(seed, is_folded):
    chance = random.Random(seed)
    make_library(chance, photos=60)
    if is_folded:
        fold_changes(wait=True)

    assert_exact(chance)


def test_facets_of_many_values(monkeypatch):
    monkeypatch.setattr(layout, "MOST_ROWS", 2)
    chance = random.Random(10)
    make_library(chance, photos=40)

    assert_exact(chance)


def test_an_empty_library():
    assert not assert_right(Library(), FaceQuery())
    assert not assert_right(Library(), FaceQuery(show=Show.PHOTOS, scope=Scope.PHOTO))


class TestAfterChanges:
    @pytest.fixture
    def chance(self) -> random.Random:
        chance = random.Random(20)
        make_library(chance, photos=30)
        fold_changes(wait=True)
        find_matches(FaceQuery())
        return chance

    def test_tags_are_corrected(self, chance):
        for facet in facets():
            some = FaceTag.objects.filter(facet=facet.name, pk__in=chance.sample(pks(FaceTag), 30))
            some.update(value=random_value(chance, facet))
        FaceTag.objects.filter(pk__in=chance.sample(pks(FaceTag), 5)).delete()

        assert_exact(chance, queries=20)

    def test_faces_are_deleted_and_retired(self, chance):
        gone = chance.sample(pks(Face), 6)
        Face.objects.filter(pk__in=gone[:3]).delete()
        Face.objects.filter(pk__in=gone[3:]).update(retired_at=timezone.now())

        assert_exact(chance, queries=20)

    def test_photos_are_deleted(self, chance):
        Asset.objects.filter(pk__in=chance.sample(pks(Asset), 5)).delete()

        assert_exact(chance, queries=20)

    def test_photos_get_more_faces(self, chance):
        add_faces(chance, [(asset, 20) for asset in chance.sample(list(Asset.objects.all()), 6)])

        assert_exact(chance, queries=20)


def pks(model) -> list[int]:
    return list(model.objects.values_list("pk", flat=True))
