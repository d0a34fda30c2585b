"""What every test has: one PostgreSQL for the whole session, in a temporary folder.

`live_worker` adds a real broker and a real Celery worker, for the few tests that are about them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client, TransactionTestCase
from kombu import pools
from rest_framework.test import APIClient

from analysis.manifest import MODELS_DIR
from analysis.thresholds.known import known_thresholds
from dam.celery import app
from dam.embedded.accounts import service_account
from dam.embedded.ports import free_port
from dam.embedded.postgres import PostgresServer, find_binaries
from dam.embedded.processes import kill_session, spawn, stop, wait_until
from dam.embedded.valkey import ValkeyServer, find_program
from dam.env import describe_database
from dam.models import ApiKey
from search.models import ChangedFace
from tests.factories import make_api_key, make_user

# A session's database is thrown away, so it need not survive a power cut.
UNSAFE_AND_QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
WORKER_SECONDS = 60
MADE_BY_MIGRATIONS = {"django_migrations", "django_content_type", "auth_permission"}


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("nets") and not (MODELS_DIR / "detector.onnx").exists():
        pytest.skip("the nets are not in models/")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database server's URL: DATABASE_URL's, or an embedded one's of this session."""
    if not settings.STARTS_POSTGRES:
        yield os.environ["DATABASE_URL"]
        return
    home = Path(settings.DAM_HOME)
    server = PostgresServer(
        home / "postgres",
        port=free_port(),
        password="only-for-tests",
        binaries=find_binaries(settings.DAM_PG_BIN),
        account=service_account(),
        options=UNSAFE_AND_QUICK,
    )
    with server.running(log=home / "postgres.log"):
        yield server.url()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    postgres_url: str, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Point Django's connection at this session's server, before the test database is made.

    Its name tells processes that share the tests apart, for they may share a server, too.
    """
    connections.settings["default"].update(describe_database(postgres_url))


@pytest.fixture(scope="session", autouse=True)
def _quick_emptying() -> Iterator[None]:
    """Delete what a test committed, where Django would truncate all tables.

    That makes hundreds of files anew each time, and then all permissions.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: _delete_all_rows())
        yield


def _delete_all_rows() -> None:
    names = set(connection.introspection.django_table_names(only_existing=True))
    # Marks come last: deleting faces makes some.
    marks = ChangedFace._meta.db_table
    ordered = [*sorted(names - MADE_BY_MIGRATIONS - {marks}), marks]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(";".join(f"DELETE FROM {connection.ops.quote_name(n)}" for n in ordered))


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """The URL of an embedded Valkey of this session."""
    home = Path(settings.DAM_HOME)
    server = ValkeyServer(
        home / "valkey",
        port=free_port(),
        password="only-for-tests",
        program=find_program(),
        account=service_account(),
    )
    with server.running(log=home / "valkey.log"):
        yield server.url


@pytest.fixture(autouse=True)
def _default_thresholds() -> None:
    """Let no test know what another one set, nor read it at a moment that time chooses."""
    known_thresholds.keep({}, seconds=3600)


@pytest.fixture
def api(db: None) -> APIClient:
    """A client with a key that may do everything."""
    client = APIClient()
    key = make_api_key(ApiKey.Scope.ADMIN)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key.text}")
    # Noting when the key was last used is a query that only the first request does.
    client.get("/api/v1/runs")
    return client


@pytest.fixture
def browser(db: None) -> Client:
    """A client of somebody who is signed in."""
    client = Client()
    client.force_login(make_user())
    return client


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty folder that the embedded servers' user can reach, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="facet-home-", dir=settings.SCRATCH))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


class LiveWorker:
    """A Celery worker with one process, without beat, on the test database."""

    def __init__(self, broker_url: str) -> None:
        self.log = Path(settings.DAM_HOME) / f"worker-{id(self)}.log"
        self._broker_url = broker_url
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it unless it runs, and wait until it takes tasks."""
        if self._process is not None and self._process.poll() is None:
            return
        self.log.unlink(missing_ok=True)
        arguments = ["-m", "celery", "--app", "dam", "worker", "--loglevel", "INFO"]
        arguments += ["--concurrency", "1", "--without-gossip", "--without-mingle"]
        process = self._process = spawn(
            [sys.executable, *arguments],
            log=self.log,
            folder=settings.BASE_DIR,
            environment={
                "DJANGO_SETTINGS_MODULE": "dam.settings",
                "DATABASE_URL": self._database_url(),
                "BROKER_URL": self._broker_url,
                "PYTHONWARNINGS": "default",
            },
        )
        ready = wait_until(
            lambda: "ready." in self.log.read_text(),
            alive=lambda: process.poll() is None,
            seconds=WORKER_SECONDS,
        )
        assert ready, self.log.read_text()

    def kill(self) -> None:
        """End it as a power cut would, whatever it is doing."""
        if self._process is not None:
            kill_session(self._process)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, stop_signal=signal.SIGTERM, grace_seconds=10)

    @staticmethod
    def _database_url() -> str:
        values = {
            "host": connection.settings_dict["HOST"],
            "port": connection.settings_dict["PORT"],
            "user": connection.settings_dict["USER"],
            "password": connection.settings_dict["PASSWORD"],
        }
        named = "&".join(f"{name}={quote(str(v), safe='')}" for name, v in values.items() if v)
        return f"postgresql:///{connection.settings_dict['NAME']}?{named}"


@pytest.fixture(scope="session")
def _session_worker(django_db_setup: None, broker_url: str) -> Iterator[LiveWorker]:
    worker = LiveWorker(broker_url)
    yield worker
    worker.stop()


@pytest.fixture
def live_worker(
    transactional_db: None, _session_worker: LiveWorker, broker_url: str
) -> Iterator[LiveWorker]:
    """A running worker that gets the tasks this test sends: it sees committed rows only."""
    usual = app.conf.broker_url
    use_broker(broker_url)
    app.control.purge()
    _session_worker.start()
    yield _session_worker
    use_broker(usual)


def use_broker(url: str) -> None:
    """Let this process send tasks to another broker from now on."""
    app.conf.broker_url = url
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
