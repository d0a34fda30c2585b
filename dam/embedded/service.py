"""The parts of the service and the order in which they come up."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dam.embedded import postgres, valkey
from dam.embedded.accounts import Account, EmbeddedError, service_account
from dam.embedded.ports import free_port, is_free
from dam.embedded.postgres import PostgresServer
from dam.embedded.processes import spawn
from dam.embedded.supervisor import Part, Supervisor
from dam.home import Addresses, write_addresses

WEB_THREADS = 4
# A worker may be in the middle of a picture; what it cannot finish is done again later.
WORKER_GRACE_SECONDS = 30
PROBE_SECONDS = 5
EXPLAIN_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """What to start, and where: everything of the settings that the supervisor needs."""

    project: Path
    home: Path
    host: str
    port: int
    known: Addresses
    embeds_database: bool
    embeds_broker: bool
    pg_bin: str
    worker_processes: int
    log_level: str

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def address(self) -> str:
        host = self.probe_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    @property
    def probe_host(self) -> str:
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104


class Service:
    """Brings the parts up, one after the other, and says so."""

    def __init__(self, plan: ServicePlan, supervisor: Supervisor) -> None:
        self._plan = plan
        self._supervisor = supervisor
        self._say = supervisor.say
        self._addresses = plan.known

    def start(self) -> None:
        """Return when the service is ready. Raises EmbeddedError and StopRequested."""
        plan = self._plan
        self._say(f"Facet keeps its data in {plan.home}")
        for name in self._supervisor.records.end_leftovers():
            self._say(f"An older {name} was still running and was stopped.")
        account = None
        if plan.embeds_database or plan.embeds_broker:
            account = service_account()
        if plan.embeds_database:
            self._start_database(account)
        if plan.embeds_broker:
            self._start_queue(account)
        self._prepare_database()
        self._supervisor.launch(self._web(), self._worker())
        self._wait_until_ready()

    def _start_database(self, account: Account | None) -> None:
        folder = self._plan.home / "postgres"
        port, password = kept_port_and_password(self._addresses.database_url)
        server = PostgresServer(
            folder,
            port=port,
            password=password or new_password(),
            binaries=postgres.find_binaries(self._plan.pg_bin),
            account=account,
        )
        self._remember(database_url=server.url())
        has_lost_password = server.data.exists() and not password

        def prepare() -> None:
            server.prepare()
            if has_lost_password:
                server.set_password()

        began = time.monotonic()
        self._supervisor.launch(
            Part(
                name="database",
                prepare=prepare,
                start=lambda log: server.start(log=log),
                is_ready=server.is_ready,
                start_seconds=postgres.START_SECONDS,
                stop_signal=signal.SIGINT,
                grace_seconds=postgres.STOP_SECONDS,
            )
        )
        server.create_database()
        self._say_started("PostgreSQL", port, began)

    def _start_queue(self, account: Account | None) -> None:
        port, password = kept_port_and_password(self._addresses.broker_url)
        server = valkey.ValkeyServer(
            self._plan.home / "valkey",
            port=port,
            password=password or new_password(),
            program=valkey.find_program(),
            account=account,
        )
        self._remember(broker_url=server.url)
        began = time.monotonic()
        self._supervisor.launch(
            Part(
                name="queue",
                prepare=server.prepare,
                start=lambda log: server.start(log=log),
                is_ready=server.is_ready,
                start_seconds=valkey.START_SECONDS,
                grace_seconds=valkey.STOP_SECONDS,
            )
        )
        self._say_started("Valkey", port, began)

    def _prepare_database(self) -> None:
        finished = subprocess.run(
            [sys.executable, str(self._plan.project / "manage.py"), "prepare_database"],
            env={**os.environ, **self._environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            # Ctrl-C must not tear a migration apart.
            start_new_session=True,
        )
        if finished.returncode:
            lines = finished.stderr.strip().splitlines() or ["The database cannot be prepared."]
            raise EmbeddedError("\n".join(lines[-8:]).removeprefix("CommandError: "))
        self._supervisor.check_stop()
        self._say("The database is up to date.")
        for line in finished.stdout.splitlines():
            self._say(line)

    def _web(self) -> Part:
        plan = self._plan
        arguments = [
            "granian",
            "--interface",
            "wsgi",
            "--host",
            plan.host,
            "--port",
            str(plan.port),
        ]
        arguments += ["--workers", "1", "--blocking-threads", str(WEB_THREADS), "--no-ws"]
        arguments += ["--blocking-threads-idle-timeout", "600", "--workers-kill-timeout", "8"]
        arguments += ["dam.wsgi:application"]
        return Part(
            name="web",
            start=self._python(arguments),
            is_ready=lambda: self._ask("/healthz") is not None,
        )

    def _worker(self) -> Part:
        plan = self._plan
        arguments = ["celery", "--app", "dam", "worker", "--pool", "prefork"]
        arguments += ["--concurrency", str(plan.worker_processes), "--hostname", "facet@%h"]
        arguments += ["--loglevel", plan.log_level, "--without-gossip", "--without-mingle"]
        arguments += ["--beat", "--schedule", str(plan.home / "beat-schedule")]
        return Part(
            name="worker",
            # Should this process be killed, there is nobody to end a worker that takes its time.
            # One that was still starting was seen to look for its queue for ever after SIGQUIT.
            start=self._python(arguments, death_signal=signal.SIGKILL),
            grace_seconds=WORKER_GRACE_SECONDS,
        )

    def _python(
        self, arguments: list[str], *, death_signal: signal.Signals = signal.SIGTERM
    ) -> Callable[[Path], subprocess.Popen[bytes]]:
        return lambda log: spawn(
            [sys.executable, "-m", *arguments],
            log=log,
            folder=self._plan.project,
            environment=self._environment(),
            death_signal=death_signal,
        )

    def _wait_until_ready(self) -> None:
        explain_at = time.monotonic() + EXPLAIN_AFTER_SECONDS
        while True:
            self._supervisor.check_stop()
            self._supervisor.look()
            reasons = self._ask("/readyz")
            if reasons == []:
                return
            if time.monotonic() >= explain_at:
                explain_at += EXPLAIN_AFTER_SECONDS
                self._say(f"Not ready yet. {' '.join(reasons or ['The web server is silent.'])}")
            time.sleep(0.1)

    def _ask(self, path: str) -> list[str] | None:
        """Return the reasons against being ready, or None when there is no answer."""
        connection = http.client.HTTPConnection(
            self._plan.probe_host, self._plan.port, timeout=PROBE_SECONDS
        )
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
        return [check["reason"] for check in answer.get("checks", ()) if not check["ready"]]

    def _environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "dam.settings",
            "DAM_HOME": str(self._plan.home),
            "PYTHONUNBUFFERED": "1",
        }

    def _remember(self, **urls: str) -> None:
        """Tell other commands where an embedded server is going to be."""
        self._addresses = replace(self._addresses, **urls)
        write_addresses(self._plan.home, self._addresses)

    def _say_started(self, name: str, port: int, began: float) -> None:
        self._say(f"{name} runs on port {port} ({time.monotonic() - began:.1f} s).")


def kept_port_and_password(url: str) -> tuple[int, str]:
    """Return those of an earlier start; another port where that one is taken, "" for none."""
    parts = urlsplit(url)
    port = parts.port if parts.port and is_free(parts.port) else free_port()
    return port, unquote(parts.password or "")


def new_password() -> str:
    return secrets.token_urlsafe(24)
