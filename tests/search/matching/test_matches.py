"""What a query means. That any query finds exactly what it means is tested in test_exactness."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from django.utils import timezone

from analysis.models import Face
from dam.models import Asset, Collection
from search.matching import Matches, find_matches
from search.query import FaceQuery
from tests.factories import make_asset, make_face

pytestmark = pytest.mark.django_db


def matches(text: str) -> Matches:
    return find_matches(FaceQuery.from_params(QueryDict(text)))


def found(text: str) -> set[Face]:
    return set(Face.objects.filter(pk__in=matches(text).face_ids().tolist()))


def photos(text: str) -> list[Asset]:
    ids = matches(text).asset_ids().tolist()
    assets = Asset.objects.in_bulk(ids)
    return [assets[one] for one in ids]


def test_values_of_a_facet_are_or(tagged_face):
    male, female = tagged_face(gender="male"), tagged_face(gender="female")
    tagged_face(gender="unsure")

    assert found("gender=male,female") == {male, female}


def test_facets_are_and(tagged_face):
    tagged_face(gender="male", glasses="none")
    both = tagged_face(gender="male", glasses="glasses")
    tagged_face(gender="female", glasses="glasses")

    assert found("gender=male&glasses=glasses") == {both}


def test_unsure_is_a_value(tagged_face):
    tagged_face(gender="male")
    unsure = tagged_face(gender="unsure")

    assert found("gender=unsure") == {unsure}


def test_a_query_without_a_facet_asks_nothing_of_it(tagged_face):
    male = tagged_face(gender="male", glasses="none")
    female = tagged_face(gender="female", glasses="none")
    tagged_face(gender="male", glasses="glasses")

    query = FaceQuery.from_params(QueryDict("gender=male&gender!=female&glasses=none"))

    assert set(find_matches(query.without("gender")).face_ids()) == {male.pk, female.pk}


def test_a_face_without_the_facet_is_not_found(tagged_face):
    tagged_face(glasses="none")

    assert found("gender=male,female,unsure") == set()


def test_a_face_with_an_excluded_value_is_not_found(tagged_face):
    plain = tagged_face(glasses="none")
    tagged_face(glasses="sunglasses")

    assert found("glasses!=sunglasses") == {plain}


def test_a_face_without_the_facet_has_no_excluded_value(tagged_face):
    bare = tagged_face(gender="male")

    assert found("glasses!=sunglasses") == {bare}


def test_what_is_asked_for_and_excluded_at_once_is_nowhere(tagged_face):
    tagged_face(gender="male")

    assert found("gender=male&gender!=male") == set()


@pytest.mark.parametrize("name", ["quality", "score", "size", "age"])
def test_both_ends_of_a_range_are_in_it(name):
    face = make_face(quality_score=60)
    face.score, face.width, face.height = 0.75, 90, 40
    face.readings = {"age": 30}
    face.save()
    number = {"quality": 60, "score": 0.75, "size": 40, "age": 30}[name]

    assert found(f"min_{name}={number}&max_{name}={number}") == {face}
    assert found(f"min_{name}={number + 0.01}") == found(f"max_{name}={number - 0.01}") == set()


def test_a_face_without_an_age_is_in_no_range():
    Face.objects.filter(pk=make_face().pk).update(readings={})

    assert found("min_age=0") == found("max_age=150") == set()


def test_an_end_is_as_precise_as_what_is_stored():
    face = make_face(quality_score=84.9)

    assert found("min_quality=84.9") == found("max_quality=84.9") == {face}


def test_faces_by_the_number_of_faces_in_their_photo():
    alone = make_face()
    first = make_face()
    second = make_face(first.asset, position=1)

    assert found("max_faces=1") == {alone}
    assert found("min_faces=2") == {first, second}


def test_retired_faces_are_no_faces_of_their_photo():
    face = make_face()
    gone = make_face(face.asset, position=1)
    Face.objects.filter(pk=gone.pk).update(retired_at=timezone.now())

    assert found("max_faces=1") == {face}


def test_days_are_whole():
    face = make_face()
    Asset.objects.update(created_at=datetime(2026, 3, 5, 23, 59, 59, 999999, tzinfo=UTC))
    Face.objects.update(score=0.5)

    assert found("since=2026-03-05&until=2026-03-05") == {face}
    assert found("until=2026-03-04") == found("since=2026-03-06") == set()
    assert found("since=0001-01-01&until=9999-12-31") == {face}


def test_faces_of_one_asset():
    face = make_face()
    make_face()

    assert found(f"asset={face.asset.uid}") == {face}


def test_faces_of_a_folder_and_below():
    face, below = make_face(), make_face()
    make_face()
    Asset.objects.filter(pk=face.asset_id).update(folder="2021")
    Asset.objects.filter(pk=below.asset_id).update(folder="2021/summer")

    assert found("folder=2021") == {face, below}
    assert found("folder=2021/summer") == {below}


def test_faces_of_a_collection():
    face = make_face()
    make_face()
    collection = Collection.objects.create(name="Best", name_key="best")
    collection.assets.add(face.asset)

    assert found(f"collection={collection.uid}") == {face}


def test_faces_of_photos_with_some_words():
    face = make_face(make_asset(name="Beach wedding 7.png"))
    make_face(make_asset(name="beach.png"))

    assert found("text=wed beac") == {face}


def test_retired_faces_are_never_found(tagged_face):
    face = tagged_face(gender="male")
    Face.objects.update(retired_at=timezone.now())

    assert found("") == found("gender=male") == found(f"asset={face.asset.uid}") == set()


def test_faces_come_in_order():
    old, new = make_face(quality_score=90), make_face(quality_score=80)
    small = make_face(new.asset, position=1, quality_score=99)
    Face.objects.filter(pk=old.pk).update(width=200, height=200)

    assert list(matches("").face_ids()) == [new.pk, small.pk, old.pk]
    assert list(matches("order=oldest").face_ids()) == [old.pk, new.pk, small.pk]
    assert list(matches("order=quality").face_ids()) == [small.pk, old.pk, new.pk]
    assert matches("order=size").face_ids()[0] == old.pk


class TestAnywhereInThePhoto:
    def test_faces_of_a_photo_may_share_what_is_asked(self, tagged_face):
        man = tagged_face(gender="male", glasses="none")
        woman = tagged_face(asset=man.asset, position=1, gender="female", glasses="glasses")
        tagged_face(gender="male", glasses="none")

        assert found("gender=male&glasses=glasses") == set()
        assert found("gender=male&glasses=glasses&scope=photo") == {man, woman}

    def test_both_ends_of_a_range_are_met_by_the_same_face(self):
        low = make_face(quality_score=20)
        make_face(low.asset, position=1, quality_score=80)

        assert found("min_quality=30&max_quality=70&scope=photo") == set()

    def test_no_face_of_the_photo_has_an_excluded_value(self, tagged_face):
        man = tagged_face(gender="male", glasses="none")
        tagged_face(asset=man.asset, position=1, glasses="sunglasses")

        assert found("gender=male&glasses!=sunglasses") == {man}
        assert found("gender=male&glasses!=sunglasses&scope=photo") == set()


class TestPhotos:
    def test_a_photo_is_found_once(self, tagged_face):
        man = tagged_face(gender="male")
        tagged_face(asset=man.asset, position=1, gender="male")

        assert photos("gender=male&show=photos") == [man.asset]

    def test_photos_without_faces_are_found_where_nothing_is_asked_of_faces(self):
        empty, face = make_asset(), make_face()

        assert photos("show=photos") == [face.asset, empty]
        assert photos("show=photos&max_faces=1") == [face.asset, empty]
        assert photos("show=photos&max_faces=0") == [empty]
        assert photos("show=photos&min_faces=1") == [face.asset]
        assert photos("show=photos&gender!=male") == [face.asset]

    def test_photos_without_faces_are_found_by_what_is_asked_of_photos(self):
        beach = make_asset(name="beach.png")
        make_asset(name="office.png")

        assert photos("show=photos&text=beach") == [beach]
        assert matches("show=photos&text=beach").photo_count == 1

    def test_they_are_not_counted_among_faces(self):
        make_asset()

        assert (matches("").face_count, matches("").photo_count) == (0, 0)
        assert matches("show=photos").photo_count == 1


@pytest.mark.parametrize(
    ("text", "queries"), [("", 0), ("gender=male&min_age=3", 0), ("text=a", 1)]
)
def test_the_number_of_queries_is_fixed(tagged_face, count_queries, text, queries):
    # Beside the snapshot's statement, which does not go through Django.
    query = FaceQuery.from_params(QueryDict(text))
    tagged_face(gender="male")

    assert count_queries(lambda: find_matches(query).face_ids()) == queries
