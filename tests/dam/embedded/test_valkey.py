from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from dam.embedded.accounts import service_account
from dam.embedded.ports import free_port
from dam.embedded.processes import kill_session, stop, wait_until
from dam.embedded.valkey import ValkeyServer, find_program

MakeServer = Callable[[], ValkeyServer]


@pytest.fixture
def make_server(home: Path) -> MakeServer:
    return lambda: ValkeyServer(
        home / "valkey",
        port=free_port(),
        password="letters-and-digits_09",
        program=find_program(),
        account=service_account(),
    )


def test_messages_outlive_a_restart(make_server: MakeServer, home: Path) -> None:
    with (
        make_server().running(log=home / "log") as server,
        redis.Redis.from_url(server.url) as client,
    ):
        client.lpush("queue", "first")

    with (
        make_server().running(log=home / "log") as server,
        redis.Redis.from_url(server.url) as client,
    ):
        assert client.lrange("queue", 0, -1) == [b"first"]


def test_messages_outlive_kill_9(make_server: MakeServer, home: Path) -> None:
    server = make_server()
    server.prepare()
    process = server.start(log=home / "log")
    assert wait_until(server.is_ready, alive=lambda: process.poll() is None, seconds=30)
    with redis.Redis.from_url(server.url) as client:
        client.lpush("queue", "first")
        # Waits until the message is on the disk.
        client.execute_command("WAITAOF", 1, 0, 5000)
    kill_session(process)

    with server.running(log=home / "log"), redis.Redis.from_url(server.url) as client:
        assert client.lrange("queue", 0, -1) == [b"first"]


def test_nobody_gets_in_without_the_password(make_server: MakeServer, home: Path) -> None:
    with (
        make_server().running(log=home / "log") as server,
        redis.Redis(port=server.port) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_server_of_root_does_not_run_as_root(make_server: MakeServer, home: Path) -> None:
    server = make_server()
    server.prepare()
    process = server.start(log=home / "log")
    try:
        assert wait_until(server.is_ready, alive=lambda: process.poll() is None, seconds=30)
        assert Path(f"/proc/{process.pid}").stat().st_uid != 0
    finally:
        stop(process, stop_signal=signal.SIGTERM, grace_seconds=10)


def test_password_is_not_in_the_process_list(make_server: MakeServer, home: Path) -> None:
    server = make_server()
    server.prepare()
    process = server.start(log=home / "log")
    try:
        assert wait_until(server.is_ready, alive=lambda: process.poll() is None, seconds=30)
        assert server.password not in Path(f"/proc/{process.pid}/cmdline").read_text()
    finally:
        stop(process, stop_signal=signal.SIGTERM, grace_seconds=10)
