from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from rest_framework.test import APIClient

from dam.metering import metered
from dam.models import ApiKey, KeyUsage
from tests.factories import make_api_key, make_user

pytestmark = pytest.mark.django_db

URL = "/api/v1/usage"


def client_of(scope: ApiKey.Scope, *, used: int = 0) -> APIClient:
    """Return a client of a new key that looked at so many pictures."""
    new = make_api_key(scope, name=f"{scope} key")
    for _ in range(used):
        with metered(new.api_key) as meter:
            meter.picture(width=1000, height=500)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {new.text}")
    return client


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_user())
    return client


class TestRest:
    def test_a_key_sees_what_it_used(self):
        client_of(ApiKey.Scope.WRITE, used=1)
        client = client_of(ApiKey.Scope.READ, used=3)

        (usage,) = client.get(URL).json()["results"]

        assert usage["name"] == "read key"
        assert (usage["requests"], usage["pictures"], usage["megapixels"]) == (3, 3, 1.5)

    def test_an_administrator_sees_all_keys(self):
        client_of(ApiKey.Scope.WRITE, used=1)

        results = client_of(ApiKey.Scope.ADMIN, used=1).get(URL).json()["results"]

        assert {usage["name"] for usage in results} == {"write key", "admin key"}

    def test_the_newest_day_is_first(self):
        client = client_of(ApiKey.Scope.WRITE, used=1)
        key = ApiKey.objects.get()
        KeyUsage.objects.create(api_key=key, day=date(2020, 1, 2), requests=5)

        days = [usage["day"] for usage in client.get(URL).json()["results"]]

        assert days[1:] == ["2020-01-02"]

    def test_a_credential_is_needed(self):
        assert APIClient().get(URL).status_code == 401

    def test_a_page_of_no_size_is_refused(self):
        assert client_of(ApiKey.Scope.READ).get(URL, {"page_size": "0"}).status_code == 400

    def test_queries_do_not_grow(self, django_assert_num_queries):
        client = client_of(ApiKey.Scope.ADMIN, used=1)
        client.get(URL)
        for _ in range(3):
            client_of(ApiKey.Scope.WRITE, used=1)

        with django_assert_num_queries(2):  # the key, what was used
            client.get(URL)


class TestPage:
    def test_each_key_is_shown_with_its_use_and_limits(self, staff):
        client_of(ApiKey.Scope.WRITE, used=2)
        ApiKey.objects.update(pictures_per_day=1234)

        page = staff.get("/usage/").content.decode()

        assert "write key" in page
        assert "1,234 pictures a day" in page

    def test_without_keys_it_says_how_to_make_one(self, staff):
        assert "/settings/keys/new/" in staff.get("/usage/").content.decode()

    def test_revoked_keys_keep_their_days(self, staff):
        client_of(ApiKey.Scope.WRITE, used=2)
        ApiKey.objects.update(revoked_at="2026-01-01T00:00Z")

        response = staff.get("/usage/")

        assert list(response.context["keys"]) == []
        assert len(response.context["days"]) == 1

    def test_queries_do_not_grow(self, staff, django_assert_num_queries):
        for _ in range(3):
            client_of(ApiKey.Scope.WRITE, used=1)

        with django_assert_num_queries(6):  # session, person, pause, use of today, keys, days
            staff.get("/usage/")
