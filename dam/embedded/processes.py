"""Child processes that never outlive the one that started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from dam.embedded.accounts import Account

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: int) -> None:
    """Ask the kernel to send this process a signal when the thread that started it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def spawn(
    arguments: Sequence[str],
    *,
    log: Path,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: str = "",
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to `log`.

    It gets `death_signal` when the thread that called this ends, however that happens.
    """
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        with private_input(stdin, account=account) as standard_input:
            return subprocess.Popen(
                list(arguments),
                stdin=standard_input,
                stdout=descriptor,
                stderr=subprocess.STDOUT,
                env=None if environment is None else {**os.environ, **environment},
                cwd=folder,
                start_new_session=True,
                preexec_fn=prepare,  # noqa: PLW1509  (the supervisor has one thread)
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
    finally:
        os.close(descriptor)


def private_input(text: str, *, account: Account | None) -> IO[bytes]:
    """Return a nameless file with the text that the account may open: secrets go this way."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    file.write(text.encode())
    file.seek(0)
    if account:
        os.fchown(file.fileno(), account.uid, account.gid)
    return file


def stop(
    process: subprocess.Popen[bytes], *, stop_signal: signal.Signals, grace_seconds: float
) -> bool:
    """End a process and whatever it left in its session; tell whether it went by itself."""
    went = True
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            went = False
    kill_session(process)
    return went


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """End a process and its descendants at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    ready: Callable[[], bool], *, alive: Callable[[], bool], seconds: float, pause: float = 0.02
) -> bool:
    """Poll `ready` until it holds; give up after `seconds` or as soon as `alive` does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if not alive():
            return False
        time.sleep(pause)
    return False
