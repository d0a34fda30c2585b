from __future__ import annotations

import uuid

import pytest

from search.query import FaceQuery
from tests.factories import make_collection

pytestmark = pytest.mark.django_db


def told(uid: uuid.UUID) -> list[tuple[str, str]]:
    query = FaceQuery(collection=uid)
    return [(condition.label, condition.text) for condition in query.describe()]


def test_a_collection_is_told_by_its_name():
    assert told(make_collection("Summer").uid) == [("Collection", "“Summer”")]


def test_a_collection_that_is_gone_is_told_to_be():
    uid = uuid.UUID(int=1)

    assert told(uid) == [("Collection", f"{uid}, which does not exist")]
