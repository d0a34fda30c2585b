from __future__ import annotations

import random
from dataclasses import FrozenInstanceError
from datetime import date
from uuid import UUID

import pytest
from django.http import QueryDict

from analysis.facet_specs import RESERVED_NAMES
from analysis.facets import facets
from search.api import FaceListView
from search.query import PARAMETERS, FaceQuery, InvalidQuery, Order, Scope, Show
from search.query.ranges import MEASURES, Measure, Range

pytestmark = pytest.mark.django_db


def read(text: str) -> FaceQuery:
    return FaceQuery.from_params(QueryDict(text))


def errors(text: str) -> dict[str, list[str]]:
    with pytest.raises(InvalidQuery) as raised:
        read(text)
    return raised.value.errors


def random_query(random: random.Random) -> FaceQuery:
    """Return any query: each part is there or not."""
    days = sorted(date.fromordinal(random.randint(1, date.max.toordinal())) for _ in range(2))
    return FaceQuery(
        tags=random_values(random),
        excluded=random_values(random),
        ranges={name: random_range(random, measure) for name, measure in MEASURES.items()},
        since=random.choice([None, days[0]]),
        until=random.choice([None, days[1]]),
        asset=random.choice([None, UUID(int=random.getrandbits(128))]),
        collection=random.choice([None, UUID(int=random.getrandbits(128))]),
        folder=random.choice([None, "2021", "a  b/ü &=+/c,d"]),
        text=random.choice([None, "beach", "grace & “hopper”, 1=2"]),
        order=random.choice(list(Order)),
        scope=random.choice(list(Scope)),
        show=random.choice(list(Show)),
    )


def random_values(random: random.Random) -> dict[str, frozenset[str]]:
    names = {
        facet.name: [value.name for value in facet.all_values] or ["Ada", "Smith, John", "a=b&c"]
        for facet in facets()
        if random.random() < 0.5
    }
    return {
        name: frozenset(value for value in values if random.random() < 0.4)
        for name, values in names.items()
    }


def random_range(random: random.Random, measure: Measure) -> Range:
    def end() -> float | None:
        number = random.uniform(measure.lowest, measure.highest)
        number = float(round(number)) if measure.is_whole else number
        return random.choice([None, measure.lowest, measure.highest, 1.0, number])

    low, high = end(), end()
    return Range(high, low) if None not in (low, high) and low > high else Range(low, high)


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

    def test_values_may_be_excluded_in_two_ways(self):
        assert read("glasses.not=none&glasses!=sunglasses") == read("glasses!=none,sunglasses")

    def test_names_of_people_may_have_commas(self):
        query = read("person=Smith, John&person=Ada&person!=A,B")

        assert query.tags == {"person": {"Smith, John", "Ada"}}
        assert query.excluded == {"person": {"A,B"}}

    def test_whole_numbers_are_written_plainly(self):
        assert read("min_quality=60.0").to_params().urlencode() == "min_quality=60"


class TestProblems:
    def test_every_problem_is_told_at_once(self):
        told = errors(
            "gender=robot&gender=woman&glasses!=monocle&colour=red&colour!=red&min_quality=101"
            "&max_score=x&since=yesterday&asset=7&collection=some&order=random&scope=all&show=none"
        )

        assert told.keys() == {
            "gender", "glasses!", "colour", "colour!", "min_quality", "max_score", "since", "asset",
            "collection", "order", "scope", "show",
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
            "max_faces=1.5",
            "min_faces=-1",
            "min_age=old",
            "max_size=-1",
            "text=…",
            "text=a%00b",
            "folder=a%00b",
            "person=%00",
            "person!=%00",
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

    @pytest.mark.parametrize("name", list(MEASURES))
    def test_no_range_ends_before_it_begins(self, name):
        assert list(errors(f"min_{name}=1&max_{name}=0")) == [f"max_{name}"]

    def test_a_view_may_list_one_thing_alone(self):
        assert FaceQuery.from_params(QueryDict(""), shows=Show.PHOTOS).show is Show.PHOTOS
        assert FaceQuery.from_params(QueryDict("show=photos"), shows=Show.PHOTOS)
        with pytest.raises(InvalidQuery) as raised:
            FaceQuery.from_params(QueryDict("show=photos"), shows=Show.FACES)

        assert list(raised.value.errors) == ["show"]

    def test_a_facet_that_is_switched_off_cannot_be_asked_or_excluded(self, settings):
        settings.DAM_READINGS_OFF = ("gender",)

        told = errors("gender=male&gender!=female")

        assert told.keys() == {"gender", "gender!"}
        assert all("switched off" in problem for (problem,) in told.values())

    def test_an_age_that_is_switched_off_cannot_be_asked_for(self, settings):
        settings.DAM_READINGS_OFF = ("age",)

        told = errors("min_age=18&max_age=30")

        assert told.keys() == {"min_age", "max_age"}
        assert all("switched off" in problem for (problem,) in told.values())

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

    def test_excluding_adds_a_value_and_takes_it_away(self):
        query = FaceQuery()

        excluded = query.exclude("gender", "female")

        assert excluded.excluded == {"gender": {"female"}}
        assert excluded.exclude("gender", "female") == query

    def test_a_value_is_asked_for_or_excluded(self):
        asked, excluded = read("gender=male,female"), read("gender!=male,female")

        assert asked.exclude("gender", "male") == read("gender=female&gender!=male")
        assert excluded.toggle("gender", "male") == read("gender=male&gender!=female")

    @pytest.mark.parametrize("name", ["gender", "quality", "text", "folder", "scope", "show"])
    def test_everything_asked_of_one_thing_can_be_left_out(self, name):
        one = {
            "gender": "gender=male&gender!=female",
            "quality": "min_quality=1&max_quality=2",
            "text": "text=beach",
            "folder": "folder=a",
            "scope": "scope=photo",
            "show": "show=photos",
        }

        assert read(f"glasses=none&{one[name]}").without(name) == read("glasses=none")

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

    def test_how_it_is_listed_is_no_condition(self):
        assert read("order=quality&scope=photo&show=photos").describe() == ()

    @pytest.mark.parametrize(
        ("text", "label", "told"),
        [
            ("gender!=male", "Gender", "not Male"),
            ("person=Smith, John", "Person", "Smith, John"),
            ("min_age=18&max_age=30.5", "Age", "18 to 30.5 years"),
            ("max_faces=2", "Faces in the photo", "2 or less"),
            ("min_faces=2&max_faces=2", "Faces in the photo", "2"),
            ("min_size=40", "Face size", "40 px or more"),
            ("min_score=0.5", "Detection", "0.5 or more"),
            ("since=2026-03-01", "Stored since", "2026-03-01"),
            ("folder=/a/b/", "Folder", "a/b"),
            ("text=at  the beach", "Text", "“at the beach”"),
        ],
    )
    def test_everything_is_told(self, text, label, told):
        (condition,) = read(text).describe()

        assert (condition.label, condition.text) == (label, told)
        assert condition.rest == FaceQuery()


def test_no_facet_can_have_the_name_of_a_parameter_or_of_columns():
    assert {*PARAMETERS, *FaceListView.own_parameters, "face", "asset"} <= RESERVED_NAMES
