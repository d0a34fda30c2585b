from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import Face, FaceTag
from analysis.naming import pair_regions
from analysis.people import PERSON, clean_person, known_people
from analysis.pipeline.types import Box
from analysis.recording import claim_run, queue_run, record_results
from analysis.tagging import InvalidTag, clear_correction, correct_tag
from dam.ingest import ingest
from dam.metadata.facts import Region
from dam.metadata.packets import write_xmp
from dam.metadata.regions import stored_picture, write_regions
from dam.models import Asset
from tests.factories import make_asset, make_face, make_user
from tests.fakes import EMBEDDING_NET, fake_result
from tests.pictures import new_png

pytestmark = pytest.mark.django_db
LEFT, RIGHT = Box(10, 10, 20, 30), Box(60, 20, 20, 30)


def sidecar(**names: Box) -> bytes:
    """Return XMP that marks these people in a picture of 96 × 64."""
    regions = [
        Region(name, box.left / 96, box.top / 64, box.width / 96, box.height / 64)
        for name, box in names.items()
    ]
    return write_xmp(write_regions(regions, stored_picture(width=96, height=64, orientation=1)))


def bring(content: bytes, packet: bytes) -> Asset:
    return ingest(
        io.BytesIO(content), name="a.png", source=Asset.Source.COMMAND, sidecar=packet
    ).asset


def analyze(asset: Asset, *boxes: Box, version: str = "1") -> list[Face]:
    run = queue_run(asset, version=version)
    claim = claim_run(run.pk)
    assert claim is not None
    results = [fake_result(box) for box in boxes]
    record_results(claim, results, embedding_net=EMBEDDING_NET)
    return list(Face.objects.present().filter(asset=asset).order_by("position"))


def names(faces: list[Face]) -> list[str | None]:
    tags = dict(FaceTag.objects.filter(facet=PERSON).values_list("face", "value"))
    return [tags.get(face.pk) for face in faces]


def test_a_region_of_the_file_names_the_face_in_it() -> None:
    asset = bring(new_png(), sidecar(Ada=Box(62, 22, 22, 26), Grace=Box(8, 8, 20, 30)))

    faces = analyze(asset, LEFT, RIGHT)

    assert names(faces) == ["Grace", "Ada"]
    assert {tag.source for tag in FaceTag.objects.filter(facet=PERSON)} == {"user"}


def test_the_history_tells_that_no_person_said_it() -> None:
    (face,) = analyze(bring(new_png(), sidecar(Ada=LEFT)), LEFT)

    correction = face.corrections.get()

    assert (correction.value, correction.previous_value, correction.user) == ("Ada", "", None)


def test_a_region_without_a_face_names_nobody() -> None:
    faces = analyze(bring(new_png(), sidecar(Ada=LEFT)), RIGHT)

    assert names(faces) == [None]


def test_a_name_survives_another_analysis() -> None:
    asset = bring(new_png(), sidecar(Ada=LEFT))
    analyze(asset, LEFT, version="1")

    faces = analyze(asset, LEFT, version="2")

    assert names(faces) == ["Ada"]
    assert faces[0].corrections.count() == 1


def test_what_a_person_says_later_wins_over_the_file() -> None:
    asset = bring(new_png(), sidecar(Ada=LEFT))
    (face,) = analyze(asset, LEFT, version="1")
    correct_tag(face, facet=PERSON, value="Grace", user=make_user())

    assert names(analyze(asset, LEFT, version="2")) == ["Grace"]


def test_a_name_that_was_taken_back_stays_away() -> None:
    asset = bring(new_png(), sidecar(Ada=LEFT))
    (face,) = analyze(asset, LEFT, version="1")
    clear_correction(face, facet=PERSON, user=make_user())

    assert names(analyze(asset, LEFT, version="2")) == [None]


def test_a_sidecar_that_comes_later_names_stored_faces() -> None:
    content = new_png()
    faces = analyze(bring(content, b""), LEFT)

    bring(content, sidecar(Ada=LEFT))

    assert names(faces) == ["Ada"]


def test_the_queries_of_naming_do_not_grow_with_names() -> None:
    counts = []
    for people in ({"Ada": LEFT}, {"Ada": LEFT, "Grace": RIGHT}):
        content = new_png()
        analyze(bring(content, b""), LEFT, RIGHT)
        with CaptureQueriesContext(connection) as queries:
            bring(content, sidecar(**people))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_best_overlap_comes_first_and_each_is_taken_once() -> None:
    regions = [Region("a", 0.1, 0.1, 0.2, 0.2), Region("b", 0.15, 0.1, 0.2, 0.2)]

    assert pair_regions(regions, [Region("", 0.15, 0.1, 0.2, 0.2)]) == {1: 0}
    assert pair_regions(regions, list(regions)) == {0: 0, 1: 1}


class TestCorrecting:
    def test_any_clean_name_is_stored(self) -> None:
        tag = correct_tag(make_face(), facet=PERSON, value="  Hopper,\tGrace\u200b ", user=None)

        assert tag.value == "Hopper, Grace"

    @pytest.mark.parametrize("value", ["", "  \n", "x" * 101, "\0"])
    def test_what_is_no_name_is_refused(self, value: str) -> None:
        with pytest.raises(InvalidTag, match="use 1 to 100 letters"):
            correct_tag(make_face(), facet=PERSON, value=value, user=None)

    def test_names_are_composed(self) -> None:
        assert clean_person("Zoe\u0308") == "Zoë"


def test_known_people_are_each_named_once() -> None:
    for name in ("Grace", "Ada", "Grace"):
        correct_tag(make_face(make_asset()), facet=PERSON, value=name, user=None)

    assert known_people() == ["Ada", "Grace"]
    assert known_people(limit=1) == ["Ada"]


class TestPages:
    def test_the_card_takes_any_name_and_suggests_those_there_are(self, browser) -> None:
        face = make_face(make_asset())
        correct_tag(make_face(face.asset, position=1), facet=PERSON, value="Ada", user=None)

        page = browser.get(f"/photos/{face.asset.uid}/").content.decode()

        assert f'id="value-{face.uid}-person" name="value" value="" list="known-person"' in page
        assert '<datalist id="known-person"><option value="Ada">' in page

    def test_a_name_is_saved(self, browser) -> None:
        face = make_face(make_asset())

        answer = browser.post(
            f"/faces/{face.uid}/tags/person/", {"value": "Grace Hopper"}, HTTP_HX_REQUEST="true"
        )

        assert "Grace Hopper" in answer.content.decode()
        assert face.tags.get(facet=PERSON).value == "Grace Hopper"


class TestRest:
    def test_a_name_is_set_and_taken_back(self, api) -> None:
        face = make_face(make_asset())
        address = f"/api/v1/faces/{face.uid}/tags/person"

        put = api.put(address, {"value": "Grace"}, format="json").json()
        deleted = api.delete(address).json()

        assert (put["open"], put["values"], put["tag"]["value"]) == (True, [], "Grace")
        assert deleted["tag"] is None

    def test_a_blank_name_is_refused(self, api) -> None:
        face = make_face(make_asset())

        answer = api.put(
            f"/api/v1/faces/{face.uid}/tags/person", {"value": "\u200b"}, format="json"
        )

        assert answer.json()["error"]["code"] == "invalid_tag"
