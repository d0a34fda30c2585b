"""Rules on upload in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from analysis import nets
from dam.models import Asset
from search.models import Rule
from tests.factories import make_asset, make_face
from tests.fakes import FakePipeline
from tests.pictures import new_png

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_photo_is_refused_by_a_ready_rule_and_accepted(sign_in, analyze, monkeypatch):
    pipeline = FakePipeline(shares=[])
    monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
    monkeypatch.setattr(nets, "_version", lambda _: pipeline.version)
    make_face(make_asset())
    page = sign_in()

    page.goto("/settings/rules/")
    page.get_by_role("button", name="Use the rule No face").click()
    expect(page.get_by_text("0 of 1 photo here would be concerned")).to_be_visible()
    page.get_by_label("Which photos").fill("max_faces=1")
    expect(page.get_by_text("1 of 1 photo here would be concerned")).to_be_visible()
    page.get_by_label("Which photos").fill("max_faces=0")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_text("holds for photos that come from now on")).to_be_visible()
    assert Rule.objects.get().query == "max_faces=0"

    page.goto("/upload/")
    sent = {"name": "empty.png", "mimeType": "image/png", "buffer": new_png()}
    page.get_by_label("Choose photos").set_input_files(sent)
    expect(page.get_by_role("link", name="empty.png")).to_be_visible()
    analyze()
    expect(page.get_by_text("Nobody's face can be seen in it.")).to_be_visible()

    page.get_by_role("link", name="empty.png").click()
    page.get_by_role("button", name="Accept it").click()
    expect(page.get_by_text("empty.png is in the library now.")).to_be_visible()
    assert Asset.objects.count() == 2
