from __future__ import annotations

import gzip

import pytest
from django.test import Client

from tests.factories import make_asset

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", ["/", "/api/v1/facets", "/static/dam/css/base.css"])
def test_text_is_sent_small(browser: Client, path: str) -> None:
    plain, small = browser.get(path), browser.get(path, headers=GZIP)

    assert small["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    sent = b"".join(small) if small.streaming else small.content
    text = b"".join(plain) if plain.streaming else plain.content
    assert len(sent) < len(text)
    assert len(gzip.decompress(sent)) > 1000


def test_pictures_and_streams_are_sent_as_they_are(browser: Client) -> None:
    asset = make_asset()

    for path in (f"/api/v1/assets/{asset.uid}/original", "/api/v1/export.jsonl"):
        response = browser.get(path, headers=GZIP)
        response.close()
        assert "Content-Encoding" not in response
