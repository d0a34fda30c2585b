"""Trains all heads, one after the other: what `make nets` runs.

    python models/recipes/train_heads.py FOLDER --work DIR [--out models]

Features are kept in DIR, so that a run that was stopped goes on where it was. A head that cannot be
trained does not keep the others from it, but the command then fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from train_head import HERE, head_names

from analysis.manifest import MODELS_DIR


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds the labelled sets")
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, default=MODELS_DIR, help="where the nets are written")
    options = parser.parse_args()
    begun = time.monotonic()
    failed = []
    names = head_names()
    for number, name in enumerate(names, start=1):
        print(f"== {name}, {number} of {len(names)}, after {_minutes(begun)}", flush=True)
        command = [sys.executable, str(HERE / "train_head.py"), name, str(options.folder)]
        command += ["--work", str(options.work), "--out", str(options.out)]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print(f"== {len(names) - len(failed)} heads in {_minutes(begun)}")
    if failed:
        raise SystemExit(f"not trained: {', '.join(failed)}")


def _minutes(begun: float) -> str:
    return f"{(time.monotonic() - begun) / 60:.1f} minutes"


if __name__ == "__main__":
    main()
