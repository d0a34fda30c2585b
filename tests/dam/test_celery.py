"""The queue with real brokers: Valkey always, Redis and RabbitMQ where they are installed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from kombu import Connection

from dam import health
from dam.celery import app
from dam.embedded.ports import free_port
from dam.embedded.processes import spawn, stop, wait_until
from tests.conftest import LiveWorker, use_broker

pytestmark = pytest.mark.timeout(300)

TASK = "analysis.sweep_runs"
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    port = free_port()
    process = spawn(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)],
        log=folder / "log",
    )
    try:
        client = redis.Redis(port=port)
        assert wait_until(lambda: answers(client), alive=lambda: process.poll() is None, seconds=30)
        client.close()
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop(process, stop_signal=signal.SIGTERM, grace_seconds=10)


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@contextmanager
def rabbitmq_server(folder: Path) -> Iterator[str]:
    port, names_port = free_port(), free_port()
    url = f"amqp://guest:guest@127.0.0.1:{port}//"
    process = spawn(
        [str(RABBITMQ)],
        log=folder / "log",
        environment={
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"facet{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": str(names_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        },
    )
    try:
        assert wait_until(
            lambda: takes_messages(url), alive=lambda: process.poll() is None, seconds=120, pause=1
        ), (folder / "log").read_text()
        yield url
    finally:
        stop(process, stop_signal=signal.SIGTERM, grace_seconds=30)
        # Erlang's name server puts itself into the background.
        subprocess.run(["epmd", "-port", str(names_port), "-kill"], capture_output=True)


def takes_messages(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=5) as connection:
            connection.connect()
            return True
    except OSError:
        return False


@pytest.fixture(params=["valkey", "redis", "rabbitmq"])
def any_broker_url(request: pytest.FixtureRequest, home: Path) -> Iterator[str]:
    if request.param == "valkey":
        yield request.getfixturevalue("broker_url")
        return
    if request.param == "redis":
        if shutil.which("redis-server") is None:
            pytest.skip("redis-server is not installed")
        server = redis_server(home)
    else:
        if not RABBITMQ.exists():
            pytest.skip("rabbitmq-server is not installed")
        server = rabbitmq_server(home)
    with server as url:
        yield url


@pytest.fixture
def worker(
    request: pytest.FixtureRequest, transactional_db: None, any_broker_url: str
) -> Iterator[LiveWorker]:
    if any_broker_url == request.getfixturevalue("broker_url"):
        yield request.getfixturevalue("live_worker")
        return
    worker = LiveWorker(any_broker_url)
    use_broker(any_broker_url)
    yield worker
    worker.stop()
    use_broker("redis://127.0.0.1:1/0")


def done(worker: LiveWorker) -> int:
    return len(re.findall(rf"Task {TASK}\[.*\] succeeded", worker.log.read_text()))


def test_queue_works_before_and_after_the_worker_dies(worker: LiveWorker) -> None:
    worker.start()
    before = done(worker)
    app.send_task(TASK)
    assert wait_until(lambda: done(worker) == before + 1, alive=lambda: True, seconds=30)

    worker.kill()
    app.send_task(TASK)
    health.check_broker()
    worker.start()

    # The log is a new one, so this is the second.
    assert wait_until(lambda: done(worker) == 1, alive=lambda: True, seconds=30)


def test_worker_leaves_no_process_when_killed(live_worker: LiveWorker) -> None:
    children = [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and parent_of(int(folder.name)) == live_worker.pid
    ]
    assert children

    os.kill(live_worker.pid, signal.SIGKILL)

    assert wait_until(
        lambda: not [pid for pid in children if parent_of(pid)], alive=lambda: True, seconds=10
    )


def parent_of(pid: int) -> int:
    """Return 0 for a process that is no more."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[1])
