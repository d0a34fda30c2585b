from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.bulk_corrections import clear_faces, correct_faces
from analysis.models import TagCorrection
from analysis.recording import claim_run, fail_run, record_results
from analysis.tagging import clear_correction, correct_tag, erase_tags
from dam.audit import COMMAND_LINE
from dam.deletion import delete_asset
from dam.errors import DamError
from dam.models import Asset
from dam.webhooks.bodies import write_body
from dam.webhooks.models import WebhookDelivery
from dam.webhooks.subscriptions import create_webhook
from tests.factories import BOX, make_asset, make_face, make_run, make_user
from tests.fakes import EMBEDDING_NET, fake_result

pytestmark = pytest.mark.django_db

EVENTS = ["analysis.finished", "analysis.failed", "tag.corrected", "asset.deleted"]


class Flaky(DamError):
    """An error that may go away."""

    retry = True


@pytest.fixture(autouse=True)
def _somebody_subscribed(db):
    create_webhook(url="https://example.org/hook", events=EVENTS, by=COMMAND_LINE)


def claimed(asset=None):
    claim = claim_run(make_run(asset).pk)
    assert claim is not None
    return claim


def told() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True))


def body() -> dict:
    """Return what the only delivery says."""
    written = write_body(WebhookDelivery.objects.get())
    assert written is not None
    return json.loads(written)


def statements(do: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        do()
    return len(queries)


def test_an_analysis_that_finished_is_told_of_as_rest_shows_the_photo(api, settings):
    settings.DAM_TRUSTED_ORIGINS = ["http://testserver"]
    claim = claimed()

    record_results(claim, [fake_result(BOX)], embedding_net=EMBEDDING_NET)

    said = body()
    asset = said["data"]["asset"]
    assert said["event"] == "analysis.finished"
    assert asset == api.get(f"/api/v1/assets/{asset['uid']}").json()
    assert len(asset["faces"]) == 1
    assert (said["data"]["run"]["status"], said["data"]["run"]["face_count"]) == ("succeeded", 1)


def test_an_analysis_that_failed_is_told_of_with_its_error():
    fail_run(claimed(), DamError("Nothing helps.", code="hopeless"))

    said = body()
    assert said["event"] == "analysis.failed"
    assert said["data"]["run"]["error"] == {"code": "hopeless", "message": "Nothing helps."}


def test_an_analysis_that_is_tried_again_is_not_told_of():
    fail_run(claimed(), Flaky("Not now."))

    assert told() == []


def test_a_correction_is_told_of_with_who_said_what():
    face, user = make_face(), make_user("ada")

    correct_tag(face, facet="glasses", value="sunglasses", user=user)

    data = body()["data"]
    (correction,) = data["corrections"]
    assert (correction["face"], correction["facet"]) == (str(face.uid), "glasses")
    assert (correction["value"], correction["user"]) == ("sunglasses", "ada")
    assert data["asset"]["faces"][0]["tags"]["glasses"]["value"] == "sunglasses"


def test_a_correction_that_is_taken_back_is_told_of():
    face = make_face()
    correct_tag(face, facet="glasses", value="sunglasses", user=None)
    WebhookDelivery.objects.all().delete()

    clear_correction(face, facet="glasses", user=None)

    (correction,) = body()["data"]["corrections"]
    assert (correction["value"], correction["previous_value"]) == (None, "sunglasses")


def test_corrections_of_many_faces_are_one_event_a_photo_and_no_statement_each():
    def faces(photos: int) -> list[int]:
        return [make_face(a, position=n).pk for a in assets(photos) for n in range(2)]

    few, many = faces(2), faces(8)

    def correct(ids: list[int]) -> int:
        return statements(lambda: correct_faces(ids, facet="glasses", value="none", user=None))

    assert correct(few) == correct(many)
    assert told() == ["tag.corrected"] * 10
    assert len(WebhookDelivery.objects.first().about["corrections"]) == 2
    clear_faces(many, facet="glasses", user=None)
    assert len(told()) == 18


def assets(count: int) -> list:
    return [make_asset() for _ in range(count)]


def test_what_was_erased_since_is_not_told():
    face = make_face()
    correct_tag(face, facet="glasses", value="sunglasses", user=None)

    erase_tags(["glasses"])

    assert write_body(WebhookDelivery.objects.earliest("pk")) is None
    assert not TagCorrection.objects.exists()


def test_a_photo_that_is_gone_is_not_told_of():
    record_results(claimed(), [fake_result(BOX)], embedding_net=EMBEDDING_NET)

    delete_asset(Asset.objects.get())

    assert told() == ["analysis.finished", "asset.deleted"]
    assert write_body(WebhookDelivery.objects.earliest("pk")) is None
