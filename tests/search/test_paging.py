from __future__ import annotations

import random
from contextlib import suppress
from itertools import product

import pytest

from dam.models import Asset
from search.index import folding, rows, snapshots
from search.index.folding import fold_changes
from search.matching import find_matches, parts
from search.paging import page_of_faces, page_of_photos
from search.query import FaceQuery, InvalidQuery, Order, Scope, Show
from search.query.ranges import Range
from tests.factories import make_asset, make_face
from tests.search.matching.brute_force import make_library, random_query

pytestmark = pytest.mark.django_db

CUTS = {Show.FACES: page_of_faces, Show.PHOTOS: page_of_photos}


def walk(query: FaceQuery, *, limit: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return the pages from the first to the last, and on the way back."""
    matches, cut = find_matches(query), CUTS[query.show]
    page = cut(matches, limit=limit)
    forwards = [list(page.ids)]
    while page.next_cursor:
        page = cut(matches, limit=limit, cursor=page.next_cursor)
        forwards.append(list(page.ids))
    backwards = [list(page.ids)]
    while page.previous_cursor:
        page = cut(matches, limit=limit, cursor=page.previous_cursor)
        backwards.append(list(page.ids))
    return forwards, backwards


def flat(pages: list[list[int]]) -> list[int]:
    return [one for page in pages for one in page]


@pytest.fixture
def library(monkeypatch) -> random.Random:
    """Photos with and without faces, in small chunks."""
    monkeypatch.setattr(parts, "FEWEST", 8)
    for module in (folding, rows, snapshots):
        monkeypatch.setattr(module, "CHUNK_BITS", 4)
    chance = random.Random(1)
    make_library(chance, photos=60)
    fold_changes(wait=True)
    return chance


def test_pages_have_everything_once_forwards_and_backwards(library):
    for order, show, limit in product(Order, Show, (1, 7)):
        query = FaceQuery(order=order, show=show)
        matches = find_matches(query)
        everything = matches.face_ids() if show is Show.FACES else matches.asset_ids()

        forwards, backwards = walk(query, limit=limit)

        case = (order, show, limit)
        assert flat(forwards) == everything.tolist(), case
        assert [len(page) for page in forwards[:-1]] == [limit] * (len(forwards) - 1), case
        assert sorted(flat(backwards)) == sorted(everything.tolist()), case


def test_pages_of_any_query(library):
    for _ in range(25):
        query = random_query(library)
        matches = find_matches(query)
        everything = matches.face_ids() if query.show is Show.FACES else matches.asset_ids()

        forwards, _ = walk(query, limit=3)

        assert flat(forwards) == everything.tolist(), query.to_params().urlencode()


def test_a_new_face_shifts_no_page():
    old, middle, new = make_face(), make_face(), make_face()
    first = page_of_faces(find_matches(FaceQuery()), limit=2)

    make_face()
    second = page_of_faces(find_matches(FaceQuery()), limit=2, cursor=first.next_cursor)

    assert first.ids == (new.pk, middle.pk)
    assert second.ids == (old.pk,)


def test_a_place_is_right_though_its_face_is_gone():
    old, gone, _ = make_face(), make_face(), make_face()
    first = page_of_faces(find_matches(FaceQuery()), limit=2)

    gone.delete()

    assert page_of_faces(find_matches(FaceQuery()), limit=2, cursor=first.next_cursor).ids == (
        old.pk,
    )


@pytest.mark.parametrize("order", [Order.QUALITY, Order.SIZE])
def test_photos_without_faces_come_last_by_numbers_of_faces(order):
    with_face, without = make_face().asset, make_asset()
    newest = make_face().asset

    page = page_of_photos(find_matches(FaceQuery(order=order, show=Show.PHOTOS)), limit=9)

    assert page.ids == (newest.pk, with_face.pk, without.pk)


def test_a_photo_is_as_good_as_the_best_face_that_is_found():
    good = make_face(quality_score=80)
    mixed = make_face(quality_score=90)
    make_face(mixed.asset, position=1, quality_score=40)
    query = FaceQuery(order=Order.QUALITY, show=Show.PHOTOS, ranges={"quality": Range(30, 85)})

    of_faces = page_of_photos(find_matches(query), limit=9)
    of_photos = page_of_photos(find_matches(query.scoped(Scope.PHOTO)), limit=9)

    assert of_faces.ids == (good.asset_id, mixed.asset_id)
    assert of_photos.ids == (mixed.asset_id, good.asset_id)


def test_photos_without_faces_are_listed_where_they_were_asked_for():
    make_face()
    faceless = make_asset()
    query = FaceQuery(show=Show.PHOTOS, ranges={"faces": Range(maximum=0)})

    assert page_of_photos(find_matches(query), limit=9).ids == (faceless.pk,)
    assert set(page_of_photos(find_matches(query.without("faces")), limit=9).ids) == set(
        Asset.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("cursor", ["x", "", "c1-1", "a1", "a-1-1", f"a{10**18}-1"])
def test_what_is_no_place_is_refused(cursor):
    with pytest.raises(InvalidQuery) as raised:
        page_of_faces(find_matches(FaceQuery()), limit=1, cursor=cursor)

    assert list(raised.value.errors) == ["cursor"]


@pytest.mark.parametrize("cursor", ["a0-0", "b0-0", f"a{2**32 - 1}-1", f"b{10**17}-{10**17}"])
def test_a_made_up_place_does_no_harm(cursor):
    make_face()

    for order, cut in product(Order, CUTS.values()):
        with suppress(InvalidQuery):
            page = cut(find_matches(FaceQuery(order=order)), limit=1, cursor=cursor)
            assert len(page.ids) <= 1, order
