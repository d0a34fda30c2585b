from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from analysis.custom_tags.examples import mark_examples
from analysis.custom_tags.tags import create_tag
from analysis.custom_tags.tasks import apply_tag_version
from analysis.custom_tags.training import train_tag
from analysis.models import CustomTag, CustomTagVersion, FaceTag
from dam.models import ApiKey
from tests.factories import make_api_key, make_face

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learn_once")]

NOBODY = str(uuid.UUID(int=1))

READS = (
    ("tag-list", {}),
    ("tag", {"name": "red_hat"}),
    ("tag-examples", {"name": "red_hat"}),
    ("tag-candidates", {"name": "red_hat"}),
    ("tag-version-list", {"name": "red_hat"}),
)
WRITES = (
    ("post", "tag-list", {}),
    ("patch", "tag", {"name": "red_hat"}),
    ("delete", "tag", {"name": "red_hat"}),
    ("post", "tag-examples", {"name": "red_hat"}),
    ("post", "tag-train", {"name": "red_hat"}),
    ("post", "tag-version-apply", {"name": "red_hat", "number": 1}),
)


def url(name: str, /, **kwargs: object) -> str:
    return reverse(f"api:{name}", kwargs=kwargs)


def error(response) -> tuple[int, str]:
    return (response.status_code, response.json()["error"]["code"])


def queries_of(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


@pytest.mark.parametrize(("name", "kwargs"), READS)
def test_nothing_is_read_without_a_credential(name, kwargs):
    assert APIClient().get(url(name, **kwargs)).status_code == 401


@pytest.mark.parametrize(("method", "name", "kwargs"), WRITES)
def test_a_key_that_may_only_read_changes_nothing(tag, method, name, kwargs):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_api_key(ApiKey.Scope.READ).text}")

    assert getattr(client, method)(url(name, **kwargs)).status_code == 403


@pytest.mark.parametrize(("name", "kwargs"), READS[1:])
def test_an_unknown_tag_cannot_be_read(client, name, kwargs):
    assert error(client.get(url(name, **kwargs))) == (404, "unknown_tag")


@pytest.mark.parametrize(("method", "name", "kwargs"), WRITES[1:])
def test_an_unknown_tag_cannot_be_changed(client, method, name, kwargs):
    assert error(getattr(client, method)(url(name, **kwargs))) == (404, "unknown_tag")


def test_the_schema_is_valid_and_without_warnings(capsys):
    schema = SchemaGenerator().get_schema(request=None, public=True)

    validate_schema(schema)
    complaints = [line for line in capsys.readouterr().err.splitlines() if "ag" in line]
    assert complaints == []


class TestTags:
    def test_a_tag_is_made_and_shown(self, client):
        response = client.post(url("tag-list"), {"label": "Red hat"})

        assert response.status_code == 201
        assert response.json() == client.get(url("tag", name="red_hat")).json()
        assert (
            response.json().items()
            >= {
                "name": "red_hat",
                "label": "Red hat",
                "examples": {"yes": 0, "no": 0},
                "status": "untrained",
                "version": None,
            }.items()
        )

    def test_it_is_a_filter_at_once(self, client):
        client.post(url("tag-list"), {"label": "Red hat"})

        assert client.get(url("face-list"), {"red_hat": "yes"}).status_code == 200

    @pytest.mark.parametrize(
        ("body", "field"),
        [({}, "label"), ({"label": " "}, "label"), ({"label": "x", "name": "X y"}, "name")],
    )
    def test_odd_values_are_refused(self, client, body, field):
        response = client.post(url("tag-list"), body)

        assert error(response) == (400, "invalid")
        assert list(response.json()["error"]["fields"]) == [field]

    def test_a_name_that_is_taken_is_refused(self, client, tag):
        assert error(client.post(url("tag-list"), {"label": "Red hat"})) == (409, "name_taken")

    def test_the_label_changes_and_the_name_stays(self, client, tag):
        shown = client.patch(url("tag", name="red_hat"), {"label": "Scarlet hat"}).json()

        assert (shown["name"], shown["label"]) == ("red_hat", "Scarlet hat")

    def test_a_blank_label_is_refused(self, client, tag):
        assert error(client.patch(url("tag", name="red_hat"), {"label": ""})) == (400, "invalid")

    def test_a_deleted_tag_is_gone_from_faces_and_filters(self, client, taught_tag):
        assert client.delete(url("tag", name="red_hat")).status_code == 204

        assert not CustomTag.objects.exists()
        assert not FaceTag.objects.filter(facet="red_hat").exists()
        assert client.get(url("face-list"), {"red_hat": "yes"}).status_code == 400

    def test_the_number_of_queries_does_not_grow(self, client, taught_tag):
        few = queries_of(lambda: client.get(url("tag-list")))
        for label in ("Beard", "Scarf"):
            other = create_tag(label=label, user=None)
            mark_examples(other, yes=[make_face().uid], user=None)

        assert queries_of(lambda: client.get(url("tag-list"))) == few == 3


class TestExamples:
    def test_faces_are_marked_and_listed(self, client, tag):
        yes, no = make_face(), make_face()

        counts = client.post(
            url("tag-examples", name="red_hat"), {"yes": [yes.uid], "no": [no.uid]}
        ).json()
        listed = client.get(url("tag-examples", name="red_hat")).json()["results"]

        assert counts == {"yes": 1, "no": 1}
        assert listed == [
            {"face": str(no.uid), "asset": str(no.asset.uid), "value": "no"},
            {"face": str(yes.uid), "asset": str(yes.asset.uid), "value": "yes"},
        ]

    def test_marks_are_corrections_of_the_face(self, client, tag):
        face = make_face()
        client.post(url("tag-examples", name="red_hat"), {"yes": [face.uid]})

        shown = client.get(url("face", uid=face.uid)).json()["tags"]["red_hat"]

        assert (shown["value"], shown["source"]) == ("yes", "user")

    def test_marks_are_taken_back(self, client, tag):
        face = make_face()
        client.post(url("tag-examples", name="red_hat"), {"yes": [face.uid]})

        counts = client.post(url("tag-examples", name="red_hat"), {"remove": [face.uid]}).json()

        assert counts == {"yes": 0, "no": 0}

    def test_an_unknown_face_changes_nothing(self, client, tag):
        face = make_face()

        response = client.post(
            url("tag-examples", name="red_hat"), {"yes": [face.uid], "no": [NOBODY]}
        )

        assert error(response) == (400, "unknown_faces")
        assert response.json()["error"]["fields"] == {"no": [f"There is no face {NOBODY}."]}
        assert not FaceTag.objects.filter(facet="red_hat").exists()

    @pytest.mark.parametrize(
        "body",
        [{}, {"yes": ["x"]}, {"yes": NOBODY}, {"yes": [NOBODY], "no": [NOBODY]}],
    )
    def test_odd_values_are_refused(self, client, tag, body):
        response = client.post(url("tag-examples", name="red_hat"), body)

        assert error(response) == (400, "invalid")

    def test_the_number_of_queries_does_not_grow(self, client, tag):
        def read() -> int:
            return queries_of(lambda: client.get(url("tag-examples", name="red_hat")))

        mark_examples(tag, yes=[make_face().uid], user=None)
        few = read()
        mark_examples(tag, yes=[make_face().uid], no=[make_face().uid], user=None)

        assert read() == few

    @pytest.mark.parametrize("part", ["yes", "remove"])
    def test_marking_many_takes_as_many_queries_as_marking_few(self, client, tag, make_faces, part):
        def mark(count: int) -> int:
            uids = [face.uid for face in make_faces(count, yes=True)]
            mark_examples(tag, no=uids, user=None)
            return queries_of(
                lambda: client.post(url("tag-examples", name="red_hat"), {part: uids})
            )

        assert mark(20) == mark(2)


class TestCandidates:
    def suggested(self, client, **params: object) -> list[str]:
        faces = client.get(url("tag-candidates", name="red_hat"), params).json()
        return [face["face"] for face in faces]

    def test_faces_that_nobody_marked_are_suggested(self, client, tag):
        marked, other = make_face(), make_face()
        mark_examples(tag, no=[marked.uid], user=None)

        assert self.suggested(client) == [str(other.uid)]

    def test_those_like_a_yes_come_first_before_training(self, client, taught_tag, make_faces):
        (no,), (yes,) = make_faces(1, yes=False, start=50), make_faces(1, yes=True, start=50)

        assert self.suggested(client, kind="likely") == [str(yes.uid), str(no.uid)]

    def test_the_most_uncertain_come_first_after_it(self, client, taught_tag, make_faces):
        faces = make_faces(4, yes=True, start=50)
        apply_tag_version(train_tag(taught_tag).version.pk)
        unsure = FaceTag.objects.filter(face=faces[2])
        unsure.update(model_score=0.51)

        assert self.suggested(client)[0] == str(faces[2].uid)

    def test_there_are_not_more_than_asked_for(self, client, tag, make_faces):
        make_faces(5, yes=True)

        assert len(self.suggested(client, kind="random", limit=3)) == 3

    def test_blurred_faces_come_only_where_there_are_no_others(self, client, tag):
        blurred, clear = make_face(quality_score=20.0), make_face(quality_score=90.0)
        assert self.suggested(client) == [str(clear.uid)]

        mark_examples(tag, no=[clear.uid], user=None)

        assert self.suggested(client) == [str(blurred.uid)]

    @pytest.mark.parametrize(("name", "value"), [("kind", "odd"), ("limit", "0")])
    def test_odd_values_are_refused(self, client, tag, name, value):
        response = client.get(url("tag-candidates", name="red_hat"), {name: value})

        assert error(response) == (400, "invalid")

    def test_the_number_of_queries_does_not_grow(self, client, taught_tag, make_faces):
        make_faces(1, yes=True, start=50)
        few = queries_of(lambda: self.suggested(client))
        make_faces(3, yes=True, start=60)

        assert queries_of(lambda: self.suggested(client)) == few


class TestTraining:
    def test_figures_come_at_once_and_faces_are_tagged_by_a_worker(self, client, taught_tag):
        response = client.post(url("tag-train", name="red_hat"))

        shown = response.json()
        assert (response.status_code, shown["number"], shown["status"]) == (201, 1, "waiting")
        assert (shown["yes_count"], shown["no_count"], shown["faces_total"]) == (10, 10, 20)
        assert shown["auc"]["low"] < shown["auc"]["value"] == shown["auc"]["high"] == 1.0
        assert 0.5 < shown["balanced_accuracy"]["low"] < shown["balanced_accuracy"]["value"]

    def test_without_news_there_is_no_new_version(self, client, taught_tag):
        client.post(url("tag-train", name="red_hat"))

        response = client.post(url("tag-train", name="red_hat"))

        assert (response.status_code, response.json()["number"]) == (200, 1)

    def test_progress_is_shown(self, client, taught_tag):
        client.post(url("tag-train", name="red_hat"))
        apply_tag_version(CustomTagVersion.objects.get().pk)

        shown = client.get(url("tag", name="red_hat")).json()

        assert (shown["status"], shown["version"]["faces_done"]) == ("applied", 20)

    def test_probabilities_are_filtered_on_and_counted(self, client, taught_tag, make_faces):
        (face,) = make_faces(1, yes=True, start=50)
        client.post(url("tag-train", name="red_hat"))
        apply_tag_version(CustomTagVersion.objects.get().pk)

        found = client.get(url("face-list"), {"red_hat": "yes"}).json()["results"]
        (shown,) = [one for one in found if one["uid"] == str(face.uid)]

        assert len(found) == 11
        assert shown["tags"]["red_hat"]["score"] > 0.6
        assert shown["tags"]["red_hat"]["dominant"] == "yes"

    def test_too_few_examples_are_explained(self, client, tag):
        response = client.post(url("tag-train", name="red_hat"))

        assert error(response) == (422, "too_few_examples")
        assert "Mark 10 more yes and 10 more no." in response.json()["error"]["message"]

    def test_a_tag_for_other_nets_says_that_it_must_be_trained(self, client, taught_tag):
        client.post(url("tag-train", name="red_hat"))
        CustomTagVersion.objects.update(embedding_net="others")

        assert client.get(url("tag", name="red_hat")).json()["status"] == "outdated"


class TestVersions:
    def test_the_newest_comes_first_and_an_older_one_can_be_used(
        self, client, taught_tag, make_faces
    ):
        client.post(url("tag-train", name="red_hat"))
        (face,) = make_faces(1, yes=False, start=50)
        mark_examples(taught_tag, no=[face.uid], user=None)
        client.post(url("tag-train", name="red_hat"))

        response = client.post(url("tag-version-apply", name="red_hat", number=1))

        listed = client.get(url("tag-version-list", name="red_hat")).json()["results"]
        assert response.json()["status"] == "waiting"
        assert [(one["number"], one["status"]) for one in listed] == [
            (2, "replaced"),
            (1, "waiting"),
        ]
        assert client.get(url("tag", name="red_hat")).json()["version"]["number"] == 1

    def test_an_unknown_version_is_not_found(self, client, tag):
        response = client.post(url("tag-version-apply", name="red_hat", number=9))

        assert error(response) == (404, "unknown_version")

    def test_a_version_for_other_nets_is_refused(self, client, taught_tag):
        client.post(url("tag-train", name="red_hat"))
        CustomTagVersion.objects.update(embedding_net="others")

        response = client.post(url("tag-version-apply", name="red_hat", number=1))

        assert error(response) == (409, "other_nets")

    def test_weights_are_not_read_for_the_list(self, client, taught_tag):
        client.post(url("tag-train", name="red_hat"))

        with CaptureQueriesContext(connection) as captured:
            client.get(url("tag-version-list", name="red_hat"))

        assert len(captured) == 3  # key, tag with its version, versions
        assert "weights" not in captured[-1]["sql"]
