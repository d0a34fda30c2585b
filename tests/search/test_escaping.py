from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from analysis.models import Face
from analysis.nets import full_manifest
from analysis.tagging import correct_tag
from dam.models import User
from tests.factories import make_asset, make_face, make_user

pytestmark = pytest.mark.django_db

MARKUP = '<i class="x">\'&'


@pytest.fixture
def face() -> Face:
    """One of two faces alike, with markup for their names and those of their pictures."""
    net = full_manifest().embedding_net
    faces = [
        make_face(make_asset(name=f"{MARKUP}.png"), seed=1, embedding_net=net) for _ in range(2)
    ]
    for face in faces:
        correct_tag(face, facet="person", value=MARKUP, user=None)
    return faces[0]


@pytest.mark.parametrize("page", ["photos", "faces", "photo", "similar-faces", "people"])
def test_names_are_no_markup(page, face):
    client = Client()
    client.force_login(make_user(role=User.Role.EDITOR))
    uid = {"photo": face.asset.uid, "similar-faces": face.uid}.get(page)

    html = client.get(reverse(page, args=[uid] if uid else [])).content.decode()

    assert "<i " not in html
    assert html.count("&lt;i class=&quot;x&quot;&gt;&#x27;&amp;") >= 2
