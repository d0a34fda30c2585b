from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analysis.models import AnalysisRun, Face, TagCorrection
from analysis.pipeline.types import Box
from analysis.tagging import apply_model_tags
from dam.models import Asset
from tests.factories import make_asset, make_face

pytestmark = pytest.mark.django_db

Status = AnalysisRun.Status
SOMETHING = uuid.UUID(int=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(browser: Client) -> Client:
    return browser


def analyzed_asset(*, faces: int = 1, name: str = "photo.png") -> Asset:
    asset = make_asset(name=name)
    asset.runs.update(status=Status.SUCCEEDED, face_count=faces)
    for position in range(faces):
        make_face(asset, position=position, seed=position)
    return asset


def asset_in(status: str, **fields: object) -> Asset:
    asset = make_asset()
    asset.runs.update(status=status, **fields)
    return asset


def page(response) -> str:
    return response.content.decode()


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("photo", [SOMETHING]),
        ("photo-analyze", [SOMETHING]),
        ("face-tag-correct", [SOMETHING, "glasses"]),
        ("face-tag-clear", [SOMETHING, "glasses"]),
    ],
)
def test_every_page_needs_a_login(name, args):
    response = Client().get(reverse(name, args=args))

    assert response["Location"].startswith(reverse("login"))


def test_an_unknown_photo_is_not_found(client):
    assert client.get(reverse("photo", args=[SOMETHING])).status_code == 404


@pytest.mark.parametrize("name", ["photos", "upload", "photo", "photo-delete"])
def test_no_page_has_inline_style_or_script(client, name):
    asset = analyzed_asset(faces=2)
    args = [asset.uid] if name.startswith("photo-") or name == "photo" else []

    html = page(client.get(reverse(name, args=args)))

    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|javascript:", html)


class TestPhoto:
    def test_it_draws_the_marks_in_the_picture_s_pixels(self, client):
        asset = analyzed_asset(faces=1)

        html = page(client.get(reverse("photo", args=[asset.uid])))

        assert 'viewBox="0.0 0.0 96.0 64.0"' in html
        assert '<rect class="mark__line" x="10.0" y="10.0" width="30.0" height="40.0"/>' in html
        assert re.search(r'class="mark__landmarks" d="(M[\d.]+ [\d.]+h0){105}"', html)
        assert html.count("<circle") == 2  # the pupils
        assert html.count('class="mark__axis ') == 3

    def test_it_says_in_words_what_it_draws(self, client):
        asset = analyzed_asset()
        face = asset.faces.get()

        html = page(client.get(reverse("photo", args=[asset.uid])))

        assert "left 10.0, top 10.0, 30.0 × 40.0" in html
        assert f"<b>104:</b> {face.landmarks[208]:.1f}, {face.landmarks[209]:.1f}" in html
        assert "radius 1.5" in html
        assert all(f"{angle}.0°" in html for angle in (1, 2, 3))

    def test_it_tells_readings_quality_and_where_the_data_is(self, client):
        asset = analyzed_asset()
        face = asset.faces.get()

        html = page(client.get(reverse("photo", args=[asset.uid])))

        assert f"{face.readings['age']:.0f} years" in html
        assert len(re.findall('class="bar bar--(good|fair|poor)"', html)) == 8
        assert reverse("api:face", args=[face.uid]) in html

    def test_it_tells_the_facts_of_the_file(self, client):
        asset = analyzed_asset()

        html = page(client.get(reverse("photo", args=[asset.uid])))

        assert "96 × 64 px" in html
        assert asset.digest in html

    def test_a_face_can_be_looked_at_close_up(self, client):
        face = make_face(box=Box(40, 20, 10, 10))

        html = page(client.get(reverse("photo", args=[face.asset.uid]), {"face": face.uid}))

        assert 'viewBox="25.5 12.0 39.0 26.0"' in html
        assert "Whole picture" in html

    @pytest.mark.parametrize("face", ["", "x", str(SOMETHING)])
    def test_a_face_that_is_gone_shows_the_whole_picture(self, client, face):
        asset = analyzed_asset()

        html = page(client.get(reverse("photo", args=[asset.uid]), {"face": face}))

        assert 'viewBox="0.0 0.0 96.0 64.0"' in html

    def test_neighbours_are_linked(self, client):
        old, middle, new = (make_asset() for _ in range(3))

        html = page(client.get(reverse("photo", args=[middle.uid])))

        assert f'rel="prev" href="{reverse("photo", args=[new.uid])}"' in html
        assert f'rel="next" href="{reverse("photo", args=[old.uid])}"' in html

    def test_while_it_waits_it_asks_again(self, client):
        asset = asset_in(Status.QUEUED)

        html = page(client.get(reverse("photo", args=[asset.uid])))

        assert f'hx-get="{reverse("photo", args=[asset.uid])}?status=queued"' in html

    def test_when_finished_it_asks_no_more(self, client):
        asset = analyzed_asset()

        assert "?status=" not in page(client.get(reverse("photo", args=[asset.uid])))

    def test_nothing_is_sent_while_nothing_changed(self, client):
        asset = asset_in(Status.RUNNING)
        url = reverse("photo", args=[asset.uid])

        assert client.get(url, {"status": "running"}, headers=HTMX).status_code == 204

    def test_the_fragment_is_sent_once_something_changed(self, client):
        asset = analyzed_asset()
        url = reverse("photo", args=[asset.uid])

        html = page(client.get(url, {"status": "running"}, headers=HTMX))

        assert "1 face" in html
        assert "<html" not in html

    def test_a_repeated_attempt_says_why(self, client):
        asset = asset_in(Status.QUEUED, error_message="The storage cannot be used now.")

        html = page(client.get(reverse("photo", args=[asset.uid])))

        assert "will be repeated: The storage cannot be used now." in html

    def test_a_failure_has_its_reason_and_a_way_out(self, client):
        asset = asset_in(Status.FAILED, error_code="gave_up", error_message="It stopped.")

        html = page(client.get(reverse("photo", args=[asset.uid])))

        assert "It stopped." in html
        assert f'action="{reverse("photo-analyze", args=[asset.uid])}"' in html

    def test_a_photo_without_faces_says_so(self, client):
        asset = asset_in(Status.SUCCEEDED, face_count=0)

        assert "No face found" in page(client.get(reverse("photo", args=[asset.uid])))

    def test_a_photo_without_a_run_can_be_analyzed(self, client):
        asset = make_asset()
        asset.runs.all().delete()

        assert "Not analyzed yet" in page(client.get(reverse("photo", args=[asset.uid])))

    def test_the_number_of_queries_does_not_grow(self, client):
        one = queries_of(client, reverse("photo", args=[analyzed_asset(faces=1).uid]))

        five = queries_of(client, reverse("photo", args=[analyzed_asset(faces=5).uid]))

        assert one == five == 17


class TestAnalyzeAgain:
    def test_a_failed_run_is_queued_and_sent(self, client, sent_run_ids):
        asset = asset_in(Status.FAILED)
        run = asset.runs.get()

        response = client.post(reverse("photo-analyze", args=[asset.uid]))

        run.refresh_from_db()
        assert response["Location"] == reverse("photo", args=[asset.uid])
        assert run.status == Status.QUEUED
        assert sent_run_ids == [run.pk]

    def test_a_photo_without_a_run_gets_one(self, client, sent_run_ids):
        asset = make_asset()
        asset.runs.all().delete()

        client.post(reverse("photo-analyze", args=[asset.uid]))

        assert asset.runs.get().status == Status.QUEUED

    def test_it_needs_a_form(self, client):
        asset = asset_in(Status.FAILED)

        assert client.get(reverse("photo-analyze", args=[asset.uid])).status_code == 405

    def test_a_broker_that_is_down_is_no_error(self, client):
        asset = asset_in(Status.FAILED)

        response = client.post(reverse("photo-analyze", args=[asset.uid]))

        assert response.status_code == 302


class TestTags:
    @pytest.fixture
    def face(self) -> Face:
        """A face with glasses on; no facet is made of its age."""
        face = make_face()
        glasses = {"none": 0.02, "glasses": 0.94, "sunglasses": 0.04}
        face.readings = {"age": 34.2, "age_distribution": {"30_34": 1.0}, "glasses": glasses}
        face.save()
        apply_model_tags([face])
        return face

    @staticmethod
    def photo(client: Client, face: Face) -> str:
        return page(client.get(reverse("photo", args=[face.asset.uid])))

    @staticmethod
    def correct(client: Client, face: Face, value: str, facet: str = "glasses", **options: Any):
        url = reverse("face-tag-correct", args=[face.uid, facet])
        return client.post(url, {"value": value}, **options)

    def test_a_tag_has_its_value_and_its_probability(self, client, face):
        row = text_of(self.photo(client, face), "Glasses")

        assert row.startswith("Glasses Glasses 94 %")
        assert "by a person" not in row

    def test_a_reading_that_no_facet_is_made_of_is_shown_too(self, client, face):
        assert text_of(self.photo(client, face), "Age").startswith("Age 34 years")

    def test_a_reading_with_a_facet_is_shown_once(self, client, face):
        assert self.photo(client, face).count('<span class="tag__label">Glasses</span>') == 1

    def test_bands_of_age_are_not_shown(self, client, face):
        assert "distribution" not in self.photo(client, face)

    def test_a_facet_of_which_nothing_is_said_can_be_set(self, client, face):
        assert text_of(self.photo(client, face), "Mask").startswith("Mask Not known")

    def test_an_unsure_tag_says_what_is_likeliest(self, client, face):
        face.readings["glasses"] = {"none": 0.45, "glasses": 0.35, "sunglasses": 0.2}
        apply_model_tags([face])

        row = text_of(self.photo(client, face), "Glasses")

        assert row.startswith("Glasses Unsure None?")

    def test_the_form_offers_the_values_and_has_the_tag_chosen(self, client, face):
        html = self.photo(client, face)

        form = re.search(r'<form class="choices"[^>]*/glasses/".*?</form>', html, re.DOTALL)[0]
        values = re.findall(r'name="value" value="(\w+)"', form)
        assert values == ["none", "glasses", "sunglasses", "unsure"]
        assert 'value="glasses" aria-pressed="true"' in form
        assert re.findall(r"(\d+) %", form) == ["2", "94", "4"]

    def test_a_correction_leads_back_to_the_face(self, client, face):
        response = self.correct(client, face, "sunglasses")

        photo = reverse("photo", args=[face.asset.uid])
        assert response["Location"] == f"{photo}#face-{face.uid}"

    def test_a_corrected_tag_says_so_and_what_the_nets_say(self, client, face):
        self.correct(client, face, "none")

        row = text_of(self.photo(client, face), "Glasses")

        assert row.startswith("Glasses None by a person The nets say")
        assert "The nets say Glasses, 94 %." in row

    def test_who_corrected_it_is_noted(self, client, face):
        self.correct(client, face, "none")

        assert TagCorrection.objects.get().user.pk == int(client.session["_auth_user_id"])

    def test_only_what_a_person_said_can_be_undone(self, client, face):
        undo = reverse("face-tag-clear", args=[face.uid, "glasses"])
        assert undo not in self.photo(client, face)

        self.correct(client, face, "none")

        assert f'action="{undo}"' in self.photo(client, face)

    def test_undoing_lets_the_nets_value_stand_again(self, client, face):
        self.correct(client, face, "none")

        client.post(reverse("face-tag-clear", args=[face.uid, "glasses"]))

        assert text_of(self.photo(client, face), "Glasses").startswith("Glasses Glasses 94 %")

    def test_htmx_gets_the_tags_alone_with_the_focus_where_it_was(self, client, face):
        html = page(self.correct(client, face, "none", headers=HTMX))

        assert "<html" not in html
        assert "by a person" in text_of(html, "Glasses")
        (focused,) = re.findall(
            r'<summary class="tag__line" id="correct-[^"]+-(\w+)"[^>]+autofocus', html
        )
        assert focused == "glasses"

    def test_the_summary_in_the_picture_has_what_a_person_said(self, client, face):
        self.correct(client, face, "sunglasses")

        assert 'aria-label="Face 1: 34 years, sunglasses"' in self.photo(client, face)

    @pytest.mark.parametrize("value", ["monocle", ""])
    def test_another_value_is_refused(self, client, face, value):
        assert self.correct(client, face, value).status_code == 400
        assert not TagCorrection.objects.exists()

    @pytest.mark.parametrize("name", ["face-tag-correct", "face-tag-clear"])
    def test_what_does_not_exist_is_not_found(self, client, face, name):
        url = reverse(name, args=[SOMETHING, "glasses"])

        assert client.post(url, {"value": "none"}).status_code == 404

    def test_an_unknown_facet_is_not_found(self, client, face):
        assert self.correct(client, face, "yes", facet="wings").status_code == 404

    @pytest.mark.parametrize("name", ["face-tag-correct", "face-tag-clear"])
    def test_it_needs_a_form(self, client, face, name):
        assert client.get(reverse(name, args=[face.uid, "glasses"])).status_code == 405

    @pytest.mark.parametrize("name", ["face-tag-correct", "face-tag-clear"])
    def test_a_retired_face_is_not_found(self, client, face, name):
        Face.objects.update(retired_at=timezone.now())

        url = reverse(name, args=[face.uid, "glasses"])
        assert client.post(url, {"value": "none"}).status_code == 404

    @pytest.mark.parametrize(
        ("facet", "value", "reason"),
        [
            ("glasses", "monocle", "is not a value of glasses"),
            ("wings", "yes", "There is no facet"),
        ],
    )
    def test_htmx_loads_the_page_again_which_says_why_it_failed(
        self, client, face, facet, value, reason
    ):
        response = self.correct(client, face, value, facet=facet, headers=HTMX)

        assert response["HX-Refresh"] == "true"
        assert reason in self.photo(client, face)

    def test_htmx_loads_the_page_again_which_says_that_the_face_is_gone(self, client, face):
        Face.objects.update(retired_at=timezone.now())

        response = self.correct(client, face, "none", headers=HTMX)

        assert response["HX-Refresh"] == "true"
        assert "This face is not there any more." in self.photo(client, face)

    def test_a_retired_face_is_not_shown(self, client, face):
        Face.objects.update(retired_at=timezone.now())

        assert str(face.uid) not in self.photo(client, face)


def text_of(html: str, label: str) -> str:
    """Return a row of the tags as text, without the choices of its form."""
    start = html.index(f'<span class="tag__label">{label}</span>')
    row = re.split(r'<div class="tag( tag--plain)?">|<details class="unfold', html[start:])[0]
    choices = r'<form class="choices".*?</form>|<[^>]+>'
    return " ".join(re.sub(choices, " ", row, flags=re.DOTALL).split())
