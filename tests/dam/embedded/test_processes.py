from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dam.embedded.accounts import service_account
from dam.embedded.leftovers import read_stat
from dam.embedded.processes import kill_session, spawn, stop, wait_until


def is_alive(pid: int) -> bool:
    stat = read_stat(pid)
    return stat is not None and not stat.is_zombie


def wait_for_text(path: Path) -> str:
    assert wait_until(
        lambda: path.exists() and path.read_text().endswith("\n"), alive=lambda: True, seconds=20
    )
    return path.read_text()


def test_output_is_appended_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("older\n")

    spawn(["sh", "-c", "echo out; echo err >&2"], log=log).wait()

    assert log.read_text() == "older\nout\nerr\n"


def test_secret_is_read_from_standard_input(tmp_path: Path) -> None:
    spawn(["cat"], log=tmp_path / "log", stdin="secret").wait()

    assert (tmp_path / "log").read_text() == "secret"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_account_and_its_groups_are_taken_on(tmp_path: Path) -> None:
    account = service_account()

    spawn(["sh", "-c", "id -u; id -G"], log=tmp_path / "log", account=account).wait()

    assert account is not None
    assert (tmp_path / "log").read_text() == f"{account.uid}\n{account.gid}\n"


def test_process_that_obeys_is_not_killed(tmp_path: Path) -> None:
    process = spawn(["sleep", "60"], log=tmp_path / "log")

    assert stop(process, stop_signal=signal.SIGTERM, grace_seconds=10)
    assert process.returncode == -signal.SIGTERM


def test_process_that_does_not_obey_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = spawn(["sh", "-c", "trap '' TERM; echo; while :; do sleep 0.1; done"], log=log)
    wait_for_text(log)

    assert not stop(process, stop_signal=signal.SIGTERM, grace_seconds=0.3)
    assert process.returncode == -signal.SIGKILL


def test_descendants_are_ended_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = spawn(["sh", "-c", "sleep 60 & echo $!; wait"], log=log)
    descendant = int(wait_for_text(log))

    kill_session(process)

    assert wait_until(lambda: not is_alive(descendant), alive=lambda: True, seconds=5)


def test_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = (
        "import pathlib, time\n"
        "from dam.embedded.processes import spawn\n"
        f"child = spawn(['sleep', '60'], log=pathlib.Path({str(tmp_path / 'child')!r}))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with log.open("wb") as output:
        parent = subprocess.Popen([sys.executable, "-c", code], stdout=output)
    child = int(wait_for_text(log))
    assert is_alive(child)

    parent.kill()
    parent.wait()

    assert wait_until(lambda: not is_alive(child), alive=lambda: True, seconds=5)


def test_waiting_ends_with_the_process() -> None:
    began = time.monotonic()

    assert not wait_until(lambda: False, alive=lambda: False, seconds=60)
    assert time.monotonic() - began < 5
