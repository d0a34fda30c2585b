"""Trains all heads: what `make nets` runs.

    python models/recipes/train_heads.py FOLDER --work DIR [--out models]

First the features of all faces are read, then heads are trained, so many at a time; emotion reads
maps of its own. Features are kept in DIR, so that a run that was stopped goes on where it was. A
head that cannot be trained does not keep the others from it, but the command then fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from covering_heads import load_reduced
from features import FeatureStore
from head_data import ARCHIVES, COPIES
from train_head import HERE, head_names

from analysis.manifest import MODELS_DIR


def read_features(store: FeatureStore) -> None:
    """Read what heads learn from, so that trainings side by side find it ready."""
    for archive in ARCHIVES:
        store.load(archive, copies=COPIES)
    load_reduced(store)


def train(name: str, options: argparse.Namespace) -> int:
    """Train one head; print its lines behind its name. Return the exit status."""
    command = [sys.executable, "-u", str(HERE / "train_head.py"), name, str(options.folder)]
    command += ["--work", str(options.work), "--out", str(options.out)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(f"{name:>9} | {line.rstrip()}", flush=True)
    return process.returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds the labelled sets")
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, default=MODELS_DIR, help="where the nets are written")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time, a core each")
    options = parser.parse_args()
    begun = time.monotonic()
    read_features(FeatureStore(options.folder, options.work))
    print(f"== features read, after {_minutes(begun)}", flush=True)
    names = head_names()
    with ThreadPoolExecutor(options.jobs) as pool:
        statuses = list(pool.map(lambda name: train(name, options), names))
    failed = [name for name, status in zip(names, statuses, strict=True) if status]
    print(f"== {len(names) - len(failed)} heads in {_minutes(begun)}")
    if failed:
        raise SystemExit(f"not trained: {', '.join(failed)}")


def _minutes(begun: float) -> str:
    return f"{(time.monotonic() - begun) / 60:.1f} minutes"


if __name__ == "__main__":
    main()
