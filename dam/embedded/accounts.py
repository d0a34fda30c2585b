"""Who runs the embedded servers. PostgreSQL refuses root, so root's servers run as `nobody`."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dam.home import is_open_to_all

UNPRIVILEGED = "nobody"


class EmbeddedError(Exception):
    """An embedded part cannot be started; the message tells a person what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """Return whom to become, or None where the servers can run as the user that started us."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL does not run as root and there is no user {UNPRIVILEGED!r} to run it as. "
            "Start Facet as a plain user, or set DATABASE_URL and BROKER_URL."
        ) from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def make_folder(path: Path, *, account: Account | None) -> Path:
    """Make a folder that only the servers' user can read. Raises EmbeddedError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if account:
            os.chown(path, account.uid, account.gid)
        path.chmod(0o700)
    except OSError as error:
        raise EmbeddedError(f"The folder {path} cannot be made: {error.strerror}.") from error
    if account and not is_open_to_all(path.parent):
        raise EmbeddedError(
            f"The user {account.name!r} cannot reach {path}. Set DAM_HOME to a folder that all "
            "users may enter, such as /var/lib/facet, or start Facet as a plain user."
        )
    return path


def open_to_all(path: Path) -> None:
    """Let everybody read a path and, where its owner can, enter or run it."""
    if not path.is_symlink():
        mode = path.stat().st_mode
        path.chmod(mode | (0o055 if mode & 0o100 else 0o044))


def reachable(
    program: Path, *, root: Path, parts: Sequence[str], copies: Path, account: Account | None
) -> Path:
    """Return the program, or its copy where the servers' user cannot reach the original.

    Everything of `parts` below `root`, which the program needs and is one of, is copied to a folder
    below `copies`; older copies are removed. `copies` belongs to us: were it the servers' user's, a
    server could make us write anywhere.
    """
    if account is None or is_open_to_all(program.parent):
        return program
    made = program.stat()
    target = copies / f"{program.name}-{made.st_size:x}-{made.st_mtime_ns:x}"
    if not target.exists():
        for older in copies.glob(f"{program.name}-*"):
            shutil.rmtree(older)
        partial = copies / f".{target.name}"
        shutil.rmtree(partial, ignore_errors=True)
        for part in parts:
            if (root / part).is_dir():
                shutil.copytree(root / part, partial / part, symlinks=True)
            else:
                (partial / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / part, partial / part)
        for path in (copies, partial, *partial.rglob("*")):
            open_to_all(path)
        partial.rename(target)
    return target / program.relative_to(root)
