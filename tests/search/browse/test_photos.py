from __future__ import annotations

import uuid
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from analysis.models import AnalysisRun
from dam.models import Asset
from search.browse import views
from tests.factories import make_asset, make_face

pytestmark = pytest.mark.django_db

Status = AnalysisRun.Status
HTMX = {"HX-Request": "true"}
STATE = "/library/state/"


def html_of(browser: Client, query: str = "", url: str = "/", **options: object) -> str:
    response = browser.get(f"{url}?{query}", **options)
    assert response.status_code == 200
    return unescape(response.content.decode())


def asset_in(status: str, **fields: object) -> Asset:
    asset = make_asset()
    asset.runs.update(status=status, **fields)
    return asset


class TestGrid:
    def test_it_shows_photos_and_links_to_them(self, browser):
        asset = make_asset(name="party.png")
        asset.runs.update(status=Status.SUCCEEDED, face_count=2)

        html = html_of(browser)

        assert 'alt="party.png"' in html
        assert f'href="/photos/{asset.uid}/"' in html
        assert "2 faces" in html.replace('<span class="visually-hidden">', "").replace(
            "</span>", ""
        )
        assert '<p class="toolbar__count number" id="found-count" role="status">1 photo' in html

    def test_a_picture_has_its_shape_before_it_is_there(self, browser):
        make_asset()

        html = html_of(browser)

        assert 'class="tile ratio-150"' in html
        assert 'width="96" height="64"' in html

    def test_without_photos_it_asks_for_some(self, browser):
        html = html_of(browser)

        assert "No photos yet" in html
        assert reverse("upload") in html

    def test_photos_are_listed_once_whatever_their_faces_are(self, browser, tagged_face):
        man = tagged_face(gender="male")
        tagged_face(asset=man.asset, position=1, gender="male")
        woman = tagged_face(gender="female")

        html = html_of(browser, "gender=male")

        assert html.count(f'data-photo="{man.asset.uid}"') == 1
        assert f'data-photo="{woman.asset.uid}"' not in html

    def test_photos_without_faces_are_listed_where_nothing_is_asked(self, browser):
        empty = make_asset()

        assert f'data-photo="{empty.uid}"' in html_of(browser)
        assert f'data-photo="{empty.uid}"' in html_of(browser, "max_faces=0")
        assert f'data-photo="{empty.uid}"' not in html_of(browser, "gender=male")

    def test_the_other_address_lists_photos_where_it_is_asked_to(self, browser):
        asset = make_asset()

        assert f'data-photo="{asset.uid}"' in html_of(browser, "show=photos", url="/faces/")

    def test_the_switch_and_the_scope_keep_what_is_asked_for(self, browser):
        html = html_of(browser, "gender=male&scope=photo")

        assert 'id="show-faces" href="/faces/?gender=male&scope=photo"' in html
        assert 'id="scope-face" href="/?gender=male"' in html
        assert 'id="show-photos" href="/?gender=male&scope=photo" rel="nofollow" aria-c' in html

    def test_pages_follow_each_other(self, browser, monkeypatch):
        monkeypatch.setattr(views, "PAGE_SIZE", 1)
        old, new = make_asset(name="old.png"), make_asset(name="new.png")
        first = html_of(browser)
        address = first.split('rel="next nofollow" href="')[1].split('"')[0]

        more = browser.get(address, headers=HTMX).content.decode()

        assert f'data-photo="{new.uid}"' in first
        assert f'data-photo="{old.uid}"' in more
        assert "facet__value" not in more


class TestStates:
    @pytest.mark.parametrize(
        ("status", "words"), [(Status.QUEUED, "Queued"), (Status.RUNNING, "Analyzing")]
    )
    def test_unfinished_photos_say_so_and_are_asked_for_again(self, browser, status, words):
        asset = asset_in(status)

        html = html_of(browser)

        assert words in html
        assert f'<input type="hidden" name="{status}" value="{asset.uid}">' in html
        assert "1 waiting" in html

    def test_a_failed_photo_has_its_reason(self, browser):
        asset_in(Status.FAILED, error_message="The worker stopped.")

        assert "The worker stopped." in html_of(browser)

    def test_nothing_comes_where_nothing_changed(self, browser):
        asset = asset_in(Status.QUEUED)

        response = browser.get(STATE, {"queued": asset.uid, "counts": f"{asset.pk}-1"})

        assert response.status_code == 204

    def test_tiles_that_changed_come_with_the_state(self, browser):
        asset = asset_in(Status.RUNNING)

        html = html_of(browser, f"queued={asset.uid}", STATE)

        assert f"hx-swap-oob='outerHTML:[data-photo=\"{asset.uid}\"]'" in html
        assert "Analyzing" in html

    def test_a_deleted_photo_is_taken_away(self, browser):
        gone = uuid.UUID(int=1)

        html = html_of(browser, f"running={gone}", STATE)

        assert f'delete:[data-photo="{gone}"]' in html

    def test_what_came_since_is_offered_and_not_pushed_between(self, browser):
        make_asset()
        headers = HTMX | {"HX-Current-URL": "http://testserver/faces/?gender=male"}

        html = html_of(browser, "counts=0-0&began=0-0", STATE, headers=headers)

        assert 'href="/faces/?gender=male" id="show-news"' in html

    def test_it_is_asked_for_often_only_while_something_waits(self, browser):
        assert 'hx-trigger="every 10s"' in html_of(browser)

        asset_in(Status.QUEUED)

        assert 'hx-trigger="every 2s"' in html_of(browser)

    def test_a_wrong_uid_is_refused(self, browser):
        assert browser.get(STATE, {"queued": "x"}).status_code == 400


def test_it_needs_a_login():
    assert Client().get("/")["Location"].startswith(reverse("login"))
    assert Client().get(STATE)["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("url", ["/", STATE])
def test_the_number_of_queries_does_not_grow(browser, count_queries, url):
    def ask() -> None:
        uids = Asset.objects.values_list("uid", flat=True)
        html_of(browser, "&".join(f"queued={uid}" for uid in uids) if url == STATE else "", url)

    make_face()
    few = count_queries(ask)

    for _ in range(3):
        make_face()

    assert count_queries(ask) == few
