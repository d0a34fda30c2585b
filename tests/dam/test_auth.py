from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dam.api_keys import find_api_key, revoke_api_key
from dam.models import ApiKey
from tests.factories import make_api_key, make_asset, make_user

pytestmark = pytest.mark.django_db


def get(client: Client, key: str | None, *, word: str = "Api-Key"):
    headers = {"Authorization": f"{word} {key}"} if key else {}
    return client.get(reverse("api:asset-list"), headers=headers)


def delete(client: Client, key: str):
    url = reverse("api:asset", kwargs={"uid": make_asset().uid})
    return client.delete(url, headers={"Authorization": f"Api-Key {key}"})


def test_a_key_has_a_mark_a_prefix_and_a_secret():
    new = make_api_key()

    assert re.fullmatch(r"fct_[A-Za-z0-9]{8}_[A-Za-z0-9]{43}", new.text)
    assert new.text.split("_")[1] == new.api_key.prefix


def test_only_the_digest_of_a_key_is_stored():
    new = make_api_key()

    row = ApiKey.objects.values().get()

    assert row["digest"] == hashlib.sha256(new.text.encode()).hexdigest()
    assert new.text.split("_")[2] not in str(row)


def test_a_key_opens_the_api(client):
    assert get(client, make_api_key().text).status_code == 200


def test_the_scheme_may_be_written_in_any_case(client):
    assert get(client, make_api_key().text, word="api-KEY").status_code == 200


@pytest.mark.parametrize(
    "change", [str.lower, str.upper, lambda key: key[:-1], lambda key: f"{key}x"]
)
def test_a_wrong_key_is_refused(client, change):
    key = make_api_key().text

    response = get(client, change(key))

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize("key", ["", "x", "fct_", "fct__", "a b", "fct_abcdefgh_" + "x" * 43, "é"])
def test_what_is_no_key_is_refused(client, key):
    response = client.get(reverse("api:asset-list"), headers={"Authorization": f"Api-Key {key}"})

    assert response.status_code == 401


def test_the_prefix_of_one_key_and_the_secret_of_another_are_refused():
    first, second = make_api_key().text.split("_"), make_api_key().text.split("_")

    assert find_api_key(f"fct_{first[1]}_{second[2]}") is None


def test_a_revoked_key_is_refused(client):
    new = make_api_key()

    assert revoke_api_key(new.api_key.prefix)
    assert get(client, new.text).status_code == 401


def test_a_key_is_revoked_once():
    new = make_api_key()
    revoke_api_key(new.api_key.prefix)

    assert not revoke_api_key(new.api_key.prefix)


def test_without_a_credential_the_answer_is_401_with_a_challenge(client):
    response = get(client, None)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Api-Key"
    assert response.json()["error"]["code"] == "not_authenticated"
    assert "Authorization: Api-Key" in response.json()["error"]["message"]


def test_use_is_noted(client):
    new = make_api_key()

    get(client, new.text)

    new.api_key.refresh_from_db()
    assert timezone.now() - new.api_key.last_used_at < timedelta(seconds=10)


def test_use_is_noted_once_a_minute(client, django_assert_num_queries):
    new = make_api_key()
    get(client, new.text)

    with django_assert_num_queries(2):  # the key and the assets
        get(client, new.text)


def test_use_is_noted_again_after_a_minute(client):
    new = make_api_key()
    long_ago = timezone.now() - timedelta(seconds=61)
    ApiKey.objects.update(last_used_at=long_ago)

    get(client, new.text)

    new.api_key.refresh_from_db()
    assert new.api_key.last_used_at > long_ago


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("write", 403), ("admin", 204)])
def test_deleting_for_good_needs_the_scope_admin(client, scope, status):
    assert delete(client, make_api_key(ApiKey.Scope(scope)).text).status_code == status


def test_a_missing_scope_is_named(client):
    response = delete(client, make_api_key(ApiKey.Scope.READ).text)

    assert response.json()["error"]["code"] == "scope_missing"


def test_an_administrator_may_read_and_delete(client):
    client.force_login(make_user())

    assert client.get(reverse("api:asset-list")).status_code == 200
    assert client.delete(reverse("api:asset", kwargs={"uid": make_asset().uid})).status_code == 204


def test_a_session_needs_a_csrf_token_to_write():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())

    response = client.delete(reverse("api:asset", kwargs={"uid": make_asset().uid}))

    assert response.status_code == 403
    assert response.json()["error"]["code"] == "permission_denied"


def test_a_key_needs_no_csrf_token():
    assert (
        delete(Client(enforce_csrf_checks=True), make_api_key(ApiKey.Scope.ADMIN).text).status_code
        == 204
    )


def test_a_person_who_was_deactivated_is_refused(client):
    user = make_user()
    client.force_login(user)
    user.is_active = False
    user.save()

    assert client.get(reverse("api:asset-list")).status_code == 401
