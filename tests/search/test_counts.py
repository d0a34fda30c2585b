from __future__ import annotations

import pytest
from django.http import QueryDict
from django.utils import timezone

from analysis.facets import facets
from analysis.models import Face, FaceTag
from search.counts import count_facets
from search.query import FaceQuery, Show
from tests.factories import make_face

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


def test_excluded_values_are_marked_and_counted_as_if_they_were_not(tagged_face):
    tagged_face(gender="male")

    (gender,) = (
        entry
        for entry in count_facets(FaceQuery(excluded={"gender": frozenset({"male"})})).facets
        if entry.facet.name == "gender"
    )

    assert {v.value.name: (v.count, v.excluded) for v in gender.values} == {
        "female": (0, False),
        "male": (1, True),
        "unsure": (0, False),
    }


def test_photos_are_counted_once(tagged_face):
    man = tagged_face(gender="male")
    tagged_face(asset=man.asset, position=1, gender="male")

    counts = count_facets(FaceQuery(show=Show.PHOTOS))

    assert (counts.faces, counts.photos) == (2, 1)
    assert counted("show=photos")["gender"]["male"] == 1


def test_anywhere_in_the_photo_a_value_counts_all_faces_beside_it(tagged_face):
    man = tagged_face(gender="male", glasses="none")
    tagged_face(asset=man.asset, position=1, gender="female", glasses="glasses")

    assert counted("glasses=glasses")["gender"]["male"] == 0
    assert counted("glasses=glasses&scope=photo")["gender"]["male"] == 2
    assert counted("glasses=glasses&scope=photo&show=photos")["gender"]["male"] == 1


def test_people_are_counted_the_most_frequent_first(tagged_face):
    for name in ("Ada", "Grace", "Grace", "Bob"):
        tagged_face(person=name)

    assert list(counted()["person"].items()) == [("Grace", 2), ("Ada", 1), ("Bob", 1)]
    assert counted("gender=male&person=Nobody")["person"] == {"Nobody": 0}


@pytest.mark.parametrize("text", ["", "gender=male", "gender=male&glasses=none&mask=none"])
def test_the_number_of_queries_is_fixed(tagged_face, count_queries, text):
    query = FaceQuery.from_params(QueryDict(text))
    tagged_face(gender="male", glasses="none", mask="none")
    of_facets = count_queries(facets)

    assert count_queries(lambda: count_facets(query)) == of_facets
