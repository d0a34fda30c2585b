from __future__ import annotations

import pytest
from django.db import transaction

from dam.audit import COMMAND_LINE, Kind, record
from dam.models import AuditEntry, User
from tests.factories import make_api_key, make_asset, make_face

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_a_note_needs_the_transaction_of_its_deed():
    with pytest.raises(transaction.TransactionManagementError):
        record(Kind.KEY, "did something", by=COMMAND_LINE)


def test_a_deleted_photo_is_noted_with_who_deleted_it(browser):
    asset = make_asset(name="party.jpg")

    browser.post(f"/photos/{asset.uid}/delete/")

    entry = AuditEntry.objects.get(kind=Kind.DELETION)
    assert entry.text == "deleted the photo party.jpg"
    assert entry.by == entry.user.username


def test_what_a_program_does_is_noted_with_its_key(api):
    make_face()

    response = api.post("/api/v1/bulk", {"action": "analyze", "query": ""}, format="json")

    assert response.status_code == 202
    entry = AuditEntry.objects.get(kind=Kind.BULK)
    assert entry.by == "key “test”"
    assert entry.text == "began “Analyze again” for 1 photos: all photos"


def test_notes_stay_when_somebody_is_gone():
    key = make_api_key(name="shop").api_key
    User.objects.all().delete()

    key.delete()

    assert AuditEntry.objects.get().text.startswith("made the API key “shop”")
