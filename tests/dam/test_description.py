from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dam.asset_search import assets_with_text
from dam.description import clean_folder
from dam.folders import FolderWatch, find_files, folder_below, ingest_path
from dam.ingest import ingest
from dam.models import Asset
from dam.signals import asset_described
from tests.dam.metadata.samples import DIGIKAM, LIGHTROOM
from tests.pictures import new_png

pytestmark = pytest.mark.django_db


def bring(content: bytes, **given: object) -> Asset:
    stream = io.BytesIO(content)
    return ingest(stream, name="grace_1.png", source=Asset.Source.COMMAND, **given).asset


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("2021/summer", "2021/summer"),
        ("/2021//summer/", "2021/summer"),
        ("../../etc/./x", "etc/x"),
        ("C:\\Pictures\\sea", "C:/Pictures/sea"),
        ("a\0b/\x07/c\n", "ab/c"),
        ("", ""),
        ("/".join(["x" * 300] * 9), "/".join(["x" * 255] * 3)),
    ],
)
def test_folders_are_cleaned(path: str, folder: str) -> None:
    assert clean_folder(path) == folder


class TestNew:
    def test_folder_metadata_and_words_are_stored(self) -> None:
        asset = bring(new_png(), folder="/2021/sea/", sidecar=LIGHTROOM)

        asset.refresh_from_db()
        assert asset.folder == "2021/sea"
        assert asset.metadata["city"] == "London"
        for text in (
            "grace",
            "2021 sea",
            "countess",
            "ada lovel",
            "portrait",
            "claudet",
            "kingdom",
        ):
            assert assets_with_text(text).get() == asset

    def test_bad_metadata_keeps_no_picture_out(self) -> None:
        assert bring(new_png(), sidecar=b"\xff\0<rdf:RDF>").metadata == {"orientation": 1}


class TestKnown:
    def test_a_folder_fills_in_for_none(self) -> None:
        content = new_png()
        bring(content)

        asset = bring(content, folder="sea")

        asset.refresh_from_db()
        assert asset.folder == "sea"
        assert assets_with_text("grace sea").exists()

    def test_a_folder_never_replaces_another(self) -> None:
        content = new_png()
        bring(content, folder="first")

        assert bring(content, folder="second").folder == "first"

    def test_an_asset_of_before_is_read(self) -> None:
        content = new_png()
        bring(content)
        Asset.objects.update(metadata={})

        assert bring(content).metadata == {"orientation": 1}

    def test_what_a_sidecar_said_stays_without_it(self) -> None:
        content = new_png()
        bring(content, sidecar=DIGIKAM)

        assert bring(content, folder="sea").metadata["title"] == "The admiral"

    def test_another_sidecar_is_read_and_told(self) -> None:
        content = new_png()
        bring(content, sidecar=DIGIKAM)
        told: list[Asset] = []
        asset_described.connect(lambda asset, **_: told.append(asset), weak=False, dispatch_uid="t")

        asset = bring(content, sidecar=LIGHTROOM)
        bring(content, sidecar=LIGHTROOM)

        asset_described.disconnect(dispatch_uid="t")
        assert told == [asset]
        assert not assets_with_text("admiral").exists()


class TestFolders:
    def test_a_path_is_told_below_its_root(self, tmp_path) -> None:
        assert folder_below(tmp_path, tmp_path / "a" / "b" / "c.png") == "a/b"
        assert folder_below(tmp_path, tmp_path / "c.png") == ""
        assert folder_below(tmp_path / "c.png", tmp_path / "c.png") == ""

    def test_sidecars_are_no_pictures(self, tmp_path) -> None:
        for name in ("a.png", "a.png.xmp", "b.XMP"):
            (tmp_path / name).write_bytes(b"")

        assert list(find_files([tmp_path], recursive=True)) == [tmp_path / "a.png"]

    @pytest.mark.parametrize("name", ["a.png.xmp", "a.xmp", "a.XMP"])
    def test_the_sidecar_beside_a_file_is_read(self, tmp_path, name) -> None:
        (tmp_path / "a.png").write_bytes(new_png())
        (tmp_path / name).write_bytes(LIGHTROOM)

        outcome = ingest_path(tmp_path / "a.png", source=Asset.Source.COMMAND)

        assert outcome.asset is not None
        assert outcome.asset.metadata["city"] == "London"

    def test_a_picture_whose_sidecar_changes_is_ready_again(self, tmp_path) -> None:
        picture = tmp_path / "a.png"
        picture.write_bytes(new_png())
        watch = FolderWatch(tmp_path)
        watch.look()
        assert watch.look() == [picture]
        watch.settle(picture)

        (tmp_path / "a.png.xmp").write_bytes(LIGHTROOM)
        watch.look()

        assert watch.look() == [picture]


class TestPages:
    def test_an_upload_keeps_its_folder(self, browser) -> None:
        content = new_png()
        file = {"name": "a.png", "folder": "2021/../sea", "size": len(content)}
        announced = browser.post("/upload/announce/", {"files": json.dumps([file])}).json()

        sent = SimpleUploadedFile("a.png", content)
        browser.post("/upload/", {"files": sent, "item": announced["items"][0]})

        assert Asset.objects.get().folder == "2021/sea"

    def test_the_photo_page_tells_what_the_file_says(self, browser) -> None:
        asset = bring(new_png(), folder="2021", sidecar=LIGHTROOM)

        page = browser.get(f"/photos/{asset.uid}/").content.decode()

        for text in (
            "Antoine Claudet",
            "London, United Kingdom",
            "Public domain",
            "5 of 5",
            "2021",
        ):
            assert text in page


class TestRest:
    def test_an_upload_keeps_its_folder(self, api) -> None:
        file = SimpleUploadedFile("a.png", new_png())

        answer = api.post(
            "/api/v1/assets", {"files": file, "folder": "/2021/sea/"}, format="multipart"
        ).json()

        assert answer["results"][0]["asset"]["folder"] == "2021/sea"

    def test_an_asset_tells_what_its_file_says(self, api) -> None:
        asset = bring(new_png(), sidecar=DIGIKAM)

        told = api.get(f"/api/v1/assets/{asset.uid}").json()["metadata"]

        assert told["title"] == "The admiral"
        assert told["regions"][0] == {
            "name": "Grace Hopper",
            "left": 0.2,
            "top": 0.1,
            "width": 0.3,
            "height": 0.4,
        }
