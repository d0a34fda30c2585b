from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from search.models import SavedSearch
from search.saved.searches import save_search

pytestmark = pytest.mark.django_db

LIST = reverse("saved-searches")
SAVE = reverse("saved-search-save")


def save(name: str = "Glasses", query: str = "glasses=glasses") -> SavedSearch:
    return save_search(name=name, query=query, user=None).search


def stored(query: str, name: str = "Old") -> SavedSearch:
    return SavedSearch.objects.create(name=name, name_key=name.lower(), query=query)


def url(name: str, search: SavedSearch) -> str:
    return reverse(name, args=[search.uid])


class TestList:
    def test_it_tells_what_is_found_and_leads_there(self, browser, tagged_face):
        tagged_face(glasses="glasses")
        save()

        html = browser.get(LIST).content.decode()

        assert "1 photo, 1 face" in html
        assert 'href="/faces/?glasses=glasses"' in html

    def test_one_that_is_wrong_needs_a_look(self, browser):
        search = stored("glasses=monocle")

        html = browser.get(LIST).content.decode()

        assert "Needs a look" in html
        assert f'<h2><a class="card-link" href="{url("saved-search-edit", search)}">' in html

    def test_the_first_use_is_explained(self, browser):
        assert b"No saved searches yet" in browser.get(LIST).content

    def test_pages_go_on_by_name(self, browser):
        for number in range(25):
            save(f"{number:02} & <more>")

        first = browser.get(LIST).content.decode()
        address = re.search(r'rel="next" href="([^"]+)"', first)[1]
        second = browser.get(address).content.decode()

        assert first.count('class="saved-search panel"') == 24
        assert second.count('class="saved-search panel"') == 1
        assert "24 &amp; &lt;more&gt;" in second

    @pytest.mark.parametrize("after", ["zzz", "\0", "\ud800".encode("utf-8", "replace")])
    def test_after_the_last_there_is_nothing(self, browser, after):
        assert browser.get(LIST, {"after": after}).status_code == 200

    def test_it_needs_a_login(self):
        assert Client().get(LIST)["Location"].startswith(reverse("login"))

    def test_the_number_of_queries_does_not_grow(self, browser, count_queries):
        save("one")
        browser.get(LIST)
        few = count_queries(lambda: browser.get(LIST))

        for number in range(3):
            save(f"another {number}", f"min_quality={number}")

        assert count_queries(lambda: browser.get(LIST)) == few


class TestSaving:
    def test_it_leads_back_to_what_is_found(self, browser):
        response = browser.post(SAVE, {"name": "Glasses", "query": "glasses=glasses"})

        assert response.status_code == 302
        assert response["Location"] == "/faces/?glasses=glasses"
        assert SavedSearch.objects.get().created_by is not None

    def test_the_page_of_faces_offers_it(self, browser):
        html = browser.get("/faces/?glasses=glasses&min_quality=60").content.decode()

        assert (
            '<input type="hidden" name="query" value="glasses=glasses&amp;min_quality=60">' in html
        )

    def test_without_a_name_it_is_asked_for_again(self, browser):
        response = browser.post(SAVE, {"name": " ", "query": "glasses=glasses"})

        assert response.status_code == 400
        assert b'value="glasses=glasses"' in response.content

    def test_a_wrong_query_is_told(self, browser):
        response = browser.post(SAVE, {"name": "x", "query": "glasses=monocle"})

        assert response.status_code == 400
        assert b"query.glasses" in response.content

    def test_a_name_that_is_taken_may_be_taken_over(self, browser):
        save()
        body = {"name": "glasses", "query": "glasses=none"}

        response = browser.post(SAVE, body)
        assert response.status_code == 409
        assert "Replace “Glasses”" in response.content.decode()

        browser.post(SAVE, {**body, "replace": "1"})
        assert SavedSearch.objects.get().query == "glasses=none"

    def test_it_needs_a_login(self):
        Client().post(SAVE, {"name": "All", "query": ""})

        assert not SavedSearch.objects.exists()


class TestOpening:
    def test_the_address_to_share_leads_to_what_is_found(self, browser):
        assert browser.get(url("saved-search", save()))["Location"] == "/faces/?glasses=glasses"

    def test_one_that_is_wrong_says_why(self, browser):
        search = stored("glasses=monocle&mask=none")

        html = browser.get(url("saved-search", search), follow=True).content.decode()

        assert "monocle" in html
        assert 'href="/faces/?mask=none"' in html

    @pytest.mark.parametrize("name", ["saved-search", "saved-search-edit", "saved-search-delete"])
    def test_an_unknown_one_is_not_found(self, browser, name):
        assert browser.get(reverse(name, args=[uuid.UUID(int=1)])).status_code == 404


class TestChanging:
    def test_it_is_renamed(self, browser):
        search = save()

        response = browser.post(url("saved-search-edit", search), {"name": "Lenses"})

        assert response["Location"] == LIST
        assert SavedSearch.objects.get().name == "Lenses"

    def test_a_name_that_is_taken_is_refused(self, browser):
        save("Other")

        response = browser.post(url("saved-search-edit", save()), {"name": "OTHER"})

        assert response.status_code == 409
        assert "is taken already" in response.content.decode()

    def test_it_is_deleted_once_that_is_confirmed(self, browser):
        search = save()

        assert b"Delete the saved search" in browser.get(url("saved-search-delete", search)).content
        assert SavedSearch.objects.exists()

        browser.post(url("saved-search-delete", search))
        assert not SavedSearch.objects.exists()
