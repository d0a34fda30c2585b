"""Times of calls, and what a process and a database hold."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of a clock on the wall, one for each call."""

    ms: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.at(50):.1f} / {self.at(95):.1f}"

    def at(self, percent: float) -> float:
        return float(np.percentile(self.ms, percent))


def measure(calls: Sequence[Callable[[], object]], *, warm: int = 3) -> Times:
    """Time each call once, after the first `warm` of them."""
    for call in calls[:warm]:
        call()
    ms = []
    for call in calls:
        began = time.perf_counter()
        call()
        ms.append((time.perf_counter() - began) * 1000)
    return Times(tuple(ms))


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
