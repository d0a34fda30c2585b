from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dam.management.commands import watch_folder
from dam.models import Asset
from tests.pictures import new_png

# The command closes old connections, which would end a test's transaction.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def between_looks(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens between two looks, one entry for each; then Ctrl-C is pressed."""
    steps: list[Callable[[], object]] = []

    def sleep(_: float) -> None:
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    monkeypatch.setattr(watch_folder.time, "sleep", sleep)
    return steps


def nothing() -> None:
    pass


def watch(folder: Path, *options: str) -> None:
    call_command("watch_folder", str(folder), "--interval", "0.01", *options)


def test_pictures_that_are_there_are_taken(folder):
    (folder / "a.png").write_bytes(new_png())
    (folder / "deeper").mkdir()
    (folder / "deeper" / "b.png").write_bytes(new_png())

    watch(folder, "--once")

    assert sorted(Asset.objects.values_list("name", "source")) == [
        ("a.png", "watch_folder"),
        ("b.png", "watch_folder"),
    ]


def test_files_stay_where_they_are(folder):
    (folder / "a.png").write_bytes(new_png())

    watch(folder, "--once")

    assert (folder / "a.png").exists()


def test_a_picture_that_comes_later_is_taken(folder, between_looks):
    between_looks += [lambda: (folder / "late.png").write_bytes(new_png()), nothing]

    watch(folder)

    assert Asset.objects.get().name == "late.png"


def test_a_picture_is_taken_when_it_is_written_to_its_end(folder, between_looks):
    content = new_png()
    (folder / "a.png").write_bytes(content[:50])
    between_looks += [lambda: (folder / "a.png").write_bytes(content), nothing]

    watch(folder)

    assert Asset.objects.get().size_bytes == len(content)


def test_an_unchanged_file_is_read_once(folder, between_looks, capsys):
    (folder / "a.png").write_bytes(new_png())
    between_looks += [nothing] * 5

    watch(folder)

    assert "1 new, 0 known, 0 rejected." in capsys.readouterr().out


def test_known_pictures_are_known_after_a_start(folder, capsys):
    (folder / "a.png").write_bytes(new_png())
    watch(folder, "--once")

    watch(folder, "--once")

    assert "0 new, 1 known, 0 rejected." in capsys.readouterr().out


def test_a_bad_file_does_not_stop_the_others(folder, capsys):
    (folder / "a.txt").write_text("hello")
    (folder / "b.png").write_bytes(new_png())

    watch(folder, "--once")

    captured = capsys.readouterr()
    assert "a.txt: This is not a picture." in captured.err
    assert "1 new, 0 known, 1 rejected." in captured.out


def test_a_folder_that_vanishes_is_waited_for(folder, between_looks, capsys):
    away = folder.with_name("away")

    def bring_back() -> None:
        away.rename(folder)
        (folder / "a.png").write_bytes(new_png())

    between_looks += [lambda: folder.rename(away), nothing, bring_back, nothing]

    watch(folder)

    told = capsys.readouterr().err
    assert told.count("Waiting for") == 1
    assert "is back" in told
    assert Asset.objects.get().name == "a.png"


def test_a_storage_that_is_down_is_tried_again(folder, between_looks, settings, tmp_path, capsys):
    (folder / "a.png").write_bytes(new_png())
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("in the way")
    between_looks += [nothing, settings.MEDIA_ROOT.unlink]

    watch(folder)

    assert "it is tried again" in capsys.readouterr().err
    assert Asset.objects.get().name == "a.png"


def test_ctrl_c_stops_it_with_a_summary(folder, between_looks, capsys):
    watch(folder)

    assert capsys.readouterr().out.endswith("Stopped.\n0 new, 0 known, 0 rejected.\n")


def test_sigterm_stops_it_the_same_way(folder, capsys):
    def terminate() -> None:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=terminate)
    thread.start()
    try:
        watch(folder)
    finally:
        signal.signal(signal.SIGTERM, before)
        thread.join()

    assert "Stopped." in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["none"], [".", "--interval", "0"]])
def test_wrong_arguments_are_told(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError):
        call_command("watch_folder", *arguments)
