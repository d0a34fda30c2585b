from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dam.embedded import supervisor as module
from dam.embedded.accounts import EmbeddedError
from dam.embedded.leftovers import Records, read_stat
from dam.embedded.processes import spawn, wait_until
from dam.embedded.supervisor import Part, StopRequested, Supervisor, describe_end


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Any:
    supervisor = Supervisor(
        logs=tmp_path,
        records=Records(tmp_path / "processes.json"),
        say=said.append,
        pauses=(0.1, 0.3),
    )
    yield supervisor
    supervisor.stop()


def shell(name: str, script: str, **options: Any) -> Part:
    return Part(name=name, start=lambda log: spawn(["sh", "-c", script], log=log), **options)


def look_until(supervisor: Supervisor, done: Callable[[], bool]) -> None:
    def look() -> bool:
        supervisor.look()
        return done()

    assert wait_until(look, alive=lambda: True, seconds=20)


def process_of(supervisor: Supervisor, name: str) -> subprocess.Popen[bytes]:
    return next(r.process for r in supervisor._running if r.part.name == name)


def test_launch_waits_until_the_part_is_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    supervisor.launch(shell("part", f"sleep 0.2; touch {mark}; sleep 60", is_ready=mark.exists))

    assert mark.exists()


def test_part_that_ends_at_once_is_an_error_with_its_last_words(supervisor: Supervisor) -> None:
    part = shell("part", "echo no such luck; exit 3", is_ready=lambda: False)

    with pytest.raises(EmbeddedError, match=r"part ended with exit code 3.*\n.*no such luck"):
        supervisor.launch(part)


def test_part_that_never_answers_is_an_error(supervisor: Supervisor) -> None:
    part = shell("part", "sleep 60", is_ready=lambda: False, start_seconds=0.2)

    with pytest.raises(EmbeddedError, match="did not answer in time"):
        supervisor.launch(part)


def test_crash_is_reported_with_the_last_words(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.launch(shell("part", "echo I am ill; exit 7"))

    look_until(supervisor, lambda: bool(said))

    assert "part ended with exit code 7" in said[0]
    assert "I am ill" in said[0]


def test_crashed_part_is_started_again(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.launch(shell("part", "sleep 60"))
    first = process_of(supervisor, "part")
    first.kill()

    look_until(supervisor, lambda: process_of(supervisor, "part") is not first)

    assert process_of(supervisor, "part").poll() is None
    assert "was ended by SIGKILL" in said[0]
    assert "was started again" in said[1]


def test_pauses_grow_up_to_the_longest(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.launch(shell("part", "exit 1"))

    look_until(supervisor, lambda: len(said) >= 7)

    pauses = [text.split(" s. ")[0].split()[-1] for text in said if "starts again in" in text]
    assert pauses[:4] == ["0.1", "0.3", "0.3", "0.3"]


def test_pauses_begin_anew_after_good_health(
    supervisor: Supervisor, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.launch(shell("part", "exit 1"))
    look_until(supervisor, lambda: len(said) >= 3)
    monkeypatch.setattr(module, "HEALTHY_SECONDS", 0)

    look_until(supervisor, lambda: len(said) >= 5)

    assert "0.1 s" in said[-1] or "0.1 s" in said[-2]


def test_part_that_cannot_be_prepared_is_tried_again(
    supervisor: Supervisor, said: list[str]
) -> None:
    outcomes = iter([None, EmbeddedError("the disk is full"), None])

    def prepare() -> None:
        outcome = next(outcomes)
        if outcome:
            raise outcome

    supervisor.launch(shell("part", "sleep 60", prepare=prepare))
    process_of(supervisor, "part").kill()

    look_until(supervisor, lambda: any("started again" in text for text in said))

    assert any("the disk is full" in text for text in said)


def test_parts_are_stopped_in_reverse(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "order"
    script = "trap 'echo {0} >> {1}; exit' TERM; touch {2}; while :; do sleep 0.05; done"
    for name in ("first", "second", "third"):
        mark = tmp_path / name
        supervisor.launch(shell(name, script.format(name, log, mark), is_ready=mark.exists))

    supervisor.stop()

    assert log.read_text().split() == ["third", "second", "first"]


def test_stop_leaves_no_descendant(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.launch(shell("part", f"sleep 60 & echo $! > {tmp_path}/pid; sleep 60"))
    pid = tmp_path / "pid"
    assert wait_until(
        lambda: pid.exists() and bool(pid.read_text()), alive=lambda: True, seconds=10
    )
    descendant = int(pid.read_text())

    supervisor.stop()

    def is_gone() -> bool:
        stat = read_stat(descendant)
        return stat is None or stat.is_zombie

    assert wait_until(is_gone, alive=lambda: True, seconds=5)


def test_stubborn_part_is_killed(supervisor: Supervisor, tmp_path: Path, said: list[str]) -> None:
    mark = tmp_path / "mark"
    script = f"trap '' TERM; touch {mark}; while :; do sleep 0.05; done"
    supervisor.launch(shell("part", script, is_ready=mark.exists, grace_seconds=0.3))

    supervisor.stop()

    assert "part did not end by itself and was killed." in said


def test_second_request_waits_for_nobody(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAME_REQUEST_SECONDS", 0)
    mark = tmp_path / "mark"
    script = f"trap '' TERM; touch {mark}; while :; do sleep 0.05; done"
    supervisor.launch(shell("part", script, is_ready=mark.exists, grace_seconds=600))
    process = process_of(supervisor, "part")

    supervisor.request_stop()
    supervisor.request_stop()
    supervisor.stop()

    assert process.returncode == -signal.SIGKILL


def test_one_request_that_arrives_twice_kills_nobody(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    mark = tmp_path / "mark"
    script = f"trap 'sleep 0.3; exit' TERM; touch {mark}; while :; do sleep 0.05; done"
    supervisor.launch(shell("part", script, is_ready=mark.exists))
    process = process_of(supervisor, "part")

    supervisor.request_stop()
    supervisor.request_stop()
    supervisor.stop()

    assert process.returncode == 0
    assert "part did not end by itself and was killed." not in said


def test_stop_can_be_requested_while_starting(supervisor: Supervisor) -> None:
    def is_ready() -> bool:
        supervisor.request_stop()
        return False

    with pytest.raises(StopRequested):
        supervisor.launch(shell("part", "sleep 60", is_ready=is_ready))


def test_watching_ends_when_asked(supervisor: Supervisor) -> None:
    supervisor.launch(shell("part", "sleep 60"))
    supervisor.request_stop(signal.SIGTERM, None)

    supervisor.watch()


def test_log_is_cut_and_the_older_part_kept(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LOG_BYTES", 1000)
    script = "while :; do echo 0123456789012345678901234567890123456789; sleep 0.01; done"
    supervisor.launch(shell("part", script))

    look_until(supervisor, (tmp_path / "part.log.1").exists)
    look_until(supervisor, lambda: (tmp_path / "part.log").stat().st_size > 0)

    # Nothing but lines: a writer that did not append would have left a hole of zeros.
    assert b"\0" not in (tmp_path / "part.log").read_bytes()


@pytest.mark.parametrize(
    ("code", "words"), [(2, "exit code 2"), (-11, "SIGSEGV"), (-63, "signal 63")]
)
def test_end_is_described(code: int, words: str) -> None:
    assert words in describe_end(code)
