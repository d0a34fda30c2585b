from __future__ import annotations

import pytest

from analysis.facets import Facet, facets
from analysis.models import FaceTag
from analysis.tagging import correct_tag
from search.query import FaceQuery, Show
from search.review import waiting
from search.review.waiting import Waiting
from tests.factories import make_face
from tests.search.review.unsure import make_unsure

pytestmark = pytest.mark.django_db

FACES = FaceQuery(show=Show.FACES)


def asked() -> tuple[Facet, ...]:
    return tuple(facet for facet in facets() if facet.min_score is not None)


@pytest.fixture
def by_score(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads tags by their probability, as of facets that many faces are unsure of."""
    monkeypatch.setattr(waiting, "_FEW", 0)


def first(query: FaceQuery, count: int, **options: object) -> list[int]:
    return Waiting(query, asked(), **options).first(count, among=["glasses", "emotion"])


@pytest.mark.usefixtures("by_score")
def test_the_least_sure_of_all_facets_comes_first():
    least = {facet.name: facet.min_score for facet in asked()}
    shares = (0.9, 0.5, 0.7, 0.3)
    tags = [
        make_unsure(facet, share * least[facet])
        for share, facet in zip(shares, ("glasses", "emotion", "emotion", "glasses"), strict=True)
    ]

    found = first(FACES, 10)

    assert found == [tags[3].pk, tags[1].pk, tags[2].pk, tags[0].pk]


@pytest.mark.usefixtures("by_score")
def test_more_is_read_where_the_first_ones_are_not_of_the_query():
    for number in range(9):
        make_unsure("glasses", 0.1 + number / 100)
    wanted = make_unsure("glasses", 0.3)
    FaceTag.objects.create(face=wanted.face, facet="hat", value="hat", source="user")

    found = first(FaceQuery(tags={"hat": frozenset({"hat"})}, show=Show.FACES), 1)

    assert found == [wanted.pk]


def test_what_a_person_said_and_what_is_skipped_does_not_wait():
    said, skipped, left = (make_unsure("glasses", 0.2 + n / 10, face=make_face()) for n in range(3))
    correct_tag(said.face, facet="glasses", value="unsure", user=None)
    shown = Waiting(FACES, asked(), frozenset({skipped.pk}))

    assert shown.first(10, among=["glasses"]) == [left.pk]
    assert shown.counts()["glasses"] == 1
