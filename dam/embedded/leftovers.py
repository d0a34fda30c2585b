"""Processes that outlived their supervisor: found again, and ended before new ones start.

Each part runs in a session of its own, so its leader's number finds all its descendants. A number
alone could by now be another program's: the kernel's start time and boot tell them apart.
"""

from __future__ import annotations

import json
import os
import signal
from dataclasses import asdict, dataclass
from pathlib import Path

from dam.embedded.accounts import EmbeddedError
from dam.embedded.processes import wait_until
from dam.home import write_private

GRACE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    pid: int
    start_ticks: int
    boot: str
    stop_signal: int


@dataclass(frozen=True, slots=True)
class Stat:
    session: int
    start_ticks: int
    is_zombie: bool


class Records:
    """The file in which the supervisor notes what it started."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._records: dict[str, Record] = {}

    def add(self, name: str, pid: int, *, stop_signal: signal.Signals) -> None:
        stat = read_stat(pid)
        if stat is None:
            return
        self._records[name] = Record(name, pid, stat.start_ticks, boot_id(), int(stop_signal))
        self._write()

    def clear(self) -> None:
        self._records.clear()
        self._write()

    def end_leftovers(self) -> list[str]:
        """End what an earlier supervisor left behind and return the names.

        Raises EmbeddedError for one that cannot be ended.
        """
        ended = []
        for record in self._read():
            if not members(record):
                continue
            try:
                end(record)
            except PermissionError:
                raise EmbeddedError(
                    f"{record.name} of an earlier start still runs (process {record.pid}) and "
                    "belongs to another user. Stop it, or start Facet as that user."
                ) from None
            ended.append(record.name)
        self.clear()
        return ended

    def _read(self) -> list[Record]:
        try:
            return [Record(**values) for values in json.loads(self.path.read_text())]
        except (FileNotFoundError, ValueError, TypeError):
            return []

    def _write(self) -> None:
        write_private(self.path, json.dumps([asdict(r) for r in self._records.values()]) + "\n")


def end(record: Record) -> None:
    """End the processes of a record; raises PermissionError and EmbeddedError."""
    if record.pid in members(record):
        os.kill(record.pid, record.stop_signal)
        wait_until(lambda: not members(record), alive=lambda: True, seconds=GRACE_SECONDS)
    for pid in members(record):
        os.kill(pid, signal.SIGKILL)
    if not wait_until(lambda: not members(record), alive=lambda: True, seconds=GRACE_SECONDS):
        raise EmbeddedError(f"{record.name} of an earlier start cannot be ended.")


def members(record: Record) -> list[int]:
    """Return the living processes of a record's session; none if the number is another's now."""
    leader = read_stat(record.pid)
    if record.boot != boot_id() or (leader and leader.start_ticks != record.start_ticks):
        return []
    found = []
    for folder in Path("/proc").iterdir():
        stat = read_stat(int(folder.name)) if folder.name.isdigit() else None
        if stat and stat.session == record.pid and not stat.is_zombie:
            found.append(int(folder.name))
    return found


def read_stat(pid: int) -> Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in brackets may hold anything, brackets and blanks too.
    fields = text.rpartition(")")[2].split()
    return Stat(session=int(fields[3]), start_ticks=int(fields[19]), is_zombie=fields[0] == "Z")


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
