from __future__ import annotations

import pytest
from django.http import QueryDict

from search.browse.addresses import ValueAddresses, browse_address
from search.query import FaceQuery

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gender=female&glasses!=none&min_age=3&text=a b",
        "show=photos&order=quality&glasses!=none&gender=male&gender=female&person=A%26B",
    ],
)
@pytest.mark.parametrize(
    ("facet", "value"),
    [("gender", "female"), ("glasses", "none"), ("person", "Smith, John & Zoë!")],
)
def test_addresses_of_values_are_those_of_the_query(text, facet, value):
    query = FaceQuery.from_params(QueryDict(text))

    addresses = ValueAddresses(query)

    assert addresses.toggled(facet, value) == browse_address(query.toggle(facet, value))
    assert addresses.excluded(facet, value) == browse_address(query.exclude(facet, value))
