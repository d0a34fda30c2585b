from __future__ import annotations

import gzip

import pytest
from django.http import HttpResponse
from django.templatetags.static import static
from django.test import Client, RequestFactory

from dam.compression import CompressText

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", ["/", "/api/v1/facets", static("dam/css/base.css")])
def test_text_is_sent_small(browser: Client, path: str) -> None:
    plain, small = browser.get(path), browser.get(path, headers=GZIP)

    assert small["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    sent = b"".join(small) if small.streaming else small.content
    text = b"".join(plain) if plain.streaming else plain.content
    assert len(sent) < len(text)
    assert len(gzip.decompress(sent)) > 1000


def test_pictures_are_sent_as_they_are(rf: RequestFactory) -> None:
    answer = HttpResponse(bytes(1000), content_type="image/jpeg")

    response = CompressText(lambda _: answer)(rf.get("/", headers=GZIP))

    assert "Content-Encoding" not in response


def test_a_stream_comes_piece_by_piece(browser: Client) -> None:
    assert "Content-Encoding" not in browser.get("/api/v1/export.jsonl", headers=GZIP)
