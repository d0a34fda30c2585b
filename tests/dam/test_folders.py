from __future__ import annotations

import os
from pathlib import Path

import pytest

from dam.folders import FolderWatch, find_files, ingest_path
from dam.models import Asset
from tests.pictures import new_png


def tree(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def found(*paths: Path, recursive: bool = False) -> list[str]:
    return [path.name for path in find_files(paths, recursive=recursive)]


def test_a_folder_s_own_files_are_found_in_order(tmp_path):
    tree(tmp_path, "b.jpg", "a.txt", "deeper/c.jpg")

    assert found(tmp_path) == ["a.txt", "b.jpg"]


def test_folders_in_folders_are_found_when_asked(tmp_path):
    tree(tmp_path, "b.jpg", "z/y/c.jpg", "a/d.jpg")

    assert found(tmp_path, recursive=True) == ["b.jpg", "d.jpg", "c.jpg"]


def test_what_is_hidden_is_left_out(tmp_path):
    tree(tmp_path, ".hidden.jpg", ".trash/a.jpg", "b.jpg")

    assert found(tmp_path, recursive=True) == ["b.jpg"]


def test_a_file_that_is_named_is_found_even_if_hidden(tmp_path):
    tree(tmp_path, ".hidden.jpg")

    assert found(tmp_path / ".hidden.jpg", tmp_path / "none.jpg") == [".hidden.jpg", "none.jpg"]


def test_links_to_folders_are_not_followed(tmp_path):
    tree(tmp_path, "a.jpg")
    (tmp_path / "loop").symlink_to(tmp_path)

    assert set(found(tmp_path, recursive=True)) == {"a.jpg"}


@pytest.mark.django_db
def test_a_file_becomes_an_asset(tmp_path):
    (tmp_path / "a.png").write_bytes(new_png())

    outcome = ingest_path(tmp_path / "a.png", source=Asset.Source.COMMAND)

    assert outcome.status == "created"
    assert Asset.objects.get().source == "command"


def test_a_file_that_is_not_there_is_rejected(tmp_path):
    outcome = ingest_path(tmp_path / "none.jpg", source=Asset.Source.COMMAND)

    assert outcome.error
    assert outcome.error.code == "unreadable_file"
    assert "No such file" in outcome.error.message


def test_a_pipe_is_rejected_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    outcome = ingest_path(tmp_path / "pipe", source=Asset.Source.COMMAND)

    assert outcome.error
    assert outcome.error.code == "unreadable_file"


def looks(watch: FolderWatch) -> list[str]:
    return [path.name for path in watch.look()]


def test_a_file_is_ready_at_the_second_look(tmp_path):
    tree(tmp_path, "deeper/a.jpg")
    watch = FolderWatch(tmp_path)

    assert [looks(watch), looks(watch)] == [[], ["a.jpg"]]


def test_a_growing_file_is_not_ready(tmp_path):
    watch = FolderWatch(tmp_path)
    for size in range(1, 4):
        (tmp_path / "a.jpg").write_bytes(b"x" * size)
        assert looks(watch) == []

    assert looks(watch) == ["a.jpg"]


def test_a_file_that_is_written_again_with_the_same_size_is_not_ready(tmp_path):
    watch = FolderWatch(tmp_path)
    for second in range(3):
        (tmp_path / "a.jpg").write_bytes(b"x")
        os.utime(tmp_path / "a.jpg", (second, second))
        assert looks(watch) == []


def test_a_settled_file_is_not_ready_again(tmp_path):
    tree(tmp_path, "a.jpg")
    watch = FolderWatch(tmp_path)
    looks(watch)
    watch.settle(watch.look()[0])

    assert looks(watch) == []


def test_a_file_that_was_not_settled_is_ready_again(tmp_path):
    tree(tmp_path, "a.jpg")
    watch = FolderWatch(tmp_path)
    looks(watch)

    assert [looks(watch), looks(watch)] == [["a.jpg"], ["a.jpg"]]


def test_a_settled_file_that_changes_is_ready_again(tmp_path):
    tree(tmp_path, "a.jpg")
    watch = FolderWatch(tmp_path)
    looks(watch)
    watch.settle(watch.look()[0])
    (tmp_path / "a.jpg").write_bytes(b"another")

    assert [looks(watch), looks(watch)] == [[], ["a.jpg"]]


def test_a_settled_file_survives_the_folder_being_gone_for_a_while(tmp_path):
    folder = tmp_path / "in"
    tree(folder, "a.jpg")
    watch = FolderWatch(folder)
    looks(watch)
    watch.settle(watch.look()[0])
    folder.rename(tmp_path / "away")
    with pytest.raises(FileNotFoundError):
        watch.look()
    (tmp_path / "away").rename(folder)

    assert [looks(watch), looks(watch)] == [[], []]


def test_files_that_are_gone_are_forgotten(tmp_path):
    tree(tmp_path, "a.jpg")
    watch = FolderWatch(tmp_path)
    looks(watch)
    watch.settle(watch.look()[0])
    (tmp_path / "a.jpg").unlink()
    looks(watch)

    assert watch._settled == {}
