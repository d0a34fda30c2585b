"""Trains one head: reads features, trains, calibrates, writes the net and prints figures on test.

    python models/recipes/train_head.py NAME FOLDER --work DIR [--out models]

NAME is a head with a module NAME_head.py here. FOLDER holds the labelled sets, DIR keeps features
between runs (about 90 kB for each copy of a face).
"""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path

import torch
from features import FeatureStore

from analysis.manifest import MODELS_DIR

HERE = Path(__file__).resolve().parent


def head_names() -> list[str]:
    """Return the heads that can be trained: modules NAME_head.py that define `make`."""
    return sorted(
        path.stem.removesuffix("_head")
        for path in HERE.glob("*_head.py")
        if "\ndef make(" in path.read_text()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=head_names())
    parser.add_argument("folder", type=Path, help="holds the labelled sets")
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, default=MODELS_DIR, help="where the net is written")
    parser.add_argument("--threads", type=int, default=1, help="others round differently")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(mode=True)
    begun = time.monotonic()
    store = FeatureStore(options.folder, options.work)
    importlib.import_module(f"{options.name}_head").make(store, options.out)
    print(f"{options.name}: {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
