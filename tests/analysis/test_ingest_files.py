from __future__ import annotations

import json
import time
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from analysis import ingest_report
from analysis.management.commands import ingest_files
from analysis.models import AnalysisRun
from analysis.tasks import analyze_asset
from dam.models import Asset
from tests.fakes import FakePipeline
from tests.pictures import new_png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_pipeline")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png", "deeper/c.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(new_png())
    return tmp_path


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does all that is queued whenever the command sleeps."""

    def work(_: float) -> None:
        for run in AnalysisRun.objects.filter(status="queued"):
            analyze_asset(run.pk)

    monkeypatch.setattr(ingest_files, "time", SimpleNamespace(sleep=work, monotonic=time.monotonic))


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("ingest_files", *map(str, arguments), stdout=out)
    return out.getvalue()


def run_failing(*arguments: object, code: int = 1) -> str:
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("ingest_files", *map(str, arguments), stdout=out)
    assert caught.value.code == code
    return out.getvalue()


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_folder_s_pictures_become_assets(folder):
    told = run(folder)

    assert told.startswith("2 new, 0 known, 0 rejected in ")
    assert sorted(Asset.objects.values_list("name", "source")) == [
        ("a.png", "command"),
        ("b.png", "command"),
    ]


def test_folders_in_folders_are_taken_when_asked(folder):
    assert run(folder, "--recursive").startswith("3 new, 0 known, 0 rejected")


def test_files_and_folders_may_be_mixed(folder):
    assert run(folder / "a.png", folder / "deeper").startswith("2 new")


def test_running_again_goes_on_where_it_stopped(folder):
    run(folder)

    assert run(folder, "--recursive").startswith("1 new, 2 known, 0 rejected")


def test_a_bad_file_stops_nothing_and_is_told_with_its_reason(folder):
    (folder / "0.txt").write_text("hello")

    told = run_failing(folder)

    assert told.startswith("2 new, 0 known, 1 rejected")
    assert f"{folder}/0.txt: This is not a picture." in told


def test_a_path_that_does_not_exist_is_rejected(folder):
    told = run_failing(folder / "none.png", folder / "a.png")

    assert told.startswith("1 new, 0 known, 1 rejected")
    assert "No such file" in told


def test_a_storage_that_is_down_stops_it(folder, settings, tmp_path):
    settings.MEDIA_ROOT = folder / "a.png"

    with pytest.raises(CommandError, match="Start it again to go on"):
        run(folder)


def test_ctrl_c_still_tells_what_was_done(folder, monkeypatch):
    count = iter(range(10))

    def interrupt(*arguments: object, **options: object):
        if next(count) == 1:
            raise KeyboardInterrupt
        return ingest_path(*arguments, **options)

    ingest_path = ingest_files.ingest_path
    monkeypatch.setattr(ingest_files, "ingest_path", interrupt)

    assert run_failing(folder, code=130).startswith("1 new, 0 known, 0 rejected")


def test_json_has_a_line_for_each_file_and_a_summary(folder):
    (folder / "c.txt").write_text("hello")

    first, second, third, last = lines(run_failing(folder, "--json"))

    assert first == {
        "path": f"{folder}/a.png",
        "status": "created",
        "uid": str(Asset.objects.get(name="a.png").uid),
        "error": None,
    }
    assert second["status"] == "created"
    assert (third["status"], third["uid"]) == ("rejected", None)
    assert third["error"]["code"] == "not_an_image"
    assert last["summary"].pop("seconds") >= 0
    assert last == {"summary": {"created": 2, "existing": 0, "rejected": 1}}


@pytest.mark.usefixtures("worker")
def test_waiting_tells_the_faces(folder):
    told = run(folder, "--wait")

    assert "4 faces in 2 photos; 0 analyses failed." in told


@pytest.mark.usefixtures("worker")
def test_waiting_with_json_tells_each_file_s_faces(folder):
    *files, last = lines(run(folder, "--wait", "--json"))

    assert [line["analysis"] for line in files] == [
        {"status": "succeeded", "face_count": 2, "error": None}
    ] * 2
    assert (last["summary"]["analyzed"], last["summary"]["faces"]) == (2, 4)


@pytest.mark.usefixtures("worker")
def test_the_same_bytes_twice_are_two_lines_of_one_asset(folder):
    (folder / "copy.png").write_bytes((folder / "a.png").read_bytes())

    *files, last = lines(run(folder / "a.png", folder / "copy.png", "--wait", "--json"))

    assert len({line["uid"] for line in files}) == 1
    assert [line["status"] for line in files] == ["created", "existing"]
    assert last["summary"]["analyzed"] == 1


@pytest.mark.usefixtures("worker")
def test_what_was_analyzed_before_is_not_waited_for(folder):
    run(folder, "--wait")

    assert "4 faces in 2 photos" in run(folder, "--wait")


@pytest.mark.usefixtures("worker")
def test_a_failed_analysis_is_told_and_is_an_error(folder, settings, use_pipeline):
    use_pipeline(FakePipeline(error=ValueError("no")))
    settings.DAM_MAX_ATTEMPTS = 1

    told = run_failing(folder / "a.png", "--wait")

    assert "0 faces in 1 photos; 1 analyses failed." in told
    assert "a.png: " in told


def test_a_worker_that_is_missing_is_suspected(folder, monkeypatch, capsys):
    clock = SimpleNamespace(seconds=0)

    def finish_late(_: float) -> None:
        clock.seconds += 30
        if clock.seconds > 100:
            AnalysisRun.objects.update(status="succeeded", face_count=0)

    monkeypatch.setattr(
        ingest_files, "time", SimpleNamespace(sleep=finish_late, monotonic=lambda: clock.seconds)
    )

    run(folder, "--wait", "--json")

    assert capsys.readouterr().err.count("Is a worker running?") == 1


def test_the_bar_shows_files_rate_faces_and_time_left(folder, monkeypatch):
    screen = StringIO()
    monkeypatch.setattr(
        ingest_report,
        "Console",
        lambda stderr: Console(file=screen, force_terminal=True, width=100),
    )

    run(folder)

    shown = screen.getvalue()
    assert "Files" in shown
    assert "2/2" in shown
    assert "/s" in shown
