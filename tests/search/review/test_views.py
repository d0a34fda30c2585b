from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from analysis.custom_tags.examples import count_examples
from analysis.custom_tags.tags import create_tag
from analysis.decisions.rejecting import reject_face
from analysis.models import Face, FaceTag, TagCorrection
from analysis.tagging import correct_tag
from dam.models import User
from search.review import rounds
from tests.factories import make_user
from tests.search.review.unsure import make_unsure

pytestmark = pytest.mark.django_db

GLASSES = "/review/?facet=glasses"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(role=User.Role.EDITOR))
    return client


def asked(client: Client, address: str = GLASSES) -> int | None:
    """Return the id of the tag that the page asks about."""
    return asked_in(client.get(address).content.decode())


def asked_in(html: str) -> int | None:
    found = re.search(r'name="tag" value="(\d+)"', html)
    return int(found[1]) if found else None


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def decide(client: Client, tag: FaceTag, address: str = GLASSES, **data: str) -> int | None:
    """Send a step and return the id of the tag that is asked about then."""
    response = client.post(address, {"tag": tag.pk, **data}, follow=True)
    assert response.status_code == 200
    return asked_in(response.content.decode())


class TestQueue:
    """What is asked about, and in which order."""

    def test_the_least_sure_comes_first(self, client):
        make_unsure("glasses", 0.45)
        least = make_unsure("glasses", 0.36)

        assert asked(client) == least.pk

    def test_of_all_facets_the_one_furthest_under_its_threshold_comes_first(self, client):
        make_unsure("glasses", 0.49)
        smile = make_unsure("smile", 0.52, dominant="yes")

        assert asked(client, "/review/") == smile.pk

    def test_what_a_person_said_is_not_asked(self, client):
        said = make_unsure("glasses", 0.4)
        correct_tag(said.face, facet="glasses", value="unsure", user=None)

        assert asked(client) is None

    def test_faces_that_are_none_are_not_asked_about(self, client):
        reject_face(make_unsure("glasses", 0.4).face, user=None)

        assert asked(client) is None

    def test_only_faces_of_the_query_are_asked_about(self, client):
        make_unsure("glasses", 0.3)
        chosen = make_unsure("glasses", 0.4)
        FaceTag.objects.create(
            face=chosen.face, facet="gender", value="female", source=FaceTag.Source.USER
        )

        assert asked(client, f"{GLASSES}&gender=female") == chosen.pk

    def test_the_number_of_queries_does_not_grow(self, client, django_assert_max_num_queries):
        for score in (0.3, 0.35, 0.4, 0.45):
            make_unsure("glasses", score)
        client.get(GLASSES)

        with django_assert_max_num_queries(12):
            client.get(GLASSES)


class TestDecisions:
    """Each is stored, and leads to the next question."""

    def test_a_value_is_stored_as_a_correction_by_that_person(self, client):
        tag, other = make_unsure("glasses", 0.3), make_unsure("glasses", 0.4)

        assert decide(client, tag, value="none") == other.pk
        tag.refresh_from_db()
        assert (tag.value, tag.source) == ("none", FaceTag.Source.USER)
        assert TagCorrection.objects.get().user == User.objects.get()

    def test_an_answer_about_a_custom_tag_is_an_example(self, client):
        taught = create_tag(label="Red hat", user=None)
        tag = make_unsure(taught.name, 0.55, dominant="yes")

        decide(client, tag, "/review/", value="no")

        assert count_examples([taught])[taught.name].no == 1

    def test_what_is_no_face_goes(self, client):
        tag = make_unsure("glasses", 0.3)

        decide(client, tag, step="no_face")

        assert Face.objects.get().rejected_at is not None

    def test_what_is_skipped_comes_again_when_asked_for(self, client):
        tag, other = make_unsure("glasses", 0.3), make_unsure("glasses", 0.4)

        assert decide(client, tag, step="skip") == other.pk
        assert asked(client) == other.pk
        assert decide(client, tag, step="again") == tag.pk

    def test_a_value_that_is_none_is_refused_with_a_reason(self, client):
        tag = make_unsure("glasses", 0.3)

        response = client.post(GLASSES, {"tag": tag.pk, "value": "monocle"}, follow=True)

        assert "is not a value of glasses" in words(response.content.decode())
        assert not TagCorrection.objects.exists()

    def test_what_somebody_else_said_meanwhile_stands(self, client):
        tag = make_unsure("glasses", 0.3)
        correct_tag(tag.face, facet="glasses", value="sunglasses", user=None)

        response = client.post(GLASSES, {"tag": tag.pk, "value": "none"}, follow=True)

        tag.refresh_from_db()
        assert tag.value == "sunglasses"
        assert "Somebody decided this one meanwhile" in words(response.content.decode())

    @pytest.mark.parametrize("data", [{}, {"tag": "x", "value": "none"}, {"tag": "1"}])
    def test_a_step_that_says_nothing_is_refused(self, client, data):
        assert client.post(GLASSES, data).status_code == 400

    def test_htmx_gets_the_next_question_alone(self, client):
        tag, other = make_unsure("glasses", 0.3), make_unsure("glasses", 0.4)

        response = client.post(
            GLASSES, {"tag": tag.pk, "value": "none"}, headers={"HX-Request": "true"}
        )

        html = response.content.decode()
        assert asked_in(html) == other.pk
        assert "autofocus" in html
        assert "<html" not in html


def go_on(client: Client, tag: FaceTag, **data: str) -> str:
    """Send a step as the page's script does."""
    sent = {"tag": tag.pk, **data}
    html: str = client.post(GLASSES, sent, headers={"HX-Request": "true"}).content.decode()
    return html


class TestLookedUpAhead:
    """A page that goes on does not order and count all that waits again."""

    def test_what_is_left_follows_each_step(self, client):
        tags = [make_unsure("glasses", 0.3 + 0.01 * number) for number in range(5)]
        client.get(GLASSES)

        go_on(client, tags[0], value="none")
        go_on(client, tags[1], step="skip")
        go_on(client, tags[1], step="undo")
        html = go_on(client, tags[1], step="no_face")

        assert "2 decided · 3 left" in words(html)
        assert asked_in(html) == tags[2].pk

    def test_what_somebody_decided_meanwhile_is_passed_over(self, client):
        tags = [make_unsure("glasses", 0.3 + 0.01 * number) for number in range(5)]
        client.get(GLASSES)
        correct_tag(tags[1].face, facet="glasses", value="none", user=None)

        assert asked_in(go_on(client, tags[0], value="none")) == tags[2].pk


class TestUndo:
    """The last step is taken back, and asked about again."""

    @pytest.mark.parametrize("data", [{"value": "none"}, {"step": "no_face"}, {"step": "skip"}])
    def test_any_step_is_taken_back(self, client, data):
        tag, _ = make_unsure("glasses", 0.3), make_unsure("glasses", 0.4)
        decide(client, tag, **data)

        assert decide(client, tag, step="undo") == tag.pk
        tag.refresh_from_db()
        assert (tag.value, tag.source) == ("unsure", FaceTag.Source.MODEL)
        assert tag.face.retired_at is None

    def test_without_a_step_it_says_so(self, client):
        response = client.post(GLASSES, {"step": "undo"}, follow=True)

        assert "nothing to undo" in words(response.content.decode())


class TestProgress:
    """What is decided, what is left, and how long that takes."""

    def test_decided_and_left_are_counted(self, client):
        tag, _ = make_unsure("glasses", 0.3), make_unsure("glasses", 0.4)
        decide(client, tag, value="none")

        assert "1 decided · 1 left" in words(client.get(GLASSES).content.decode())

    def test_the_time_left_follows_the_last_decisions(self, client, monkeypatch):
        now = 1000.0
        monkeypatch.setattr(rounds.time, "time", lambda: now)
        tags = [make_unsure("glasses", 0.3 + 0.01 * number) for number in range(5)]
        client.get(GLASSES)
        for tag in tags[:3]:
            now += 40
            decide(client, tag, value="none")

        assert "2 left · about 1 minute left" in words(client.get(GLASSES).content.decode())

    def test_an_empty_queue_says_so(self, client):
        assert "Nothing to review" in words(client.get(GLASSES).content.decode())


def test_an_unknown_facet_is_refused(client):
    assert client.get("/review/?facet=aura").status_code == 400


def test_viewers_may_not_review(client):
    viewer = Client()
    viewer.force_login(make_user(role=User.Role.VIEWER))

    assert viewer.get("/review/").status_code == 403
    assert viewer.post("/review/", {"step": "undo"}).status_code == 403
