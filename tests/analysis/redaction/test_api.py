from __future__ import annotations

import io
import uuid

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import ExifTags, Image
from rest_framework.test import APIClient

from analysis.models import AnalysisRun, Face
from analysis.pipeline.types import Box
from dam.models import Asset
from dam.storage import open_original
from tests.factories import make_asset, make_face, make_run, make_user
from tests.pictures import encoded

pytestmark = pytest.mark.django_db

# In the upright picture, which is 64 wide and 96 high.
UPPER, LOWER = Box(10, 5, 24, 24), Box(20, 60, 24, 24)


@pytest.fixture
def asset() -> Asset:
    """A JPEG that lies on its side, with two faces, a place and a name in its EXIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "Ada"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 0.0)
    noise = np.random.default_rng(1).integers(0, 256, (8, 12, 3), np.uint8)
    image = Image.fromarray(noise).resize((96, 64), Image.Resampling.NEAREST)
    asset = make_asset(encoded(image, "JPEG", exif=exif, quality=95), name="party.jpg")
    asset.runs.all().delete()
    make_run(asset, status=AnalysisRun.Status.SUCCEEDED, face_count=2)
    make_face(asset, position=0, box=UPPER)
    make_face(asset, position=1, box=LOWER, seed=1)
    return asset


def get(client: APIClient, asset: Asset, **params: object):
    return client.get(reverse("api:asset-redacted", args=[asset.uid]), params)


def picture(response) -> Image.Image:
    assert response.status_code == 200, response.content
    return Image.open(io.BytesIO(response.content))


def changed(response, asset: Asset, box: Box) -> float:
    """Return by how much the pixels in a box differ from the original's."""
    with open_original(asset) as file, Image.open(file) as original:
        upright = np.asarray(original.transpose(Image.Transpose.ROTATE_270).convert("RGB"), int)
    pixels = np.asarray(picture(response).convert("RGB"), int)
    rows = slice(int(box.top), int(box.top + box.height))
    columns = slice(int(box.left), int(box.left + box.width))
    return float(np.abs(pixels[rows, columns] - upright[rows, columns]).mean())


def test_all_faces_are_hidden_in_the_full_upright_picture(client, asset):
    response = get(client, asset)

    assert picture(response).size == (64, 96)
    assert min(changed(response, asset, UPPER), changed(response, asset, LOWER)) > 20
    assert response["X-Hidden-Faces"] == "2"
    assert "party-faces-hidden.jpg" in response["Content-Disposition"]


def test_chosen_faces_are_hidden_or_all_others(client, asset):
    first = Face.objects.get(position=0)

    chosen = get(client, asset, hide="chosen", face=first.uid, style="pixelate", shape="box")
    others = get(client, asset, hide="others", face=first.uid, style="pixelate", shape="box")

    assert changed(chosen, asset, UPPER) > 20 > changed(chosen, asset, LOWER)
    assert changed(others, asset, LOWER) > 20 > changed(others, asset, UPPER)


def test_the_file_has_no_metadata_but_credits_that_are_asked_for(client, asset):
    bare, credited = get(client, asset), get(client, asset, keep_credits="true")

    assert not picture(bare).getexif()
    assert dict(picture(credited).getexif()) == {ExifTags.Base.Artist: "Ada"}


def test_what_is_asked_wrongly_is_told(client, asset):
    wrong = [{"style": "wave"}, {"hide": "chosen"}, {"hide": "chosen", "face": uuid.uuid4()}]

    assert [get(client, asset, **params).status_code for params in wrong] == [400, 400, 400]


def test_no_picture_goes_out_before_anybody_looked_for_faces(client):
    response = get(client, make_asset())

    assert (response.status_code, response.json()["error"]["code"]) == (409, "not_analyzed")


def test_a_drawn_face_does_not_tell_that_anybody_looked_for_others(client):
    face = make_face(make_run(status=AnalysisRun.Status.QUEUED).asset)
    Face.objects.filter(pk=face.pk).update(origin=Face.Origin.DRAWN)

    assert get(client, face.asset).status_code == 409


def test_a_post_names_faces_in_its_body(client, asset):
    body = {"hide": "others", "face": [str(face.uid) for face in asset.faces.all()]}

    response = client.post(reverse("api:asset-redacted", args=[asset.uid]), body, format="json")

    assert response["X-Hidden-Faces"] == "0"


def test_nobody_gets_it_without_signing_in(asset):
    assert get(APIClient(), asset).status_code == 401


def test_the_page_says_why_there_is_no_file():
    client = Client()
    client.force_login(make_user())
    asset = make_asset()

    response = client.get(reverse("photo-redacted", args=[asset.uid]), follow=True)

    assert "wait until it is analyzed" in response.content.decode()
