"""Times of calls, and what a process and a database hold."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds, one number for each call."""

    ms: tuple[float, ...]
    """On the clock on the wall: what somebody waits."""
    busy: tuple[float, ...] = ()
    """Of processors, in this process and in its database process, whatever else the machine does:
    what a call takes at least on an idle one."""

    def __str__(self) -> str:
        return f"{self.at(50):.1f} / {self.at(95):.1f}"

    @property
    def busy_text(self) -> str:
        """p50 and p95 of the processors' time, empty where it is not known."""
        if not self.busy:
            return ""
        return " / ".join(f"{np.percentile(self.busy, percent):.1f}" for percent in (50, 95))

    def at(self, percent: float) -> float:
        return float(np.percentile(self.ms, percent))


def measure(
    calls: Sequence[Callable[[], object]], *, warm: bool = True, backend: int | None = None
) -> Times:
    """Time each call once; if `warm`, after all of them. `backend` is the database's process."""
    for call in calls if warm else ():
        call()
    ms, busy = [], []
    for call in calls:
        used = _busy_seconds(backend)
        began = time.perf_counter()
        call()
        ms.append((time.perf_counter() - began) * 1000)
        busy.append((_busy_seconds(backend) - used) * 1000)
    return Times(tuple(ms), tuple(busy) if backend else ())


@contextmanager
def ahead(*pids: int) -> Iterator[None]:
    """Let processes go before all others of the machine, as if it did nothing else. Needs root."""
    for pid in pids:
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        for pid in pids:
            os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))


def _busy_seconds(backend: int | None) -> float:
    """Return the processors' time of this process and of another one of this machine."""
    seconds = time.process_time()
    if backend is not None:
        try:
            # Time on a processor, in nanoseconds, comes first (Linux, sched-stats).
            seconds += int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            return float("nan")
    return seconds


def memory_mb(pid: int | str = "self", *, shared: bool = True) -> float:
    """Return what a process holds in MB: shared pages by their share, or not at all."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    names = ("Pss",) if shared else ("Private_Clean", "Private_Dirty")
    found = [re.search(rf"^{name}:\s+(\d+)", rollup, re.MULTILINE) for name in names]
    return sum(int(one[1]) for one in found if one) / 1024


def database_memory_mb(folder: Path) -> float:
    """Return what all processes of a server hold, by the folder that they run in."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                here = (entry / "cwd").resolve(strict=True)
            except OSError:
                continue
            if here == folder.resolve():
                total += memory_mb(entry.name)
    return total
