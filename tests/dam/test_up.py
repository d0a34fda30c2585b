"""The whole service, really started: slow, so each test looks at one life of it from all sides."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from dam.embedded.leftovers import read_stat
from dam.embedded.ports import free_port
from dam.embedded.processes import wait_until

pytestmark = pytest.mark.timeout(300)

READY_SECONDS = 120
PARTS = {"database", "queue", "web", "worker"}


class Up:
    """`manage.py up` on a home of its own."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.port = free_port()
        self.output = home.with_name(f"{home.name}.out")
        self._environment = {
            "PATH": os.environ["PATH"],
            "DAM_HOME": str(home),
            "PORT": str(self.port),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=settings.BASE_DIR,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def wait_until_ready(self) -> None:
        self.wait_until(lambda: self.ask("/readyz")[0] == 200)

    def wait_until(self, done: Callable[[], bool]) -> None:
        running = self.process
        found = wait_until(
            done, alive=lambda: running.poll() is None, seconds=READY_SECONDS, pause=0.1
        )
        assert found, self.said()

    def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()

    def said(self) -> str:
        return self.output.read_text()

    def parts(self) -> dict[str, int]:
        records = json.loads((self.home / "processes.json").read_text())
        return {record["name"]: record["pid"] for record in records}

    def family(self) -> set[int]:
        """Return the living processes of all parts' sessions."""
        leaders = set(self.parts().values())
        numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        stats = {number: read_stat(number) for number in numbers}
        return {
            number
            for number, stat in stats.items()
            if stat and stat.session in leaders and not stat.is_zombie
        }

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def up(home: Path) -> Iterator[Up]:
    up = Up(home)
    yield up
    if up._process is not None and up.process.poll() is None:
        up.stop()
    up.output.unlink(missing_ok=True)


def are_gone(pids: set[int]) -> bool:
    stats = [read_stat(pid) for pid in pids]
    return all(stat is None or stat.is_zombie for stat in stats)


def came_back(up: Up, name: str) -> bool:
    """Tell whether a part was started again after it was killed."""
    _, killed, then = up.said().partition(f"{name} was ended by SIGKILL")
    return bool(killed) and f"{name} was started again" in then


def test_first_start_to_clean_end(up: Up) -> None:
    up.start()
    up.wait_until_ready()
    up.wait_until(lambda: "Ready after" in up.said())
    assert set(up.parts()) == PARTS
    password = re.search(r"Sign in as admin with the password (\S+)", up.said())
    assert password

    # A second one on the same home says who is there, and leaves it alone.
    second = up.run("up", PORT=str(free_port()))
    assert second.returncode == 1
    assert f"process {up.process.pid}, http://127.0.0.1:{up.port}/" in second.stderr
    assert up.ask("/readyz")[0] == 200

    # Another terminal's commands find the servers.
    users = up.run("shell", "-c", "from dam.models import User; print(User.objects.get())")
    assert users.stdout.splitlines()[-1] == "admin", users.stderr

    family = up.family()
    assert up.stop() == 0
    assert are_gone(family)
    assert up.said().splitlines()[-1] == "Stopped."
    assert (up.home / "embedded.json").stat().st_mode & 0o777 == 0o600

    # The next start keeps data, ports and the password, and shows no password again.
    addresses = (up.home / "embedded.json").read_text()
    up.output.unlink()
    up.start()
    up.wait_until_ready()
    assert (up.home / "embedded.json").read_text() == addresses
    assert "password" not in up.said()
    assert up.stop(signal.SIGINT) == 0


def test_what_is_killed_comes_back_and_leaves_nothing(up: Up) -> None:
    up.start()
    up.wait_until_ready()
    up.wait_until(lambda: "Ready after" in up.said())

    # A worker without beat looks alive, but nothing is swept.
    log = up.home / "logs" / "worker.log"
    up.wait_until(lambda: "beat: Starting" in log.read_text())
    beat = re.search(r"celery\.beat \[(\d+) \S+\] beat: Starting", log.read_text())
    assert beat
    os.kill(int(beat[1]), signal.SIGKILL)
    up.wait_until(lambda: "worker was started again" in up.said())
    assert "beat died" in log.read_text()

    for name in ("worker", "web", "queue", "database"):
        os.kill(up.parts()[name], signal.SIGKILL)
        up.wait_until(lambda name=name: came_back(up, name))

    up.wait_until_ready()

    # The supervisor: the parts end with it, and the next one finds a home in order.
    family = up.family()
    assert len(family) >= len(PARTS)
    up.process.kill()
    up.process.wait()
    assert wait_until(lambda: are_gone(family), alive=lambda: True, seconds=60, pause=0.2)
    up.start()
    up.wait_until_ready()
    family = up.family()
    assert up.stop() == 0
    assert are_gone(family)


def test_stop_while_starting_leaves_nothing(up: Up) -> None:
    up.start()
    up.wait_until(lambda: "PostgreSQL runs" in up.said())
    family = up.family()

    assert up.stop() == 0
    assert are_gone(family)


def test_wrong_settings_start_nothing(up: Up) -> None:
    finished = up.run("up", DAM_STORAGE="s3", DAM_MAX_PIXELS="many")

    assert finished.returncode == 1
    assert "dam.E001: DAM_MAX_PIXELS" in finished.stderr
    assert "dam.E002" in finished.stderr
    assert "dam.E003" not in finished.stderr
    assert not (up.home / "postgres").exists()


def test_taken_port_starts_nothing(up: Up) -> None:
    with socket.create_server(("127.0.0.1", up.port), reuse_port=True):
        finished = up.run("up")

    assert finished.returncode == 1
    assert f"127.0.0.1:{up.port}/ (Address already in use)" in finished.stderr
    assert not (up.home / "postgres").exists()


def test_external_servers_replace_the_embedded_ones(
    up: Up, django_db_setup: None, postgres_url: str, broker_url: str
) -> None:
    name = "facet_external"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    up._environment["DATABASE_URL"] = postgres_url.rpartition("/")[0] + f"/{name}"
    up._environment["BROKER_URL"] = broker_url

    up.start()
    up.wait_until_ready()

    assert set(up.parts()) == {"web", "worker"}
    assert not (up.home / "postgres").exists()
    assert not (up.home / "valkey").exists()
    assert up.stop() == 0


def test_silent_database_is_an_error_and_no_traceback(up: Up) -> None:
    finished = up.run(
        "up",
        DATABASE_URL=f"postgresql://nobody:hunter2@127.0.0.1:{free_port()}/x",
        BROKER_URL="redis://127.0.0.1:1/0",
    )

    assert finished.returncode == 1
    assert "The database does not answer" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert "hunter2" not in finished.stderr
