from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from django.http import QueryDict

from analysis.models import Face
from analysis.people import PERSON
from analysis.pipeline.types import Box
from analysis.tagging import clear_correction, correct_tag
from dam.ingest import ingest
from dam.metadata.facts import Metadata, from_json
from dam.metadata.packets import read_xmp
from dam.metadata.reading import read_metadata
from dam.models import Asset
from search.export.sidecar_archive import write_sidecars
from search.query import FaceQuery
from tests.dam.metadata.samples import DIGIKAM, LIGHTROOM, exif
from tests.factories import make_asset, make_face
from tests.pictures import encoded, picture
from tests.search.conftest import tag

pytestmark = pytest.mark.django_db
ORIENTATIONS = range(1, 9)


def archive(params: str = "") -> zipfile.ZipFile:
    query = FaceQuery.from_params(QueryDict(params))
    return zipfile.ZipFile(io.BytesIO(b"".join(write_sidecars(query))))


def sidecar(params: str = "") -> bytes:
    found = archive(params)
    (name,) = found.namelist()
    return found.read(name)


def turned(orientation: int, *, packet: bytes = b"") -> tuple[bytes, Asset]:
    """Ingest a JPEG of 96 × 64 stored pixels that lie so."""
    content = encoded(picture(seed=orientation), "JPEG", exif=exif({274: orientation}))
    outcome = ingest(io.BytesIO(content), name="a.jpg", source=Asset.Source.COMMAND, sidecar=packet)
    return content, outcome.asset


def named(face: Face, name: str) -> Face:
    correct_tag(face, facet=PERSON, value=name, user=None)
    return face


def read_back(content: bytes, asset: Asset, packet: bytes) -> Metadata:
    return read_metadata(
        io.BytesIO(content), width=asset.width, height=asset.height, sidecar=packet
    )


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_faces_and_names_come_back_as_they_were(orientation: int) -> None:
    content, asset = turned(orientation)
    named(make_face(asset, box=Box(6, 8, 20, 24)), "Grace Hopper")
    make_face(asset, position=1, box=Box(40, 30, 12, 16))

    facts = read_back(content, asset, sidecar())

    assert facts.orientation == orientation
    assert [
        (
            one.name,
            one.left * asset.width,
            one.top * asset.height,
            one.width * asset.width,
            one.height * asset.height,
        )
        for one in facts.regions
    ] == [
        ("Grace Hopper", *map(near, (6, 8, 20, 24))),
        ("", *map(near, (40, 30, 12, 16))),
    ]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_both_kinds_of_regions_mark_the_same_stored_pixels(orientation: int) -> None:
    _, asset = turned(orientation)
    make_face(asset, box=Box(6, 8, 20, 24))

    found = read_xmp(sidecar())

    area = "mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:Area/stArea:"
    x, y, width, height = (float(found[area + side][0]) for side in "xywh")
    rectangle = found["MP.RegionInfo/MPRI:Regions[1]/MPReg:Rectangle"][0]
    assert [float(side) for side in rectangle.split(",")] == [
        near(x - width / 2),
        near(y - height / 2),
        near(width),
        near(height),
    ]
    stored = "mwg-rs.Regions/mwg-rs:AppliedToDimensions/stDim:"
    assert (found[f"{stored}w"], found[f"{stored}h"]) == (["96"], ["64"])


def test_an_asset_of_before_is_looked_at_for_its_orientation() -> None:
    _, asset = turned(6)
    make_face(asset)
    Asset.objects.update(metadata={})

    assert read_xmp(sidecar())["tiff.Orientation"] == ["6"]


def test_tags_are_keywords_below_their_facets() -> None:
    face = named(tag(make_face(), glasses="sunglasses", gender="female", mask="none"), "Ada")

    found = read_xmp(sidecar())

    assert found["lr.hierarchicalSubject"] == [
        "Facet|Gender|Female",
        "Facet|Glasses|Sunglasses",
        "People|Ada",
    ]
    assert found["digiKam.TagsList"] == [
        "Facet/Gender/Female",
        "Facet/Glasses/Sunglasses",
        "People/Ada",
    ]
    assert found["dc.subject"] == ["Female", "Sunglasses", "Ada"]
    assert found["iptcExt.PersonInImage"] == ["Ada"]
    assert face.asset.name in archive().namelist()[0]


def test_what_the_file_said_goes_along() -> None:
    content, asset = turned(1, packet=LIGHTROOM)
    make_face(asset, box=Box(0, 0, 2, 2))

    facts = read_back(content, asset, sidecar())

    before = from_json(asset.metadata)
    assert replace(facts, regions=()) == replace(before, regions=())
    assert (facts.city, facts.creator, facts.rating) == ("London", ("Antoine Claudet",), 5)
    assert "Ada Lovelace" in {region.name for region in facts.regions}


def test_our_keywords_do_not_come_back_as_the_files() -> None:
    content, asset = turned(1)
    tag(make_face(asset), gender="female")

    assert read_back(content, asset, sidecar()).keywords == ()


def test_a_name_that_a_person_corrected_replaces_the_files() -> None:
    content, asset = turned(1, packet=DIGIKAM)
    region = from_json(asset.metadata).regions[0]
    box = Box(region.left * 96, region.top * 64, region.width * 96, region.height * 64)
    named(make_face(asset, box=box), "Ada")

    facts = read_back(content, asset, sidecar())

    assert (facts.people, [one.name for one in facts.regions]) == (("Ada",), ["Ada"])
    assert "Grace Hopper" not in facts.keywords


def test_a_name_that_was_taken_back_is_not_written() -> None:
    _, asset = turned(1, packet=DIGIKAM)
    region = from_json(asset.metadata).regions[0]
    box = Box(region.left * 96, region.top * 64, region.width * 96, region.height * 64)
    face = named(make_face(asset, box=box), "Grace Hopper")
    clear_correction(face, facet=PERSON, user=None)

    assert b"Grace Hopper" not in sidecar()


def test_photos_have_all_their_faces_once() -> None:
    asset = make_asset()
    tag(make_face(asset), gender="female")
    tag(make_face(asset, position=1), gender="female")
    tag(make_face(asset, position=2), gender="male")
    tag(make_face(make_asset()), gender="male")

    found = read_xmp(sidecar("gender=female"))

    assert "mwg-rs.Regions/mwg-rs:RegionList[3]" in found


def test_photos_of_one_name_lie_beside_each_other() -> None:
    first, second, other = (make_face(make_asset(name="a.jpg")).asset for _ in range(3))
    Asset.objects.filter(pk=other.pk).update(folder="2021/sea")

    assert sorted(archive().namelist()) == sorted(
        ["a.jpg.xmp", f"a.jpg.{str(second.uid)[:8]}.xmp", "2021/sea/a.jpg.xmp"]
    )
    assert first.pk < second.pk


def test_the_queries_do_not_grow_with_photos(count_queries) -> None:
    make_face(make_asset())
    one = count_queries(sidecar)
    make_face(make_asset())
    make_face(make_asset())

    assert count_queries(archive) == one


def test_odd_names_are_written_well() -> None:
    named(make_face(make_asset()), "Zoë “<&>” Ünal|x/y")

    found = read_xmp(sidecar())

    assert found["iptcExt.PersonInImage"] == ["Zoë “<&>” Ünal|x/y"]
    assert found["lr.hierarchicalSubject"][-1] == "People|Zoë “<&>” Ünal x/y"


def near(value: float) -> object:
    return pytest.approx(value, abs=1e-3)
