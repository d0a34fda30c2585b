"""The benchmark's own PostgreSQL, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dam.embedded.accounts import service_account
from dam.embedded.ports import free_port
from dam.embedded.postgres import PostgresServer, find_binaries

PROJECT = Path(__file__).resolve().parents[2]
# A library is made again where it is lost, so loading needs no log.
LOADING = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
}


@contextmanager
def serve(
    home: Path, *, loading: bool, port: int = 0, options: dict[str, str] | None = None
) -> Iterator[str]:
    """Run the server of a folder, with the service's own settings but for loading; give its URL."""
    server = PostgresServer(
        home / "postgres",
        port=port or free_port(),
        password="only-for-a-benchmark",  # noqa: S106 - made-up faces on the loopback interface
        binaries=find_binaries(),
        account=service_account(),
        options={**(options or {}), **(LOADING if loading else {})},
    )
    with server.running(log=home / "postgres.log"):
        yield server.url()


def manage(*arguments: str, environment: dict[str, str]) -> None:
    """Run a command of the service on the database that the environment names."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"manage.py {arguments[0]} failed: {done.stderr}")
