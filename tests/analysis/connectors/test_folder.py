"""A folder of this machine: what is pulled from it, and what is written beside the pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.connectors.connectors import create_connector
from analysis.connectors.errors import InvalidOptions
from analysis.connectors.models import Connector
from analysis.connectors.systems.folder import Folder
from dam.audit import COMMAND_LINE
from dam.metadata.merging import WRITTEN
from dam.metadata.packets import read_xmp
from dam.models import Asset
from tests.analysis.connectors.conftest import analyze, later, rename_face, sync
from tests.dam.metadata.samples import DIGIKAM
from tests.pictures import new_png

Add = Callable[..., Path]


def test_pictures_come_in_with_their_folders(connector: Connector, add: Add) -> None:
    add("2021/summer/sea.png")
    add("notes.txt", b"no picture")
    add(".hidden.png")

    run = sync(connector)

    asset = Asset.objects.get()
    assert (asset.name, asset.folder, asset.source) == ("sea.png", "2021/summer", "connector")
    assert (run.status, run.listed, run.new, run.pulled) == ("done", 1, 1, 1)


def test_a_second_run_finds_nothing_to_do(connector: Connector, add: Add) -> None:
    add()
    sync(connector)

    run = sync(connector)

    assert (run.unchanged, run.new, run.changed, run.pulled) == (1, 0, 0, 0)


def test_a_changed_picture_is_pulled_again(connector: Connector, add: Add) -> None:
    path = add()
    sync(connector)
    path.write_bytes(new_png())
    later(path)

    run = sync(connector)

    assert (run.changed, run.pulled) == (1, 1)
    assert connector.items.get().asset == Asset.objects.first()


def test_tags_are_written_beside_the_picture(connector: Connector, add: Add) -> None:
    path = add()
    sync(connector)
    analyze(Asset.objects.get(), person="Zoe")

    run = sync(connector)

    sidecar = read_xmp(path.with_name("a.png.xmp").read_bytes())
    assert run.written == 1
    assert sidecar["iptcExt.PersonInImage"] == ["Zoe"]
    assert "Zoe" in sidecar["mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:Name"]


def test_what_we_wrote_is_no_change_of_theirs(connector: Connector, add: Add) -> None:
    path = add()
    sync(connector)
    analyze(Asset.objects.get(), person="Zoe")
    sync(connector)
    written = path.with_name("a.png.xmp").stat()

    run = sync(connector)

    assert (run.changed, run.pulled, run.written) == (0, 0, 0)
    assert path.with_name("a.png.xmp").stat().st_mtime_ns == written.st_mtime_ns


def test_a_correction_is_written_at_the_next_run(connector: Connector, add: Add) -> None:
    path = add()
    sync(connector)
    analyze(Asset.objects.get(), person="Zoe")
    sync(connector)
    rename_face(Asset.objects.get(), "Ann")

    run = sync(connector)

    sidecar = read_xmp(path.with_name("a.png.xmp").read_bytes())
    assert run.written == 1
    assert sidecar["iptcExt.PersonInImage"] == ["Ann"]


def test_a_picture_waits_for_its_analysis(connector: Connector, add: Add) -> None:
    path = add()

    run = sync(connector)

    assert (run.unready, run.written) == (1, 0)
    assert not path.with_name("a.png.xmp").exists()


@pytest.mark.parametrize("name", ["a.png.xmp", "a.xmp"])
def test_another_programs_sidecar_keeps_its_name_and_content(
    connector: Connector, add: Add, name: str
) -> None:
    path = add()
    sidecar = path.with_name(name)
    sidecar.write_bytes(DIGIKAM)
    before = read_xmp(DIGIKAM)
    sync(connector)
    analyze(Asset.objects.get(), person="Zoe")

    sync(connector)

    after = read_xmp(sidecar.read_bytes())
    assert {one.name for one in path.parent.iterdir()} == {"a.png", name}
    assert any(text.endswith("=Zoe") for text in after[WRITTEN])
    # Who was named there is somebody else now; all else stays.
    gone = set(before["digiKam.TagsList"]) - set(after["digiKam.TagsList"])
    assert gone == {"People/Grace Hopper"}
    assert [path for path in before if path not in after] == []


def test_a_sidecar_of_two_pictures_is_not_written(connector: Connector, add: Add) -> None:
    add("a.png").with_name("a.xmp").write_bytes(DIGIKAM)
    add("a.jpg")
    sync(connector)
    for asset in Asset.objects.all():
        analyze(asset)

    sync(connector)

    names = {path.name for path in Path(connector.options["path"]).iterdir()}
    assert names == {"a.png", "a.jpg", "a.xmp", "a.png.xmp", "a.jpg.xmp"}
    assert Path(connector.options["path"], "a.xmp").read_bytes() == DIGIKAM


def test_a_broken_sidecar_is_left_as_it_is_and_told(connector: Connector, add: Add) -> None:
    sidecar = add().with_name("a.png.xmp")
    sidecar.write_bytes(b"<x:xmpmeta")
    sync(connector)
    analyze(Asset.objects.get())

    run = sync(connector)

    assert run.failed == 1
    assert run.notes.get().error_code == "bad_sidecar"
    assert sidecar.read_bytes() == b"<x:xmpmeta"


def test_a_linked_picture_outside_of_the_folder_is_not_read(
    connector: Connector, pictures: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(new_png())
    (pictures / "a.png").symlink_to(secret)

    run = sync(connector)

    assert run.notes.get().error_code == "outside_folder"
    assert not Asset.objects.exists()


@pytest.mark.parametrize("path", ["/etc", "relative", "{root}/../elsewhere", "{root}x"])
def test_a_folder_outside_of_the_roots_is_refused(db: None, pictures: Path, path: str) -> None:
    path = path.format(root=pictures.parent)

    with pytest.raises(InvalidOptions) as caught:
        create_connector(name="x", kind="folder", options={"path": path}, by=COMMAND_LINE)

    assert "path" in caught.value.fields


def test_a_link_out_of_the_roots_is_refused(pictures: Path) -> None:
    (pictures / "out").symlink_to("/etc")

    with pytest.raises(InvalidOptions):
        Folder({"path": str(pictures / "out")})


def test_a_list_goes_on_after_a_place_that_is_gone(pictures: Path, add: Add) -> None:
    for name in ("b.png", "a/z.png", "c/d.png", "a.png"):
        add(name)
    system = Folder({"path": str(pictures)})

    def keys(cursor: str) -> list[str]:
        return [item.key for page in system.list_pages(cursor) for item in page.items]

    assert keys("") == ["a.png", "b.png", "a/z.png", "c/d.png"]
    assert keys("aa.png") == ["b.png", "a/z.png", "c/d.png"]
    assert keys("b/gone.png") == ["c/d.png"]
