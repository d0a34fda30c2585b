from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from django.conf import settings

from dam.embedded.accounts import EmbeddedError, service_account
from dam.embedded.ports import free_port
from dam.embedded.postgres import (
    PostgresServer,
    find_binaries,
    major_version,
    missing_cpu_flags,
    reachable_binaries,
)
from dam.embedded.processes import spawn, stop, wait_until

pytestmark = pytest.mark.skipif(
    not settings.STARTS_POSTGRES, reason="DATABASE_URL names a server, so none is embedded"
)
PASSWORD = "it's 100% / secret"


class MakeServer(Protocol):
    def __call__(
        self, home: Path = ..., *, password: str = ..., port: int = ...
    ) -> PostgresServer: ...


@pytest.fixture(scope="module")
def make_server() -> Iterator[MakeServer]:
    """Servers on one cluster that all tests here share, or on one of their own in another home."""
    shared = Path(tempfile.mkdtemp(prefix="facet-home-", dir=settings.SCRATCH))
    shared.chmod(0o711)

    def make(home: Path = shared, *, password: str = PASSWORD, port: int = 0) -> PostgresServer:
        return PostgresServer(
            home / "postgres",
            port=port or free_port(),
            password=password,
            binaries=find_binaries(settings.DAM_PG_BIN),
            account=service_account(),
        )

    yield make
    shutil.rmtree(shared)


def log(home: Path) -> Path:
    return home / "postgres.log"


def test_new_cluster_has_the_database_and_pgvector(make_server: MakeServer, home: Path) -> None:
    with (
        make_server().running(log=log(home)) as server,
        psycopg.connect(server.url()) as connection,
    ):
        connection.execute("CREATE EXTENSION vector")
        found = connection.execute(
            "SELECT current_database(), lower('ÄÖ'), '[3,4]'::vector <-> '[0,0]'"
        ).fetchone()

    assert found == ("facet", "äö", 5.0)


def test_rows_outlive_a_restart(make_server: MakeServer, home: Path) -> None:
    with make_server().running(log=log(home)) as server, psycopg.connect(server.url()) as first:
        first.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with make_server().running(log=log(home)) as server, psycopg.connect(server.url()) as second:
        assert second.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_nobody_gets_in_without_the_password(make_server: MakeServer, home: Path) -> None:
    with make_server().running(log=log(home)) as server:
        for host in ("127.0.0.1", str(server.folder)):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(
                    host=host, port=server.port, user="facet", dbname="facet", password="guess"
                )


def test_socket_and_data_are_private(make_server: MakeServer, home: Path) -> None:
    with make_server().running(log=log(home)) as server:
        assert server.folder.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_server_of_root_does_not_run_as_root(make_server: MakeServer, home: Path) -> None:
    with make_server().running(log=log(home)) as server:
        pid = (server.data / "postmaster.pid").read_text().split()[0]
        owner = Path(f"/proc/{pid}").stat().st_uid

    assert owner != 0


def test_committed_rows_outlive_kill_9(make_server: MakeServer, home: Path) -> None:
    server = make_server()
    committed = 0
    with server.running(log=log(home)):
        pid = int((server.data / "postmaster.pid").read_text().split()[0])
        connection = psycopg.connect(server.url(), autocommit=True)
        connection.execute("CREATE TABLE written (number integer)")
        threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                connection.execute("INSERT INTO written VALUES (%s)", (committed + 1,))
                committed += 1
        connection.close()

    with server.running(log=log(home)), psycopg.connect(server.url()) as connection:
        found = connection.execute("SELECT count(*), max(number) FROM written").fetchone()

    assert committed > 0
    # The last insert may have been committed without our hearing of it.
    assert found in {(committed, committed), (committed + 1, committed + 1)}


def test_leftover_server_is_stopped_first(make_server: MakeServer, home: Path) -> None:
    leftover = make_server()
    leftover.prepare()
    process = leftover.start(log=log(home))
    assert wait_until(leftover.is_ready, alive=lambda: process.poll() is None, seconds=30)

    with make_server().running(log=log(home)) as server:
        assert server.is_ready()

    assert process.wait(10) is not None


def test_number_of_another_process_in_the_pid_file_is_no_problem(
    make_server: MakeServer, home: Path
) -> None:
    server = make_server()
    server.prepare()
    other = spawn(["sleep", "60"], log=home / "sleep.log", account=server.account)
    (server.data / "postmaster.pid").write_text(f"{other.pid}\n{server.data}\n0\n5432\n\n\n\n")

    with server.running(log=log(home)):
        assert other.poll() is None

    stop(other, stop_signal=signal.SIGTERM, grace_seconds=5)


def test_lost_password_can_be_replaced(make_server: MakeServer, home: Path) -> None:
    make_server(home, password="forgotten").prepare()
    server = make_server(home, password="new 'one'")

    server.prepare()
    server.set_password()

    with server.running(log=log(home)):
        assert server.is_ready()


def test_wrong_password_is_told_at_once(make_server: MakeServer, home: Path) -> None:
    server = make_server(password="a wrong one")

    with pytest.raises(EmbeddedError, match=r"embedded\.json"), server.running(log=log(home)):
        pass


def test_broken_off_cluster_is_made_again(make_server: MakeServer, home: Path) -> None:
    server = make_server(home)
    (server.folder / "data.partial").mkdir(parents=True)
    (server.folder / "data.partial" / "half").touch()
    if server.account:
        os.chown(server.folder / "data.partial", server.account.uid, server.account.gid)

    server.prepare()

    assert (server.data / "PG_VERSION").exists()


def test_data_of_another_version_is_refused(make_server: MakeServer, home: Path) -> None:
    server = make_server(home)
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("11\n")

    with pytest.raises(EmbeddedError, match="PostgreSQL 11"):
        server.prepare()


def test_taken_port_is_told(make_server: MakeServer, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = make_server(port=other.getsockname()[1])

        with (
            pytest.raises(EmbeddedError, match="did not start"),
            server.running(log=log(home)),
        ):
            pass

    assert "Address already in use" in log(home).read_text()


def test_password_is_not_in_the_process_list(make_server: MakeServer, home: Path) -> None:
    server = make_server()

    assert not [word for word in server.arguments() if server.password in word]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers are copied")
def test_binaries_out_of_reach_are_copied_and_work(make_server: MakeServer, home: Path) -> None:
    account = service_account()
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    packaged = find_binaries()
    package = packaged.parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        (closed / folder.name).symlink_to(folder)

    copy = reachable_binaries(
        closed / package.name / packaged.parent.name / packaged.name,
        copies=home / "programs",
        account=account,
    )
    server = PostgresServer(
        make_server().folder,
        port=free_port(),
        password=PASSWORD,
        binaries=copy,
        account=account,
    )

    assert copy.is_relative_to(home / "programs")
    with server.running(log=log(home)):
        assert server.is_ready()


def test_named_binaries_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="DAM_PG_BIN"):
        find_binaries(str(tmp_path))


def test_newest_binaries_of_the_wheel_are_found() -> None:
    assert major_version(find_binaries()) >= 18


def test_something_else_is_not_postgres(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("#!/bin/sh\necho I am a teapot\n")
    (tmp_path / "postgres").chmod(0o755)

    with pytest.raises(EmbeddedError, match="teapot"):
        major_version(tmp_path)


@pytest.mark.parametrize(
    ("machine", "flags", "missing"),
    [
        ("x86_64", "sse2 avx", {"avx2", "bmi2", "fma"}),
        ("x86_64", "sse2 avx avx2 bmi2 fma", set()),
        ("aarch64", "neon", set()),
    ],
)
def test_old_processor_is_recognized(machine: str, flags: str, missing: set[str]) -> None:
    cpuinfo = f"processor\t: 0\nflags\t\t: {flags}\nbugs\t\t: none\n"

    assert missing_cpu_flags(cpuinfo, machine=machine) == missing
