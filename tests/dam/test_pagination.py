from __future__ import annotations

import base64

import pytest

from tests.factories import make_collection, make_run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["assets", "runs", "collections"])
@pytest.mark.parametrize("place", ["p=%00", "p=a%00b"])
def test_a_cursor_that_names_no_place_is_not_found(api, address, place):
    make_run()
    make_collection()
    cursor = base64.b64encode(place.encode()).decode()

    response = api.get(f"/api/v1/{address}", {"cursor": cursor})

    assert response.status_code == 404


@pytest.mark.parametrize("address", ["assets", "runs"])
def test_a_cursor_of_another_list_is_not_found(api, address):
    make_run()
    cursor = base64.b64encode(b"p=summer").decode()

    response = api.get(f"/api/v1/{address}", {"cursor": cursor})

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"
