"""Runs: what they count, how they fail, stop, and go on where they stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analysis.connectors import tasks
from analysis.connectors.connectors import change_connector
from analysis.connectors.errors import NotPossibleNow, RunInProgress
from analysis.connectors.models import Connector, ConnectorRun
from analysis.connectors.runs import cancel_run, claim_run, start_run, take_unsent_runs
from analysis.connectors.systems import folder
from analysis.connectors.working import work
from dam.audit import COMMAND_LINE
from dam.models import Asset
from tests.analysis.connectors.conftest import analyze, later, sync
from tests.pictures import new_png

Add = Callable[..., Path]


class Killed(BaseException):
    """What no code catches, as a worker's death."""


def test_a_dry_run_tells_what_it_would_do_and_changes_nothing(
    connector: Connector, add: Add
) -> None:
    path = add("a.png")
    sync(connector)
    analyze(Asset.objects.get())
    later(path)
    add("b.png")
    before = list(connector.items.values())

    run = sync(connector, dry_run=True)

    assert [(note.action, note.key) for note in run.notes.all()] == [
        ("pull_changed", "a.png"),
        ("pull_new", "b.png"),
        ("write_back", "a.png"),
    ]
    assert (run.new, run.changed, run.pulled) == (1, 1, 0)
    assert list(connector.items.values()) == before
    assert not path.with_name("a.png.xmp").exists()


def test_a_broken_picture_is_told_and_the_others_come_in(connector: Connector, add: Add) -> None:
    add("a.png", b"no picture")
    add("b.png")

    run = sync(connector)

    assert (run.status, run.pulled, run.failed) == ("done", 1, 1)
    assert [(note.key, note.error_code) for note in run.notes.all()] == [("a.png", "not_an_image")]


def test_only_who_starts_a_run_tries_a_broken_picture_again(connector: Connector, add: Add) -> None:
    add("a.png", b"no picture")
    sync(connector)

    assert sync(connector, scheduled=True).unchanged == 1
    assert sync(connector).failed == 1


def test_a_picture_deleted_here_does_not_come_back(connector: Connector, add: Add) -> None:
    add()
    sync(connector)
    Asset.objects.get().delete()

    sync(connector)

    assert not Asset.objects.exists()


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    connector: Connector, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        add(f"{number}.png")
    run = start_run(connector, user=None)
    steps = iter(range(4))

    def watch() -> None:
        # A page was listed, and two pictures pulled.
        if next(steps) == 2:
            raise Killed

    with pytest.raises(Killed):
        work(run.pk, watch=watch)
    assert Asset.objects.count() == 2
    assert work(run.pk) is False
    assert Asset.objects.count() == 2, "its lease is not over"

    ConnectorRun.objects.update(lease_expires_at=timezone.now())
    monkeypatch.setattr(folder, "is_picture", lambda _: pytest.fail("it was listed again"))
    work(run.pk)

    run.refresh_from_db()
    assert (run.status, run.pulled, run.known) == ("done", 4, 0)


def test_who_was_taken_over_writes_no_more(connector: Connector, add: Add) -> None:
    add("a.png")
    add("b.png")
    run = start_run(connector, user=None)

    def take_over() -> None:
        ConnectorRun.objects.update(lease_expires_at=timezone.now())
        assert claim_run(run.pk)

    work(run.pk, watch=take_over)

    run.refresh_from_db()
    assert (run.status, run.pulled) == ("running", 0)


def test_a_cancelled_run_goes_no_further(connector: Connector, add: Add) -> None:
    add()
    run = start_run(connector, user=None)

    work(run.pk, watch=lambda: cancel_run(run))

    run.refresh_from_db()
    assert (run.status, run.pulled) == ("cancelled", 0)
    with pytest.raises(NotPossibleNow):
        cancel_run(sync(connector))


def test_a_system_that_is_gone_is_asked_again_later(connector: Connector, pictures: Path) -> None:
    pictures.rmdir()

    run = sync(connector)

    assert (run.status, run.error_code, run.failures) == ("running", "system_unavailable", 1)
    assert run.not_before > timezone.now()
    ConnectorRun.objects.update(not_before=None)
    pictures.mkdir()
    work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error_code) == ("done", "")


def test_a_system_that_stays_away_fails_the_run(
    connector: Connector, pictures: Path, settings
) -> None:
    settings.DAM_MAX_ATTEMPTS = 1
    pictures.rmdir()

    run = sync(connector)

    assert (run.status, run.error_code) == ("failed", "system_unavailable")


def test_options_that_are_not_allowed_any_more_fail_the_run(connector: Connector, settings) -> None:
    settings.DAM_CONNECTOR_FOLDERS = ()

    assert sync(connector).status == "failed"


def test_there_is_one_run_at_a_time(connector: Connector) -> None:
    start_run(connector, user=None)

    with pytest.raises(RunInProgress):
        start_run(connector, user=None)


def test_tags_are_not_written_where_that_is_switched_off(connector: Connector, add: Add) -> None:
    path = add()
    sync(connector)
    analyze(Asset.objects.get())
    change_connector(connector, writes_back=False, by=COMMAND_LINE)

    sync(connector)

    assert not path.with_name("a.png.xmp").exists()


def test_the_clock_begins_runs_and_sends_what_was_lost(
    connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.run_connector, "delay", sent.append)
    change_connector(connector, interval_minutes=60, by=COMMAND_LINE)

    tasks.sweep_connectors()
    tasks.sweep_connectors()

    run = connector.runs.get()
    assert (sent, run.is_scheduled) == ([run.pk], True)
    ConnectorRun.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    assert take_unsent_runs() == [run.pk]
    ConnectorRun.objects.update(
        finished_at=timezone.now(), created_at=timezone.now() - timedelta(minutes=61)
    )
    tasks.sweep_connectors()
    assert connector.runs.count() == 2


def test_a_name_that_is_no_text_is_told(connector: Connector, pictures: Path) -> None:
    Path(str(pictures).encode().decode() + "/\udcff.png").write_bytes(new_png())

    run = sync(connector)

    assert run.notes.get().key == "\\udcff.png"


def test_queries_of_a_piece_do_not_grow_with_its_pictures(
    connector: Connector, add: Add, django_assert_max_num_queries: Callable
) -> None:
    for number in range(5):
        add(f"{number}.png")
    sync(connector)

    with django_assert_max_num_queries(60):
        assert sync(connector).unchanged == 5


class TestCommand:
    def test_pulls_and_reports(self, connector: Connector, add: Add, capsys) -> None:
        add()

        call_command("sync_connector", "photos")

        assert "1 pulled" in capsys.readouterr().out
        assert Asset.objects.count() == 1

    def test_goes_on_with_a_run_that_is_not_finished(
        self, connector: Connector, add: Add, capsys
    ) -> None:
        add()
        start_run(connector, user=None)

        call_command("sync_connector", "Photos")

        assert connector.runs.get().status == "done"

    def test_dry_run_lists_what_would_be_done(self, connector: Connector, add: Add, capsys) -> None:
        add()

        call_command("sync_connector", "Photos", "--dry-run")

        assert "Pull, new: a.png" in capsys.readouterr().out
        assert not Asset.objects.exists()

    def test_ends_with_1_where_a_picture_failed(self, connector: Connector, add: Add) -> None:
        add("a.png", b"no picture")

        with pytest.raises(SystemExit) as ended:
            call_command("sync_connector", "Photos")

        assert ended.value.code == 1

    def test_unknown_name(self, connector: Connector) -> None:
        with pytest.raises(CommandError, match="Photos"):
            call_command("sync_connector", "Films")
