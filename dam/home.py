"""DAM_HOME: the one folder that holds everything this installation writes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

SYSTEM_FOLDER = Path("/var/lib/facet")
ADDRESSES_FILE = "embedded.json"
KEY_FILE = "secret-key"
LOCK_FILE = "up.lock"


class HomeInUse(Exception):
    """Another `up` runs on this home; the message says which."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the embedded servers answer, passwords included."""

    database_url: str = ""
    broker_url: str = ""


def default_home(project: Path) -> Path:
    """Return `var/` below the project, or a folder of the system's where that cannot work.

    Started by root, the embedded servers run as another user, who cannot reach anything below a
    folder such as /root.
    """
    if os.geteuid() != 0 or is_open_to_all(project):
        return project / "var"
    digest = hashlib.sha256(str(project).encode()).hexdigest()[:8]
    return SYSTEM_FOLDER / f"{project.name}-{digest}"


def open_home(home: Path) -> None:
    """Make the home. Only its owner can list it; root's servers may pass to their own folders."""
    if home.exists():
        return
    is_root = os.geteuid() == 0
    for folder in reversed([home, *home.parents]):
        if not folder.exists():
            folder.mkdir()
            if is_root:
                folder.chmod(0o755)
    home.chmod(0o711 if is_root else 0o700)


def is_open_to_all(folder: Path) -> bool:
    """Tell whether any user may enter the folder and all folders above it."""
    for path in (folder, *folder.parents):
        if path.exists() and not path.stat().st_mode & stat.S_IXOTH:
            return False
    return True


def read_addresses(home: Path) -> Addresses:
    """Return what `up` wrote, or blanks when it was never run. Raises OSError and ValueError."""
    try:
        values = json.loads((home / ADDRESSES_FILE).read_text())
        return Addresses(**values)
    except FileNotFoundError:
        return Addresses()
    except TypeError as error:
        raise ValueError(str(error)) from error


def write_addresses(home: Path, addresses: Addresses) -> None:
    write_private(home / ADDRESSES_FILE, json.dumps(asdict(addresses), indent=2) + "\n")


@contextmanager
def lock(home: Path, *, address: str) -> Iterator[None]:
    """Hold the home for the length of a `with` block. Raises HomeInUse.

    The kernel drops the lock with the process that held it, so none is ever stale.
    """
    descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeInUse(file.read().strip() or "another process") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, {address}\n")
        file.flush()
        yield


def kept_secret(path: Path) -> str:
    """Return the secret in a file, making both at the first call. Raises OSError."""
    try:
        kept = path.read_text().strip()
    except FileNotFoundError:
        kept = ""
    if kept:
        return kept
    open_home(path.parent)
    secret = secrets.token_urlsafe(48)
    write_private(path, secret + "\n")
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
