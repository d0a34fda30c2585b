from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from dam.api_keys import find_api_key
from dam.models import ApiKey, AuditEntry
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db

PAGE = "/settings/keys/"
REST = "/api/v1/keys"


class TestPages:
    def test_a_key_is_made_and_shown_once(self, browser):
        made = browser.post(f"{PAGE}new/", {"name": "Web shop", "scopes": ["read", "analyze"]})

        text = made.context["new"].text
        assert made.status_code == 201
        assert text in made.content.decode()
        assert find_api_key(text).scopes == ["read", "analyze"]
        assert text not in browser.get(PAGE).content.decode()

    def test_no_copy_of_the_key_is_kept_by_the_browser(self, browser):
        made = browser.post(f"{PAGE}new/", {"name": "Web shop", "scopes": ["read"]})

        assert "no-store" in made.headers["Cache-Control"]

    def test_a_key_works_until_the_end_of_its_last_day(self, browser):
        day = timezone.now().date() + timedelta(days=2)

        browser.post(f"{PAGE}new/", {"name": "x", "scopes": "read", "expires": day.isoformat()})

        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
        assert ApiKey.objects.get().expires_at == midnight

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"scopes": []},
            {"scopes": ["root"]},
            {"expires": "2020-01-01"},
            {"expires": "soon"},
            {"pictures_per_day": "-1"},
        ],
        ids="-".join,
    )
    def test_what_is_wrong_is_said_at_the_field(self, browser, wrong):
        response = browser.post(f"{PAGE}new/", {"name": "x", "scopes": ["read"], **wrong})

        assert response.status_code == 422
        assert list(response.context["form"].errors) == list(wrong)
        assert not ApiKey.objects.exists()

    def test_a_key_is_revoked_after_a_question(self, browser):
        new = make_api_key(name="shop")
        page = f"{PAGE}{new.api_key.prefix}/revoke/"

        asked = browser.get(page)
        browser.post(page)

        assert "Revoke the key “shop”?" in asked.content.decode()
        assert find_api_key(new.text) is None
        assert AuditEntry.objects.first().text.startswith("revoked the API key “shop”")

    def test_queries_do_not_grow(self, browser, django_assert_num_queries):
        for _ in range(3):
            make_api_key()

        with django_assert_num_queries(6):  # session, person, pause, use of today, keys, old keys
            browser.get(PAGE)


class TestRest:
    def test_a_key_is_made(self, api):
        body = {"name": "shop", "scopes": ["write", "read"], "pictures_per_day": 10}

        response = api.post(REST, body, format="json")

        made = response.json()
        assert response.status_code == 201
        assert (made["scopes"], made["pictures_per_day"]) == (["write"], 10)
        assert find_api_key(made["key"]).name == "shop"

    @pytest.mark.parametrize(
        "wrong", [{"name": " "}, {"scopes": []}, {"expires_at": "2020-01-01T00:00Z"}]
    )
    def test_what_is_wrong_is_named(self, api, wrong):
        response = api.post(REST, {"name": "x", "scopes": ["read"], **wrong}, format="json")

        assert response.status_code == 400
        assert list(response.json()["error"]["fields"]) == list(wrong)

    def test_a_key_is_revoked_and_stays_in_the_list(self, api):
        new = make_api_key(name="shop")

        status = api.delete(f"{REST}/{new.api_key.prefix}").status_code

        (listed,) = [one for one in api.get(REST).json()["results"] if one["name"] == "shop"]
        assert status == 204
        assert not listed["is_working"]
        assert find_api_key(new.text) is None

    def test_queries_do_not_grow(self, api, django_assert_num_queries):
        for _ in range(3):
            make_api_key()

        with django_assert_num_queries(2):  # the caller's key, all keys
            api.get(REST)


def test_an_expired_key_is_refused(client):
    new = make_api_key()
    ApiKey.objects.update(expires_at=timezone.now())

    response = client.get("/api/v1/runs", headers={"Authorization": f"Api-Key {new.text}"})

    assert response.status_code == 401
