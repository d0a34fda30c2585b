from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from dam.models import Asset, AuditEntry
from dam.storage import open_original
from search.models import Rule
from tests.factories import make_api_key, make_asset, make_collection
from tests.search.rules.uploads import make_rule, upload

pytestmark = pytest.mark.django_db

RULES = "/api/v1/rules"
REFUSED = "/api/v1/refused"


def test_a_rule_is_made(api):
    body = {"name": "No face", "query": "?max_faces=0&show=photos", "action": "refuse"}
    body |= {"message": "Nobody is in it.", "sources": ["upload", "api"]}
    make_asset()

    response = api.post(RULES, body, format="json")

    assert response.status_code == 201
    made = response.json()
    assert made["query"] == "max_faces=0"
    assert made["conditions"] == [{"label": "Faces in the photo", "text": "0 or less"}]
    assert (made["sources"], made["photo_count"]) == (["upload", "api"], 1)
    assert AuditEntry.objects.get(kind="rule").text == "made the rule “No face”"


def test_all_that_is_wrong_is_told_at_once(api):
    body = {"name": " ", "query": "min_faces=x&colour=red", "action": "route", "message": "x" * 501}

    response = api.post(RULES, body, format="json")

    assert response.status_code == 400
    fields = set(response.json()["error"]["fields"])
    assert fields == {"name", "query.min_faces", "query.colour", "message", "collection"}


def test_a_name_is_given_once(api):
    make_rule("max_faces=0", name="No face")

    body = {"name": "NO FACE", "query": "", "action": "warn", "message": "x"}

    assert api.post(RULES, body, format="json").json()["error"]["code"] == "name_taken"


def test_only_administrators_change_rules():
    rule = make_rule()
    writer = APIClient()
    writer.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_api_key().text}")

    assert writer.get(RULES).status_code == 200
    answers = [
        writer.post(RULES, {}, format="json"),
        writer.patch(f"{RULES}/{rule.uid}", {"enabled": False}, format="json"),
        writer.delete(f"{RULES}/{rule.uid}"),
        writer.put(f"{RULES}/order", {"rules": []}, format="json"),
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_a_rule_is_changed_and_deleted(api):
    collection = make_collection("Groups")
    url = f"{RULES}/{make_rule().uid}"

    changes = {"action": "route", "collection": str(collection.uid), "query": "min_faces=2"}
    changed = api.patch(url, changes, format="json").json()

    assert (changed["action"], changed["collection"]["name"]) == ("route", "Groups")
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["error"]["code"] == "unknown_rule"


def test_rules_are_put_in_order(api):
    first, second = make_rule("min_faces=1"), make_rule("min_faces=2")

    api.put(f"{RULES}/order", {"rules": [second.uid, first.uid]}, format="json")

    assert list(Rule.objects.all()) == [second, first]
    partly = api.put(f"{RULES}/order", {"rules": [second.uid]}, format="json")
    assert partly.status_code == 400


def test_a_rule_that_cannot_be_read_can_be_switched_off(api):
    rule = make_rule()
    Rule.objects.update(query="gone=1")
    url = f"{RULES}/{rule.uid}"

    assert api.patch(url, {"enabled": False}, format="json").json()["photo_count"] is None
    assert api.patch(url, {"enabled": True}, format="json").status_code == 400
    assert api.post(f"{url}/try").json()["error"]["fields"].keys() == {"query.gone"}


def test_trying_a_rule_counts_photos_and_changes_nothing(api):
    upload(60)
    upload(90)
    upload(60, source="api")
    rule = make_rule("max_quality=84.99", sources=("upload",))

    response = api.post(f"{RULES}/{rule.uid}/try")

    assert response.json() == {"photos": 1, "of": 3}
    assert Asset.objects.count() == 3


def test_an_asset_tells_its_verdict_and_warnings(api):
    rule = make_rule("max_quality=84.99", "warn", name="Sharp", message="Blurred.")
    asset = upload(60)

    shown = api.get(f"/api/v1/assets/{asset.uid}").json()

    assert shown["warnings"] == ["Blurred."]
    assert shown["verdict"]["status"] == "passed"
    (outcome,) = shown["verdict"]["outcomes"]
    assert outcome["rule"] == {"uid": str(rule.uid), "name": "Sharp"}


def test_a_refused_asset_is_listed_with_the_refused_alone(api):
    make_rule("max_faces=0", message="Nobody.")
    asset = upload()

    assert api.get("/api/v1/assets").json()["results"] == []
    assert api.get("/api/v1/assets?max_faces=0").json()["results"] == []
    (shown,) = api.get(REFUSED).json()["results"]
    assert shown["uid"] == str(asset.uid)
    assert shown["verdict"]["outcomes"][0]["message"] == "Nobody."
    assert api.get(f"/api/v1/assets/{asset.uid}").json()["verdict"]["status"] == "refused"


def test_another_vendors_client_is_told_that_a_refused_file_is_known():
    make_rule("max_faces=0")
    asset = upload()
    key = make_api_key().text
    with open_original(asset) as file:
        sent = {"file": SimpleUploadedFile("again.png", file.read(), "image/png")}

    answer = APIClient(HTTP_X_FILEROBOT_KEY=key).post("/fdocs/v4/files", sent, format="multipart")

    assert answer.json()["existing_file_uuid"] == str(asset.uid)


def test_a_refused_asset_is_accepted_once(api):
    make_rule("max_faces=0")
    url = f"{REFUSED}/{upload().uid}/accept"

    assert api.post(url).json()["verdict"]["status"] == "accepted"
    assert api.post(url).json()["error"]["code"] == "not_refused"
    assert len(api.get("/api/v1/assets").json()["results"]) == 1


def test_an_asset_is_judged_again_when_that_is_asked(api):
    asset = upload()
    make_rule("max_faces=0")

    response = api.post(f"/api/v1/assets/{asset.uid}/judge")

    assert response.json()["verdict"]["status"] == "refused"


def test_a_refused_asset_is_deleted_for_good(api):
    make_rule("max_faces=0")
    asset = upload()

    assert api.delete(f"/api/v1/assets/{asset.uid}").status_code == 204
    assert not Asset.everything.exists()


def test_lists_take_as_many_queries_however_long_they_are(api, count_queries):
    make_rule("max_faces=0")
    upload()
    few = [count_queries(lambda url=url: api.get(url)) for url in (REFUSED, RULES)]
    for number in range(1, 4):
        make_rule(f"min_faces={number + 1}", "warn")
        upload()

    assert [count_queries(lambda url=url: api.get(url)) for url in (REFUSED, RULES)] == few
