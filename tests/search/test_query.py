from __future__ import annotations

import random
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.http import QueryDict
from django.utils import timezone

from analysis.facet_specs import RESERVED_NAMES
from analysis.facets import facets
from analysis.models import Face
from dam.models import Asset
from search.api import FaceListView
from search.query import PARAMETERS, FaceQuery, InvalidQuery, Order
from tests.factories import make_face

pytestmark = pytest.mark.django_db


def read(text: str) -> FaceQuery:
    return FaceQuery.from_params(QueryDict(text))


def errors(text: str) -> dict[str, list[str]]:
    with pytest.raises(InvalidQuery) as raised:
        read(text)
    return raised.value.errors


def found(text: str) -> set[Face]:
    return set(read(text).queryset())


def random_query(random: random.Random) -> FaceQuery:
    """Return any query: each part is there or not."""
    tags = {
        facet.name: frozenset(value.name for value in facet.all_values if random.random() < 0.4)
        for facet in facets()
        if random.random() < 0.5
    }
    days = sorted(date.fromordinal(random.randint(1, date.max.toordinal())) for _ in range(2))
    return FaceQuery(
        tags=tags,
        min_quality=random.choice([None, 0.0, 60.0, 100.0, random.uniform(0, 100), 1e-7]),
        min_score=random.choice([None, 0.0, 1.0, random.random()]),
        since=random.choice([None, days[0]]),
        until=random.choice([None, days[1]]),
        asset=random.choice([None, UUID(int=random.getrandbits(128))]),
        order=random.choice(list(Order)),
    )


class TestRoundTrip:
    def test_a_query_is_what_its_parameters_say(self):
        for seed in range(300):
            query = random_query(random.Random(seed))

            assert FaceQuery.from_params(query.to_params()) == query
            assert read(query.to_params().urlencode()) == query

    def test_the_way_it_was_written_does_not_matter(self):
        one = read("gender=male,female&glasses=none&min_quality=60")
        other = read("min_quality=60.0&glasses=none,none&gender=female&gender=male&since=")

        assert one == other
        assert one.to_params().urlencode() == other.to_params().urlencode()

    def test_blank_values_are_absent(self):
        assert read("order=&gender=&gender=,&min_quality=+&asset=") == FaceQuery()

    def test_a_query_of_everything_is_empty(self):
        assert read("") == FaceQuery()
        assert FaceQuery().to_params().urlencode() == ""

    def test_whole_numbers_are_written_plainly(self):
        assert read("min_quality=60.0").to_params().urlencode() == "min_quality=60"


class TestProblems:
    def test_every_problem_is_told_at_once(self):
        told = errors(
            "gender=robot&gender=woman&colour=red&min_quality=101&min_score=x"
            "&since=yesterday&asset=7&order=random"
        )

        assert told.keys() == {
            "gender", "colour", "min_quality", "min_score", "since", "asset", "order",
        }  # fmt: skip
        assert len(told["gender"]) == 2

    @pytest.mark.parametrize(
        "text",
        [
            "min_quality=-1",
            "min_quality=nan",
            "min_quality=inf",
            "min_score=1.1",
            "min_quality=1&min_quality=2",
            "since=2026-13-01",
            "until=today",
        ],
    )
    def test_odd_values_are_refused(self, text):
        assert list(errors(text)) == [text.partition("=")[0]]

    def test_an_unknown_value_names_the_known_ones(self):
        (problem,) = errors("glasses=monocle")["glasses"]

        assert "monocle" in problem
        assert "none, glasses, sunglasses, unsure" in problem

    def test_a_misspelt_parameter_is_told_with_the_likely_one(self):
        (problem,) = errors("min_qualty=60")["min_qualty"]

        assert "min_quality" in problem

    def test_time_does_not_run_backwards(self):
        assert list(errors("since=2026-02-01&until=2026-01-31")) == ["until"]

    def test_a_view_may_have_parameters_of_its_own(self):
        params = QueryDict("cursor=a1-1&page=2")

        with pytest.raises(InvalidQuery) as raised:
            FaceQuery.from_params(params, besides=("cursor",))

        assert list(raised.value.errors) == ["page"]


class TestChanges:
    def test_toggling_adds_a_value_and_takes_it_away(self):
        query = FaceQuery()

        chosen = query.toggle("gender", "female")

        assert chosen.tags == {"gender": {"female"}}
        assert chosen.toggle("gender", "female") == query

    def test_toggling_leaves_the_rest_alone(self):
        query = read("gender=male&glasses=none&min_quality=60&order=oldest")

        assert query.toggle("gender", "female") == read(
            "gender=male,female&glasses=none&min_quality=60&order=oldest"
        )

    @pytest.mark.parametrize(
        ("name", "rest"),
        [
            ("gender", "glasses=none&min_quality=60&order=oldest"),
            ("min_quality", "gender=male,female&glasses=none&order=oldest"),
            ("order", "gender=male,female&glasses=none&min_quality=60"),
        ],
    )
    def test_a_parameter_can_be_left_out(self, name, rest):
        query = read("gender=male,female&glasses=none&min_quality=60&order=oldest")

        assert query.without(name) == read(rest)

    def test_a_query_does_not_change(self):
        query = read("gender=male")

        with pytest.raises(FrozenInstanceError):
            query.order = Order.OLDEST
        with pytest.raises(TypeError):
            query.tags["gender"] = frozenset()

    def test_equal_queries_are_one_key(self):
        assert len({read("gender=male,female"), read("gender=female,male")}) == 1


class TestWords:
    def test_each_value_is_a_condition_with_a_way_out(self):
        query = read("gender=male,unsure&min_quality=60")

        told = [(condition.label, condition.text) for condition in query.describe()]

        assert told == [("Gender", "Male"), ("Gender", "Unsure"), ("Quality", "60 or more")]
        assert query.describe()[0].rest == read("gender=unsure&min_quality=60")
        assert query.describe()[2].rest == read("gender=male,unsure")

    def test_the_order_is_no_condition(self):
        assert read("order=quality").describe() == ()


class TestFaces:
    def test_values_of_a_facet_are_or(self, tagged_face):
        male, female = tagged_face(gender="male"), tagged_face(gender="female")
        tagged_face(gender="unsure")

        assert found("gender=male,female") == {male, female}

    def test_facets_are_and(self, tagged_face):
        tagged_face(gender="male", glasses="none")
        both = tagged_face(gender="male", glasses="glasses")
        tagged_face(gender="female", glasses="glasses")

        assert found("gender=male&glasses=glasses") == {both}

    def test_unsure_is_a_value(self, tagged_face):
        tagged_face(gender="male")
        unsure = tagged_face(gender="unsure")

        assert found("gender=unsure") == {unsure}

    def test_one_facet_can_be_ignored(self, tagged_face):
        male = tagged_face(gender="male", glasses="none")
        female = tagged_face(gender="female", glasses="none")
        tagged_face(gender="male", glasses="glasses")

        assert set(read("gender=male&glasses=none").queryset(ignore="gender")) == {male, female}

    def test_a_face_without_the_facet_is_not_found(self, tagged_face):
        tagged_face(glasses="none")

        assert found("gender=male,female,unsure") == set()

    def test_quality_has_a_lower_end(self):
        make_face(quality_score=84.9)
        good = make_face(quality_score=85)

        assert found("min_quality=85") == {good}

    def test_detection_has_a_lower_end(self):
        face = make_face()
        Face.objects.update(score=0.75)

        assert found("min_score=0.75") == {face}
        assert found("min_score=0.76") == set()

    def test_days_are_whole(self):
        face = make_face()
        Asset.objects.update(created_at=datetime(2026, 3, 5, 23, 59, 59, 999999, tzinfo=UTC))

        assert found("since=2026-03-05&until=2026-03-05") == {face}
        assert found("until=2026-03-04") == found("since=2026-03-06") == set()
        assert found("since=0001-01-01&until=9999-12-31") == {face}

    def test_faces_of_one_asset(self):
        face = make_face()
        make_face()

        assert found(f"asset={face.asset.uid}") == {face}

    def test_retired_faces_are_never_found(self, tagged_face):
        face = tagged_face(gender="male")
        Face.objects.update(retired_at=timezone.now())

        assert found("") == found("gender=male") == found(f"asset={face.asset.uid}") == set()

    def test_faces_come_in_order(self):
        old, new = make_face(quality_score=90), make_face(quality_score=80)
        small = make_face(new.asset, position=1, quality_score=99)

        assert list(read("").queryset()) == [new, small, old]
        assert list(read("order=oldest").queryset()) == [old, new, small]
        assert list(read("order=quality").queryset()) == [small, old, new]


def test_no_facet_can_have_the_name_of_a_parameter_or_of_columns():
    assert {*PARAMETERS, *FaceListView.own_parameters, "face", "asset"} <= RESERVED_NAMES
