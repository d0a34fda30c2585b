"""Reads the backbone's features of labelled sets: the longest step of training, done once.

python models/recipes/extract_features.py FOLDER --work DIR utk lfw_attributes [--copies 4]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from features import FeatureStore
from labelled_faces import ARCHIVES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds the labelled sets")
    parser.add_argument("archives", nargs="+", choices=ARCHIVES)
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--copies", type=int, default=4)
    parser.add_argument("--threads", type=int, default=0, help="0 for all cores")
    options = parser.parse_args()
    store = FeatureStore(options.folder, options.work, threads=options.threads)
    for copies in range(1, options.copies + 1):
        for archive in options.archives:
            store.load(archive, copies=copies)


if __name__ == "__main__":
    main()
