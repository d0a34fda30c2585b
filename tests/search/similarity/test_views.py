from __future__ import annotations

import re
import time
import uuid
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.nets import full_manifest
from analysis.tagging import correct_tag
from tests.analysis.conftest import use_pipeline  # noqa: F401  (a fixture)
from tests.factories import make_face, make_user
from tests.fakes import EMBEDDING_NET, FakePipeline
from tests.pictures import new_png
from tests.search.conftest import tag

pytestmark = pytest.mark.django_db

SEARCH = "/search/similar/"


@pytest.fixture
def client(browser: Client) -> Client:
    return browser


def url(uid: uuid.UUID) -> str:
    return reverse("similar-faces", args=[uid])


def text_of(response: HttpResponse) -> str:
    """Return what a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def links(response: HttpResponse, words: str) -> list[str]:
    """Return where links with these words lead."""
    found = re.findall(
        r'<a[^>]*href="([^"]*)"[^>]*>\s*' + re.escape(words), response.content.decode()
    )
    return [unescape(one) for one in found]


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


class TestFacesLikeOne:
    """The page of a stored face."""

    def test_the_nearest_faces_are_shown_without_the_face_itself(self, client):
        face, twin = make_face(seed=1), make_face(seed=1)

        response = client.get(url(face.uid))

        html = response.content.decode()
        assert f"#face-{twin.uid}" in html
        assert "1.000" in html
        assert html.count(f"#face-{face.uid}") == 1  # the way back
        assert "1 face of 1 compared: none is missing." in text_of(response)

    def test_the_probability_is_told_in_words(self, client):
        net = full_manifest().embedding_net
        face = make_face(seed=1, embedding_net=net)
        make_face(seed=1, embedding_net=net)
        make_face(seed=2, embedding_net=net)

        text = text_of(client.get(url(face.uid)))

        assert "Very likely over 99 %" in text
        assert "Unlikely under 1 %" in text

    def test_filters_narrow_what_is_compared(self, client):
        face = make_face(seed=1)
        tag(make_face(seed=2), glasses="none")
        chosen = tag(make_face(seed=3), glasses="sunglasses")

        response = client.get(url(face.uid), {"glasses": "sunglasses"})

        assert "1 face of 1 compared" in text_of(response)
        assert f"#face-{chosen.uid}" in response.content.decode()
        assert "Glasses: Sunglasses" in text_of(response)

    def test_a_threshold_cuts_the_list_and_says_so(self, client):
        face = make_face(seed=1)
        make_face(seed=1)
        make_face(seed=2)

        text = text_of(client.get(url(face.uid), {"min_similarity": "0.9"}))

        assert "1 face of 2 compared" in text
        assert "All others are below your threshold." in text

    def test_a_limit_cuts_the_list_and_says_so(self, client):
        face = make_face(seed=1)
        make_face(seed=1)
        make_face(seed=2)

        text = text_of(client.get(url(face.uid), {"limit": "1"}))

        assert "The list ends at the number that you chose; there are more." in text

    def test_a_result_can_become_another_example(self, client):
        face, other = make_face(seed=1), make_face(seed=2)
        tag(make_face(seed=3), glasses="none")
        tag(other, glasses="none")
        page = client.get(url(face.uid), {"glasses": "none", "min_similarity": "-1"})

        (more, *_) = [one for one in links(page, "More like this") if str(other.uid) in one]
        response = client.get(more)

        assert "Like all of these" in text_of(response)
        assert "1 face of 1 compared" in text_of(response)
        assert "glasses=none" in more

    def test_a_result_can_become_an_unwanted_example_and_be_taken_back(self, client):
        face, other = make_face(seed=1), make_face(seed=2)
        page = client.get(url(face.uid))

        (not_like,) = links(page, "Not like this")
        response = client.get(not_like)

        assert "Not like this" in text_of(response)
        assert "0 faces of 0 compared" in text_of(response)
        assert links(response, "Remove") == [url(face.uid)]
        assert str(other.uid) in not_like

    def test_the_form_keeps_the_examples(self, client):
        face, other = make_face(seed=1), make_face(seed=2)

        html = client.get(url(face.uid), {"like": str(other.uid)}).content.decode()

        assert f'<input type="hidden" name="like" value="{other.uid}">' in html

    def test_a_changed_filter_gets_what_is_found_alone(self, client):
        face = make_face(seed=1)
        make_face(seed=2)
        headers = {"HX-Request": "true", "HX-Target": "similar-found"}

        given = {"min_similarity": "-1", "min_quality": ""}
        response = client.get(url(face.uid), given, headers=headers)

        assert "1 face of 1 compared" in text_of(response)
        assert "<html" not in response.content.decode()
        assert response["HX-Push-Url"] == f"{url(face.uid)}?min_similarity=-1"

    def test_a_filter_that_cannot_be_read_is_told_on_a_page(self, client):
        headers = {"HX-Request": "true", "HX-Target": "similar-found"}

        response = client.get(url(make_face().uid), {"min_quality": "-5"}, headers=headers)

        assert "min_quality=-5" in response["HX-Redirect"]

    def test_who_is_on_a_face_is_told(self, client):
        face, other = make_face(seed=1), make_face(seed=2)
        correct_tag(other, facet="person", value="Ada Lovelace", user=None)

        assert "Ada Lovelace" in text_of(client.get(url(face.uid)))

    def test_the_only_face_has_none_like_it(self, client):
        text = text_of(client.get(url(make_face().uid)))

        assert "No other face is much like it yet" in text

    @pytest.mark.parametrize(
        "asked",
        [
            {"like": "nobody"},
            {"like": str(uuid.UUID(int=1))},
            {"limit": "1001"},
            {"min_probability": "2"},
            {"glasses": "monocle"},
            {"order": "oldest"},
            {"cursor": "x"},
        ],
    )
    def test_odd_addresses_are_refused_in_words(self, client, asked):
        response = client.get(url(make_face().uid), asked)

        assert response.status_code == 400
        assert next(iter(asked)) in text_of(response)

    def test_an_unknown_face_is_not_found(self, client):
        assert client.get(url(uuid.UUID(int=1))).status_code == 404

    def test_it_needs_a_login(self):
        assert Client().get(url(uuid.UUID(int=1)))["Location"].startswith(reverse("login"))

    def test_the_number_of_queries_does_not_grow(self, client):
        face = make_face(seed=1)
        make_face(seed=2)
        few = queries_of(client, url(face.uid))

        for seed in range(3, 6):
            make_face(seed=seed)

        assert queries_of(client, url(face.uid)) == few


class TestRow:
    """What htmx gets for the card of a face."""

    @pytest.fixture
    def net(self) -> str:
        return full_manifest().embedding_net

    def row(self, client: Client, uid: uuid.UUID) -> str:
        return client.get(url(uid), headers={"HX-Request": "true"}).content.decode()

    def test_it_is_the_row_alone(self, client, net):
        make_face(seed=1, embedding_net=net)

        html = self.row(client, make_face(seed=1, embedding_net=net).uid)

        assert html.count("<img") == 1
        assert "<html" not in html
        assert "very likely" in html

    def test_strangers_are_left_out(self, client, net):
        make_face(seed=2, embedding_net=net)

        html = self.row(client, make_face(seed=1, embedding_net=net).uid)

        assert "No other face is much like it yet." in html


class TestSearchByPicture:
    """The page that takes a picture."""

    @pytest.fixture
    def pipeline(self, use_pipeline) -> FakePipeline:  # noqa: F811
        return use_pipeline(FakePipeline(shares=(0.4,)))

    def send(self, client: Client, content: bytes | None = None, **follow: bool) -> HttpResponse:
        image = SimpleUploadedFile("face.png", new_png() if content is None else content)
        return client.post(SEARCH, {"image": image}, **follow)

    def test_the_only_face_is_looked_for(self, client, pipeline):
        stored = make_face(seed=1, embedding_net=EMBEDDING_NET)

        response = self.send(client, follow=True)

        assert f"#face-{stored.uid}" in response.content.decode()
        assert "Your picture" in text_of(response)
        assert "embedding" not in response.redirect_chain[-1][0]

    def test_one_of_several_is_chosen_by_its_picture(self, client, pipeline):
        pipeline.shares = (0.4, 0.2)
        make_face(seed=1, embedding_net=EMBEDDING_NET)

        page = self.send(client, follow=True)
        choices = re.findall(r'href="(/search/similar/\?upload=[^"]+)"', page.content.decode())
        response = client.get(choices[1])

        assert len(choices) == 2
        assert "Which face?" in text_of(page)
        assert page.content.decode().count('src="data:image/jpeg') == 2
        assert "1 face of 1 compared" in text_of(response)

    def test_a_picture_without_a_face_is_told_with_a_next_step(self, client, pipeline):
        pipeline.shares = ()

        response = self.send(client)

        assert response.status_code == 422
        assert "No face was found in this picture. Take one" in text_of(response)

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"", "empty"), (b"no picture", "not a picture")],
    )
    def test_what_is_no_picture_is_refused_in_words(self, client, pipeline, content, words):
        response = self.send(client, content)

        assert response.status_code == 422
        assert words in text_of(response)

    def test_no_file_is_refused_in_words(self, client):
        response = client.post(SEARCH)

        assert response.status_code == 400
        assert "Choose a picture first." in text_of(response)

    def test_the_picture_is_kept_for_an_hour(self, client, pipeline, monkeypatch):
        address = self.send(client)["Location"]
        later = time.time() + 3601
        monkeypatch.setattr(time, "time", lambda: later)

        response = client.get(address)

        assert response.status_code == 410
        assert "That picture is not kept any more." in text_of(response)

    def test_nobody_else_sees_it(self, client, pipeline):
        address = self.send(client)["Location"]
        client.logout()
        other = Client()
        other.force_login(make_user())

        assert other.get(address).status_code == 410

    def test_examples_alone_can_be_looked_for(self, client):
        face, other = make_face(seed=1), make_face(seed=2)

        text = text_of(client.get(SEARCH, {"like": [str(face.uid), str(other.uid)]}))

        assert "Like all of these" in text

    def test_it_needs_a_login(self):
        assert Client().get(SEARCH)["Location"].startswith(reverse("login"))
