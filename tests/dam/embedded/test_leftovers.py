from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from dam.embedded.leftovers import Record, Records, boot_id, members, read_stat
from dam.embedded.processes import spawn, stop, wait_until


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "processes.json")


def test_leftover_of_an_earlier_start_is_ended(records: Records, tmp_path: Path) -> None:
    process = spawn(["sleep", "60"], log=tmp_path / "log")
    records.add("worker", process.pid, stop_signal=signal.SIGTERM)

    ended = Records(records.path).end_leftovers()

    assert ended == ["worker"]
    assert process.wait(5) == -signal.SIGTERM


def test_orphans_are_found_by_their_dead_leader(records: Records, tmp_path: Path) -> None:
    log = tmp_path / "log"
    leader = spawn(["sh", "-c", "sleep 60 & echo $!; wait"], log=log)
    assert wait_until(lambda: log.read_text().endswith("\n"), alive=lambda: True, seconds=10)
    orphan = int(log.read_text())
    records.add("worker", leader.pid, stop_signal=signal.SIGTERM)
    leader.kill()
    leader.wait()

    assert Records(records.path).end_leftovers() == ["worker"]

    stat = read_stat(orphan)
    assert stat is None or stat.is_zombie


def test_process_that_got_the_number_later_is_left_alone(tmp_path: Path) -> None:
    process = spawn(["sleep", "60"], log=tmp_path / "log")
    stat = read_stat(process.pid)
    assert stat is not None
    older = Record("worker", process.pid, stat.start_ticks - 1, boot_id(), int(signal.SIGTERM))
    same = Record("worker", process.pid, stat.start_ticks, boot_id(), int(signal.SIGTERM))

    assert members(older) == []
    assert members(same) == [process.pid]

    stop(process, stop_signal=signal.SIGTERM, grace_seconds=5)


def test_records_of_another_boot_mean_nothing() -> None:
    stat = read_stat(os.getpid())
    assert stat is not None

    record = Record("web", os.getpid(), stat.start_ticks, "another boot", int(signal.SIGTERM))

    assert members(record) == []


@pytest.mark.parametrize("text", ["", "{", '[{"name": "web"}]'])
def test_damaged_records_mean_nothing(records: Records, text: str) -> None:
    records.path.write_text(text)

    assert records.end_leftovers() == []


def test_nothing_is_recorded_after_a_clean_end(records: Records) -> None:
    records.add("web", os.getpid(), stop_signal=signal.SIGTERM)

    records.clear()

    assert json.loads(records.path.read_text()) == []
