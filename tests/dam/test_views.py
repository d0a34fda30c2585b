from __future__ import annotations

import uuid

import pytest
from django.core.files.storage import default_storage
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from PIL import Image

from dam.models import Asset
from dam.storage import original_path, preview_path
from tests.factories import PASSWORD, make_asset, make_user
from tests.pictures import encoded, picture

pytestmark = pytest.mark.django_db

SOMETHING = uuid.UUID(int=1)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("somebody"))
    return client


class TestSigningIn:
    def test_the_page_needs_no_login(self):
        response = Client().get(reverse("login"))

        assert b"Sign in to Facet" in response.content

    def test_the_right_password_leads_to_where_one_wanted_to_go(self):
        make_user("anna")
        form = {"username": "anna", "password": PASSWORD, "next": reverse("upload")}

        response = Client().post(reverse("login"), form)

        assert response["Location"] == reverse("upload")

    def test_a_wrong_password_is_refused_in_words(self):
        make_user("anna")

        response = Client().post(reverse("login"), {"username": "anna", "password": "wrong"})

        assert b"correct username and password" in response.content

    def test_whoever_is_signed_in_goes_on_to_the_photos(self, client):
        assert client.get(reverse("login"))["Location"] == reverse("photos")

    def test_a_fragment_that_needs_a_login_takes_the_whole_page_there(self):
        response = Client().get(
            reverse("upload"),
            follow=True,
            headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/?before=1-1"},
        )

        assert response["HX-Redirect"] == "/login/?next=%2F%3Fbefore%3D1-1"

    def test_signing_out_needs_a_form(self, client):
        assert client.get(reverse("logout")).status_code == 405

    def test_signing_out_ends_the_session(self, client):
        client.post(reverse("logout"))

        assert client.get(reverse("photos")).status_code == 302


class TestErrorPages:
    def test_an_unknown_address_is_answered_in_our_look(self, client):
        response = client.get("/nothing-here/")

        assert response.status_code == 404
        assert b"There is nothing here" in response.content

    def test_a_stale_form_is_explained(self):
        client = Client(enforce_csrf_checks=True)

        response = client.post(reverse("login"), {"username": "anna", "password": PASSWORD})

        assert response.status_code == 403
        assert b"no longer valid" in response.content

    @pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
    def test_each_is_rendered_where_nothing_works_any_more(self, name):
        page = get_template(f"{name}.html").render()

        assert "Go to the photos" in page


class TestPreview:
    def test_it_is_an_upright_jpeg_that_may_be_kept(self, client):
        asset = make_asset()

        response = client.get(reverse("photo-preview", args=[asset.uid]))

        assert b"".join(response.streaming_content)[:2] == b"\xff\xd8"
        assert response["Content-Type"] == "image/jpeg"
        assert "immutable" in response["Cache-Control"]

    def test_it_is_made_once_and_no_larger_than_a_screen(self, client):
        asset = make_asset(encoded(picture(2100, 40, seed=7)))

        client.get(reverse("photo-preview", args=[asset.uid])).close()

        with default_storage.open(preview_path(asset.digest)) as stored:
            assert Image.open(stored).width == 2048

    def test_it_needs_a_login(self):
        asset = make_asset()

        assert Client().get(reverse("photo-preview", args=[asset.uid])).status_code == 302

    def test_an_unknown_photo_has_none(self, client):
        assert client.get(reverse("photo-preview", args=[SOMETHING])).status_code == 404

    def test_a_missing_original_is_told(self, client):
        asset = make_asset()
        default_storage.delete(original_path(asset.digest, asset.media_type))

        response = client.get(reverse("photo-preview", args=[asset.uid]))

        assert response.status_code == 404
        assert "immutable" not in response.get("Cache-Control", "")


class TestDeletion:
    def test_it_asks_first(self, client):
        asset = make_asset()

        response = client.get(reverse("photo-delete", args=[asset.uid]))

        assert b"Delete photo.png?" in response.content
        assert Asset.objects.exists()

    def test_the_form_deletes(self, client):
        asset = make_asset()

        response = client.post(reverse("photo-delete", args=[asset.uid]))

        assert response["Location"] == reverse("photos")
        assert not Asset.objects.exists()

    def test_the_next_page_says_so(self, client):
        asset = make_asset()

        response = client.post(reverse("photo-delete", args=[asset.uid]), follow=True)

        assert b"photo.png was deleted." in response.content

    def test_it_needs_a_login(self):
        asset = make_asset()

        Client().post(reverse("photo-delete", args=[asset.uid]))

        assert Asset.objects.exists()

    def test_an_unknown_photo_is_not_found(self, client):
        assert client.post(reverse("photo-delete", args=[SOMETHING])).status_code == 404
