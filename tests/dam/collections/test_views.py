from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dam.models import Asset, Collection
from tests.factories import make_asset, make_bare_assets, make_collection

pytestmark = pytest.mark.django_db

LIST = reverse("collections")
HTMX = {"HX-Request": "true"}


def url(name: str, collection: Collection) -> str:
    return reverse(name, args=[collection.uid])


def names_of(asset: Asset) -> list[str]:
    return [collection.name for collection in asset.collections.all()]


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


class TestList:
    def test_a_card_counts_its_photos_and_leads_to_them(self, browser):
        collection = make_collection("Summer", assets=make_bare_assets(2))

        html = browser.get(LIST).content.decode()

        assert f'href="/faces/?collection={collection.uid}&amp;show=photos">Summer</a>' in html
        assert "2 photos" in html

    def test_the_cover_is_of_the_photos_that_were_added_last(self, browser):
        ids = make_bare_assets(6)
        make_collection(assets=ids)
        uids = dict(Asset.objects.values_list("pk", "uid"))

        html = browser.get(LIST).content.decode()

        thumbnails = [reverse("api:asset-thumbnail", args=[uids[one]]) for one in reversed(ids)]
        assert re.findall(r'<img src="(/api[^"]+)"', html) == thumbnails[:4]

    def test_the_first_use_is_explained(self, browser):
        assert b"No collections yet" in browser.get(LIST).content

    @pytest.mark.parametrize("name", ["<b>bold</b>", "\u05d0\u05d1 100 %", "\U0001f3d6\ufe0f"])
    def test_odd_names_are_text(self, browser, name):
        make_collection(name)

        html = browser.get(LIST).content.decode()

        assert "<b>bold" not in html
        assert name.replace("<", "&lt;").replace(">", "&gt;") in html

    def test_pages_go_on_by_name(self, browser):
        for number in range(49):
            make_collection(f"{number:02} & <more>")

        first = browser.get(LIST).content.decode()
        address = re.search(r'rel="next" href="([^"]+)"', first)[1]
        second = browser.get(address).content.decode()

        assert first.count('class="collection-card"') == 48
        assert second.count('class="collection-card"') == 1
        assert "48 &amp; &lt;more&gt;" in second

    @pytest.mark.parametrize("after", ["zzz", "\0"])
    def test_any_place_may_be_asked_for(self, browser, after):
        assert browser.get(LIST, {"after": after}).status_code == 200

    def test_it_needs_a_login(self):
        assert Client().get(LIST)["Location"].startswith(reverse("login"))

    def test_the_number_of_queries_does_not_grow(self, browser):
        make_collection(assets=make_bare_assets(1))
        few = queries_of(browser, LIST)

        for _ in range(3):
            make_collection(assets=make_bare_assets(5))

        assert queries_of(browser, LIST) == few == 4  # session, user, pause, collections


class TestMaking:
    def test_a_collection_is_made(self, browser):
        response = browser.post(LIST, {"name": "Summer"}, follow=True)

        assert response.redirect_chain == [(LIST, 302)]
        assert "The collection “Summer” was made." in response.content.decode()
        assert Collection.objects.get().created_by is not None

    @pytest.mark.parametrize(("name", "status"), [("", 400), ("SUMMER", 409)])
    def test_what_cannot_be_a_name_is_told_beside_the_field(self, browser, name, status):
        make_collection("Summer")

        response = browser.post(LIST, {"name": name})

        assert response.status_code == status
        assert b'aria-describedby="name-error"' in response.content
        assert Collection.objects.count() == 1

    def test_it_needs_a_login(self):
        Client().post(LIST, {"name": "Summer"})

        assert not Collection.objects.exists()


class TestChanging:
    def test_the_address_to_share_leads_to_its_photos(self, browser):
        collection = make_collection()

        location = browser.get(url("collection", collection))["Location"]

        assert location == f"/faces/?collection={collection.uid}&show=photos"

    def test_it_is_renamed(self, browser):
        collection = make_collection("Summer")

        browser.post(url("collection-edit", collection), {"name": "Winter", "description": "Snow"})

        collection.refresh_from_db()
        assert (collection.name, collection.description) == ("Winter", "Snow")

    def test_the_form_shows_what_there_is(self, browser):
        collection = make_collection("Summer", description="On the\nlake")

        html = browser.get(url("collection-edit", collection)).content.decode()

        assert 'value="Summer"' in html
        assert ">\nOn the\nlake</textarea>" in html

    def test_a_name_that_is_taken_is_told_and_what_was_written_stays(self, browser):
        make_collection("Winter")
        collection = make_collection("Summer")
        body = {"name": "winter", "description": "Snow"}

        response = browser.post(url("collection-edit", collection), body)

        assert response.status_code == 409
        assert ">\nSnow</textarea>" in response.content.decode()
        assert Collection.objects.filter(name="Summer").exists()

    def test_it_is_deleted_once_that_is_confirmed(self, browser):
        collection = make_collection(assets=make_bare_assets(2))

        page = browser.get(url("collection-delete", collection))
        assert "Its 2 photos stay in the library" in page.content.decode()
        assert Collection.objects.exists()

        browser.post(url("collection-delete", collection))
        assert not Collection.objects.exists()
        assert Asset.objects.count() == 2

    @pytest.mark.parametrize("name", ["collection", "collection-edit", "collection-delete"])
    def test_an_unknown_one_is_not_found(self, browser, name):
        assert browser.get(reverse(name, args=[uuid.UUID(int=1)])).status_code == 404


class TestPhoto:
    def test_its_page_names_its_collections(self, browser):
        asset = make_asset()
        collection = make_collection("Summer", assets=[asset.pk])
        make_collection("Other")

        html = browser.get(reverse("photo", args=[asset.uid])).content.decode()

        assert f'/faces/?collection={collection.uid}&amp;show=photos">Summer</a>' in html
        assert '<option value="Other">' in html

    def test_it_is_put_into_a_collection_by_its_name(self, browser):
        asset, collection = make_asset(), make_collection("Summer")

        response = browser.post(reverse("photo-collect", args=[asset.uid]), {"name": "sUMMER"})

        assert response["Location"] == reverse("photo", args=[asset.uid])
        assert list(asset.collections.all()) == [collection]

    def test_a_new_name_makes_a_collection(self, browser):
        asset = make_asset()

        browser.post(reverse("photo-collect", args=[asset.uid]), {"name": "Summer"})

        assert names_of(asset) == ["Summer"]

    def test_it_is_taken_out_again(self, browser):
        asset = make_asset()
        one = make_collection("One", assets=[asset.pk])
        make_collection("Other", assets=[asset.pk])

        browser.post(reverse("photo-uncollect", args=[asset.uid]), {"collection": one.uid})

        assert names_of(asset) == ["Other"]

    def test_taking_it_out_of_a_collection_that_is_gone_changes_nothing(self, browser):
        asset = make_asset()
        address = reverse("photo-uncollect", args=[asset.uid])

        assert browser.post(address, {"collection": uuid.UUID(int=1)}).status_code == 302

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("photo-collect", {}),
            ("photo-collect", {"name": " "}),
            ("photo-uncollect", {}),
            ("photo-uncollect", {"collection": "x"}),
        ],
    )
    def test_what_cannot_be_is_refused(self, browser, name, body):
        address = reverse(name, args=[make_asset().uid])

        assert browser.post(address, body).status_code == 400

    def test_htmx_gets_the_part_of_the_page(self, browser):
        asset = make_asset()

        response = browser.post(
            reverse("photo-collect", args=[asset.uid]), {"name": "Summer"}, headers=HTMX
        )

        assert b"Summer" in response.content
        assert b"<html" not in response.content

    def test_htmx_is_told_beside_the_field_what_is_wrong(self, browser):
        address = reverse("photo-collect", args=[make_asset().uid])

        response = browser.post(address, {"name": "x" * 101}, headers=HTMX)

        assert response.status_code == 200
        assert b'aria-describedby="collect-error"' in response.content

    @pytest.mark.parametrize("name", ["photo-collect", "photo-uncollect"])
    def test_an_unknown_photo_is_not_found(self, browser, name):
        assert browser.post(reverse(name, args=[uuid.UUID(int=1)])).status_code == 404

    def test_the_number_of_queries_of_its_page_does_not_grow(self, browser):
        asset = make_asset()
        address = reverse("photo", args=[asset.uid])
        make_collection(assets=[asset.pk])
        few = queries_of(browser, address)

        for _ in range(3):
            make_collection(assets=[asset.pk])

        assert queries_of(browser, address) == few
