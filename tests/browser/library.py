"""A library in which every page has something to show, and names are long."""

from __future__ import annotations

from pathlib import Path

from django.db.models.functions import Now

from analysis.connectors.connectors import create_connector
from analysis.connectors.models import Connector, ConnectorNote, ConnectorRun
from analysis.custom_tags.examples import mark_examples
from analysis.custom_tags.tags import create_tag
from analysis.decisions.rejecting import reject_face
from analysis.models import AnalysisRun, Face
from analysis.nets import full_manifest
from analysis.pipeline.types import Box
from analysis.tagging import apply_model_tags, correct_tag
from dam.audit import COMMAND_LINE
from dam.metering import metered
from dam.models import Asset, User
from dam.uploading.uploads import ChosenFile, announce_files, take_up
from dam.users import reset_password
from dam.webhooks.subscriptions import create_webhook
from search.bulk.asking import choose_by_query, read_action
from search.bulk.jobs import create_job
from search.query import FaceQuery
from search.saved.searches import save_search
from tests.dam.webhooks.receiving import make_delivery
from tests.factories import (
    make_api_key,
    make_asset,
    make_collection,
    make_face,
    make_run,
    make_user,
)
from tests.pictures import encoded, picture
from tests.search.review.unsure import make_unsure
from tests.search.rules.uploads import make_rule, upload

READINGS = {
    "age": 34.2,
    "gender": {"female": 0.97, "male": 0.03},
    "emotion": {"neutral": 0.2, "happiness": 0.7, "sadness": 0.1},
    "glasses": {"none": 0.02, "glasses": 0.94, "sunglasses": 0.04},
    "mask": {"none": 0.52, "worn": 0.48},
}


def make_library(folder: Path, user: User) -> dict[str, str]:
    """Fill a library; return the address of one page for each route that leads to a page.

    Connectors must be allowed to read the folder. The upload is the user's.
    """
    party = _make_photo()
    face = party.faces.present()[0]
    return {
        "photo": f"/photos/{party.uid}/",
        "photo-delete": f"/photos/{party.uid}/delete/",
        "similar-faces": f"/faces/{face.uid}/similar/",
        "photos": "/",
        "faces": "/faces/?min_quality=10&gender=female",
        "search-similar": "/search/similar/",
        "people": "/people/",
        "nets": "/nets/",
        "review": "/review/",
        "review-people": "/review/people/",
        **_make_upload(user, party),
        **_make_tags(),
        **_make_named_things(party),
        **_make_changes(),
        **_make_refused(),
        **_make_failures(),
        **_make_connector(folder),
        **_make_webhook(),
        **_make_accounts(),
        "settings": "/settings/",
        "account": "/settings/account/",
        "audit": "/settings/audit/",
        "facet-settings": "/settings/facets/",
        "reading-settings": "/settings/readings/",
        "docs": "/api/docs/",
    }


def _make_photo() -> Asset:
    """A photo of three faces: one with a name and a correction, one that is none."""
    net = full_manifest().embedding_net
    party = make_asset(encoded(picture(600, 400)), name="a_party_without_a_break_" * 5 + ".png")
    party.runs.all().delete()
    make_run(party, status=AnalysisRun.Status.SUCCEEDED, face_count=3)
    named, other, no_face = (
        make_face(
            party,
            position=place,
            box=Box(40 + 180 * place, 60, 90, 120),
            seed=place,
            embedding_net=net,
        )
        for place in range(3)
    )
    Face.objects.filter(pk__in=[named.pk, other.pk]).update(readings=READINGS)
    apply_model_tags(party.faces.all())
    correct_tag(named, facet="glasses", value="sunglasses", user=None)
    correct_tag(named, facet="person", value="Ada", user=None)
    reject_face(no_face, user=None)
    # It is asked whether this is Ada, too.
    make_face(seed=0, embedding_net=net)
    make_unsure("glasses", 0.4)
    return party


def _make_upload(user: User, asset: Asset) -> dict[str, str]:
    upload = take_up(user)
    paths = ("party.png", "Sea/again.png", "Sea/notes.txt", "Sea/on_its_way.png")
    stored, known, rejected, _ = announce_files(
        upload, [ChosenFile(path, size_bytes=1000) for path in paths]
    )
    for item, status in ((stored, "stored"), (known, "existing")):
        upload.items.filter(pk=item.pk).update(asset=asset, status=status, settled_at=Now())
    upload.items.filter(pk=rejected.pk).update(
        status="rejected",
        settled_at=Now(),
        error_code="not_an_image",
        error_message="This is not a picture.",
    )
    return {
        "upload": "/upload/",
        "upload-list": "/uploads/",
        "upload-one": f"/uploads/{upload.uid}/",
    }


def _make_tags() -> dict[str, str]:
    create_tag(label="Red hat", user=None)
    faces = list(Face.objects.present())
    mark_examples(
        create_tag(label="Beard", user=None), yes=[faces[0].uid], no=[faces[1].uid], user=None
    )
    return {
        "tags": "/tags/",
        "tag-new": "/tags/new/",
        "tag": "/tags/beard/",
        "tag-delete": "/tags/beard/delete/",
    }


def _make_named_things(asset: Asset) -> dict[str, str]:
    collection = make_collection(
        "A summer with quite a long name " * 2, assets=[asset.pk], description="At the sea."
    )
    search = save_search(name="x" * 100, query="min_quality=50", user=None).search
    rule = make_rule("min_quality=99", "route", collection=collection.uid)
    return {
        "collections": "/collections/",
        "collection": f"/collections/{collection.uid}/",
        "collection-edit": f"/collections/{collection.uid}/edit/",
        "collection-delete": f"/collections/{collection.uid}/delete/",
        "saved-searches": "/searches/",
        "saved-search": f"/searches/{search.uid}/",
        "saved-search-edit": f"/searches/{search.uid}/edit/",
        "saved-search-delete": f"/searches/{search.uid}/delete/",
        "rules": "/settings/rules/",
        "rule-new": "/settings/rules/new/",
        "rule-edit": f"/settings/rules/{rule.uid}/",
        "rule-delete": f"/settings/rules/{rule.uid}/delete/",
    }


def _make_changes() -> dict[str, str]:
    action = read_action("correct_tag", {"facet": "glasses", "value": "none"})
    job = create_job(action, choose_by_query(FaceQuery(), action.unit), user=None)
    return {
        "bulk-jobs": "/bulk/",
        "bulk-new": "/bulk/new/?action=correct_tag&facet=glasses&value=none",
        "bulk-job": f"/bulk/{job.uid}/",
    }


def _make_refused() -> dict[str, str]:
    make_rule("max_quality=30", name="Too blurred", message="Take a sharper one.")
    refused = upload(20)
    return {"refused-photos": "/refused/", "refused-photo": f"/refused/{refused.uid}/"}


def _make_failures() -> dict[str, str]:
    make_asset(name="waiting.png")
    make_run(status=AnalysisRun.Status.FAILED, error_code="gave_up", error_message="Too hard.")
    return {"status": "/status/"}


def _make_connector(folder: Path) -> dict[str, str]:
    connector = create_connector(
        name="Archive", kind="folder", options={"path": str(folder)}, by=COMMAND_LINE
    )
    run = _make_connector_run(connector)
    address = f"/settings/connectors/{connector.uid}/"
    return {
        "connectors": "/settings/connectors/",
        "connector-new": "/settings/connectors/new/",
        "connector-new-kind": "/settings/connectors/new/s3/",
        "connector": address,
        "connector-edit": f"{address}edit/",
        "connector-delete": f"{address}delete/",
        "connector-run": f"{address}runs/{run.uid}/",
    }


def _make_connector_run(connector: Connector) -> ConnectorRun:
    run = ConnectorRun.objects.create(
        connector=connector, phase=ConnectorRun.Phase.PULLING, listed=3, new=3, failed=1
    )
    ConnectorNote.objects.create(
        run=run,
        action=ConnectorNote.Action.PULL_NEW,
        key="notes.txt",
        error_code="not_an_image",
        error_message="This is not a picture.",
    )
    return run


def _make_webhook() -> dict[str, str]:
    webhook = create_webhook(
        url="https://example.org/hook", events=["asset.deleted"], by=COMMAND_LINE
    )
    failed = make_delivery(webhook, status="failed", error="The address cannot be reached.")
    address = f"/settings/webhooks/{webhook.uid}/"
    return {
        "webhooks": "/settings/webhooks/",
        "webhook-new": "/settings/webhooks/new/",
        "webhook": address,
        "webhook-edit": f"{address}edit/",
        "webhook-delete": f"{address}delete/",
        "webhook-delivery": f"{address}deliveries/{failed.uid}/",
    }


def _make_accounts() -> dict[str, str]:
    key = make_api_key(name="A program with quite a long name for what it does").api_key
    with metered(key) as meter:
        meter.picture(width=1000, height=1000)
    anna = make_user("anna", role=User.Role.EDITOR)
    link = reset_password(anna, by=COMMAND_LINE)
    return {
        "api-keys": "/settings/keys/",
        "api-key-new": "/settings/keys/new/",
        "api-key-revoke": f"/settings/keys/{key.prefix}/revoke/",
        "usage": "/usage/",
        "users": "/settings/users/",
        "user-new": "/settings/users/new/",
        "user": f"/settings/users/{anna.pk}/",
        "user-deactivate": f"/settings/users/{anna.pk}/deactivate/",
        "user-reset-password": f"/settings/users/{anna.pk}/password/",
        "login": "/login/",
        "choose-password": f"/password/{link.uid}/{link.token}/",
    }
