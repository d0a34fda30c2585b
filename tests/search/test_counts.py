from __future__ import annotations

import random
from collections import Counter

import pytest
from django.http import QueryDict
from django.utils import timezone

from analysis.facets import facets
from analysis.models import Face, FaceTag
from search.counts import count_facets
from search.query import FaceQuery
from tests.factories import make_face
from tests.search.conftest import tag

pytestmark = pytest.mark.django_db


def counted(text: str = "") -> dict[str, dict[str, int]]:
    counts = count_facets(FaceQuery.from_params(QueryDict(text)))
    return {
        entry.facet.name: {value.value.name: value.count for value in entry.values}
        for entry in counts.facets
    }


def test_every_value_of_every_facet_is_counted_zero_too(tagged_face):
    tagged_face(gender="male")

    counts = counted()

    assert list(counts) == [facet.name for facet in facets()]
    assert counts["gender"] == {"female": 0, "male": 1, "unsure": 0}
    assert set(counts["glasses"].values()) == {0}


def test_values_come_in_the_facets_order():
    for facet in facets():
        assert list(counted()[facet.name]) == [value.name for value in facet.all_values]


def test_a_facet_is_counted_with_its_own_selection_ignored(tagged_face):
    tagged_face(gender="male", glasses="none")
    tagged_face(gender="female", glasses="none")
    tagged_face(gender="female", glasses="glasses")

    counts = counted("gender=male")

    assert counts["gender"] == {"female": 2, "male": 1, "unsure": 0}
    assert counts["glasses"] == {"none": 1, "glasses": 0, "sunglasses": 0, "unsure": 0}


def test_selections_of_two_facets_narrow_each_other(tagged_face):
    tagged_face(gender="male", glasses="none")
    tagged_face(gender="female", glasses="none")
    tagged_face(gender="female", glasses="glasses")

    counts = counted("gender=female&glasses=none")

    assert (counts["gender"]["male"], counts["gender"]["female"]) == (1, 1)
    assert (counts["glasses"]["none"], counts["glasses"]["glasses"]) == (1, 1)


def test_other_conditions_narrow_every_facet(tagged_face):
    tagged_face(gender="male", quality_score=50)
    tagged_face(gender="male", quality_score=90)

    assert counted("min_quality=60")["gender"]["male"] == 1
    assert counted("min_quality=60&gender=female")["gender"]["male"] == 1


def test_the_total_is_of_all_that_is_asked_for(tagged_face):
    tagged_face(gender="male")
    tagged_face(gender="female")
    make_face()

    assert count_facets(FaceQuery()).faces == 3
    assert count_facets(FaceQuery(tags={"gender": frozenset({"male"})})).faces == 1


def test_chosen_values_are_marked():
    counts = count_facets(FaceQuery(tags={"gender": frozenset({"male"})}))

    chosen = {
        (entry.facet.name, value.value.name)
        for entry in counts.facets
        for value in entry.values
        if value.chosen
    }
    assert chosen == {("gender", "male")}


def test_retired_faces_are_not_counted(tagged_face):
    tagged_face(gender="male")
    Face.objects.update(retired_at=timezone.now())

    assert counted()["gender"]["male"] == counted("gender=female")["gender"]["male"] == 0
    assert count_facets(FaceQuery()).faces == 0


def test_values_that_are_no_more_are_not_shown(tagged_face):
    face = tagged_face(gender="male")
    FaceTag.objects.create(face=face, facet="gone", value="x", source="model")
    FaceTag.objects.filter(facet="gender").update(value="robot")

    assert "gone" not in counted()
    assert sum(counted()["gender"].values()) == 0


def test_counts_are_those_of_looking_at_each_value():
    chance = random.Random(1)
    known = facets()[:3]
    for _ in range(25):
        values = {f.name: chance.choice(f.all_values).name for f in known if chance.random() < 0.9}
        tag(make_face(quality_score=chance.uniform(0, 100)), **values)
    query = FaceQuery(
        tags={f.name: frozenset({f.all_values[0].name, f.all_values[-1].name}) for f in known[:2]},
        min_quality=20,
    )

    counts = count_facets(query)

    for entry in counts.facets:
        name = entry.facet.name
        expected = Counter(
            FaceTag.objects.filter(facet=name, face__in=query.queryset(ignore=name)).values_list(
                "value", flat=True
            )
        )
        assert {v.value.name: v.count for v in entry.values if v.count} == expected


@pytest.mark.parametrize("text", ["", "gender=male", "gender=male&glasses=none&mask=none"])
def test_the_number_of_queries_is_fixed(tagged_face, count_queries, text):
    query = FaceQuery.from_params(QueryDict(text))
    tagged_face(gender="male", glasses="none", mask="none")
    of_facets = count_queries(facets)

    assert count_queries(lambda: count_facets(query)) == of_facets + 2
