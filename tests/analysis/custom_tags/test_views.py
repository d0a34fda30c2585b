from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.custom_tags.examples import mark_examples
from analysis.custom_tags.tags import create_tag, find_tag
from analysis.custom_tags.tasks import apply_tag_version
from analysis.custom_tags.training import train_tag
from analysis.models import CustomTag, CustomTagVersion, Face, FaceTag, TagCorrection
from tests.factories import make_face, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learn_once")]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("ada"))
    return client


@pytest.fixture
def trained(taught_tag) -> CustomTag:
    apply_tag_version(train_tag(taught_tag).version.pk)
    return find_tag("red_hat")


def url(name: str) -> str:
    return reverse(name, args=["red_hat"])


def page(response) -> str:
    return response.content.decode()


def said(face: Face) -> list[str]:
    tags = FaceTag.objects.filter(face=face, facet="red_hat", source="user")
    return list(tags.values_list("value", flat=True))


def queries_of(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


@pytest.mark.parametrize(
    "address",
    ["/tags/", "/tags/new/", *(f"/tags/red_hat/{part}" for part in ("", "state/", "delete/"))],
)
def test_every_page_needs_a_login(address):
    assert Client().get(address)["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("part", ["mark", "train", "apply", "rename", "delete"])
def test_every_form_needs_a_login(part):
    assert Client().post(f"/tags/red_hat/{part}/")["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", ["tag", "tag-state", "tag-delete"])
def test_an_unknown_tag_is_not_found(client, name):
    assert client.get(url(name)).status_code == 404


@pytest.mark.parametrize("name", ["tag", "tags", "tag-new", "tag-delete"])
def test_no_page_has_inline_style_or_script(client, trained, make_faces, name):
    make_faces(2, yes=True, start=50)

    html = page(client.get(reverse(name, args=[] if name in ("tags", "tag-new") else ["red_hat"])))

    assert " style=" not in html
    assert "<script>" not in html


class TestList:
    def test_without_tags_it_says_how_one_is_made(self, client):
        html = page(client.get(reverse("tags")))

        assert "No tags of your own yet" in html
        assert "At least 10 with yes and 10 with no" in html

    def test_tags_are_shown_with_their_examples(self, client, taught_tag):
        html = page(client.get(reverse("tags")))

        assert "10 yes, 10 no" in html
        assert "Not trained yet" in html

    def test_the_number_of_queries_does_not_grow(self, client, trained):
        few = queries_of(lambda: client.get(reverse("tags")))
        for label in ("Beard", "Scarf"):
            mark_examples(create_tag(label=label, user=None), yes=[make_face().uid], user=None)

        assert queries_of(lambda: client.get(reverse("tags"))) == few


class TestNewTag:
    def test_it_leads_to_the_page_where_faces_are_marked(self, client):
        response = client.post(reverse("tag-new"), {"label": "Red hat"})

        assert response["Location"] == url("tag")
        assert CustomTag.objects.get().created_by.username == "ada"

    def test_a_name_that_is_taken_is_explained_and_what_was_typed_stays(self, client):
        response = client.post(reverse("tag-new"), {"label": "Shades", "name": "glasses"})

        html = page(response)
        assert response.status_code == 409
        assert "is taken already" in html
        assert 'value="Shades"' in html


class TestTagPage:
    def test_faces_are_suggested_and_examples_shown(self, client, taught_tag, make_faces):
        (face,) = make_faces(1, yes=True, start=50)

        html = page(client.get(url("tag")))

        assert html.count(f'name="face-{face.uid}"') == 3  # yes, no, skip
        assert html.count('value="remove"') == 20

    def test_before_there_are_enough_it_says_how_many_are_lacking(self, client, tag, make_faces):
        mark_examples(tag, yes=[face.uid for face in make_faces(3, yes=True)], user=None)

        html = page(client.get(url("tag")))

        assert "Mark 7 more yes and 10 more no" in html
        assert url("tag-train") not in html

    def test_figures_and_versions_are_shown(self, client, trained):
        html = page(client.get(url("tag")))

        assert "balanced accuracy" in html
        assert "All 20 faces are tagged" in html
        assert "Nothing new to learn" in html

    def test_a_tag_for_other_nets_says_so(self, client, trained):
        CustomTagVersion.objects.update(embedding_net="others")

        assert "trained for other nets" in page(client.get(url("tag")))

    def test_the_number_of_queries_does_not_grow(self, client, trained, make_faces):
        more = make_faces(3, yes=True, start=50)
        few = queries_of(lambda: client.get(url("tag")))
        make_faces(3, yes=False, start=60)
        mark_examples(trained, yes=[face.uid for face in more], user=None)

        assert queries_of(lambda: client.get(url("tag"))) == few


class TestMarking:
    def test_marks_are_noted_with_who_said_so(self, client, tag):
        yes, no, skipped = make_face(), make_face(), make_face()

        response = client.post(
            url("tag-mark"),
            {f"face-{yes.uid}": "yes", f"face-{no.uid}": "no", f"face-{skipped.uid}": ""},
        )

        assert response["Location"] == f"{url('tag')}#marking"
        assert (said(yes), said(no), said(skipped)) == (["yes"], ["no"], [])
        assert {one.user.username for one in TagCorrection.objects.all()} == {"ada"}

    def test_all_others_can_be_no(self, client, tag):
        yes, rest = make_face(), make_face()

        client.post(
            url("tag-mark"), {f"face-{yes.uid}": "yes", f"face-{rest.uid}": "", "rest": "no"}
        )

        assert (said(yes), said(rest)) == (["yes"], ["no"])

    def test_a_mark_is_taken_back(self, client, tag):
        face = make_face()
        mark_examples(tag, yes=[face.uid], user=None)

        client.post(url("tag-mark"), {f"face-{face.uid}": "remove"})

        assert said(face) == []

    def test_the_kind_of_faces_stays(self, client, tag):
        response = client.post(url("tag-mark"), {"kind": "random"})

        assert response["Location"] == f"{url('tag')}?kind=random#marking"

    def test_htmx_gets_the_next_faces(self, client, tag):
        marked, other = make_face(), make_face()

        html = page(client.post(url("tag-mark"), {f"face-{marked.uid}": "no"}, headers=HTMX))

        assert "<html" not in html
        assert f'name="face-{other.uid}" value="yes"' in html

    def test_a_face_that_is_gone_is_explained(self, client, tag):
        response = client.post(url("tag-mark"), {f"face-{uuid.UUID(int=1)}": "yes"}, follow=True)

        assert "Some of the faces are not there" in page(response)

    def test_htmx_is_told_that_a_face_is_gone(self, client, tag):
        response = client.post(url("tag-mark"), {f"face-{uuid.UUID(int=1)}": "yes"}, headers=HTMX)

        assert "Some of the faces are not there" in page(response)

    @pytest.mark.parametrize("form", [{"face-x": "yes"}, {f"face-{uuid.UUID(int=1)}": "perhaps"}])
    def test_odd_forms_are_refused(self, client, tag, form):
        assert client.post(url("tag-mark"), form).status_code == 400


class TestTraining:
    def test_it_makes_a_version_and_says_so(self, client, taught_tag):
        response = client.post(url("tag-train"), follow=True)

        assert "Version 1 was trained" in page(response)
        assert "Tagging faces: 0 of 20" in page(response)

    def test_again_without_news_it_says_that(self, client, trained):
        assert "Nothing changed" in page(client.post(url("tag-train"), follow=True))

    def test_too_few_examples_are_explained(self, client, tag):
        assert "Mark 10 more yes" in page(client.post(url("tag-train"), follow=True))

    def test_an_older_version_is_used_again(self, client, trained, make_faces):
        (face,) = make_faces(1, yes=False, start=50)
        mark_examples(trained, no=[face.uid], user=None)
        train_tag(find_tag("red_hat"))

        client.post(url("tag-apply"), {"number": "1"})

        assert find_tag("red_hat").active_version.number == 1

    @pytest.mark.parametrize("number", ["", "x", "-1", "9" * 5000])
    def test_an_odd_version_is_refused(self, client, trained, number):
        assert client.post(url("tag-apply"), {"number": number}).status_code == 400

    def test_an_unknown_version_is_explained(self, client, trained):
        response = client.post(url("tag-apply"), {"number": "9"}, follow=True)

        assert "has no version 9" in page(response)


class TestProgress:
    def shown(self, client: Client) -> str:
        html = page(client.get(url("tag")))
        _, _, rest = html.partition("?shown=")
        return rest.partition('"')[0]

    def test_while_faces_are_tagged_the_page_asks_again(self, client, taught_tag):
        client.post(url("tag-train"))

        assert 'hx-trigger="every 1s"' in page(client.get(url("tag")))

    def test_what_did_not_change_is_not_sent_again(self, client, taught_tag):
        client.post(url("tag-train"))

        response = client.get(url("tag-state"), {"shown": self.shown(client)}, headers=HTMX)

        assert response.status_code == 204

    def test_what_changed_is_sent_and_asks_no_more(self, client, taught_tag):
        client.post(url("tag-train"))
        shown = self.shown(client)
        apply_tag_version(CustomTagVersion.objects.get().pk)

        html = page(client.get(url("tag-state"), {"shown": shown}, headers=HTMX))

        assert "All 20 faces are tagged" in html
        assert "hx-trigger" not in html

    def test_without_htmx_it_is_a_page(self, client, trained):
        assert "<html" in page(client.get(url("tag-state")))


class TestNaming:
    def test_the_label_changes(self, client, tag):
        client.post(url("tag-rename"), {"label": "Scarlet hat"})

        assert find_tag("red_hat").label == "Scarlet hat"

    @pytest.mark.parametrize("name", ["tag-rename", "tag-new"])
    def test_a_control_character_is_explained(self, client, tag, name):
        address = url(name) if name == "tag-rename" else reverse(name)

        response = client.post(address, {"label": "Red\x00 hat"}, follow=True)

        assert "control character" in page(response)

    def test_a_blank_label_is_explained(self, client, tag):
        assert "Give it a name" in page(client.post(url("tag-rename"), follow=True))


class TestDeleting:
    def test_it_asks_first(self, client, tag):
        assert "Delete for good" in page(client.get(url("tag-delete")))
        assert CustomTag.objects.exists()

    def test_then_it_is_gone(self, client, trained):
        response = client.post(url("tag-delete"), follow=True)

        assert "was deleted" in page(response)
        assert not CustomTag.objects.exists()
