"""Judges a covering head out of fold: each face by a net that saw nothing of its group.

    python models/recipes/fold_covering_head.py NAME FOLDER --work DIR

NAME is mask, glasses or hat. Test holds too few of what is rare, such as photos of masks worn
incorrectly; this trains five nets instead of one and counts all of them. The temperature is fitted
on the same faces.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

import numpy as np
import torch
from calibration import best_temperature
from covering_heads import CoveringData, judge, out_of_fold
from features import FeatureStore
from scipy.special import softmax
from scores import print_scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=("mask", "glasses", "hat"))
    parser.add_argument("folder", type=Path, help="holds the labelled sets")
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    head = importlib.import_module(f"{options.name}_head").HEAD
    store = FeatureStore(options.folder, options.work, threads=options.threads)
    data = CoveringData.load(head, store)
    rows = np.arange(len(data.targets))
    logits = out_of_fold(head, data, rows)
    plain = data.plain
    temperature = best_temperature(logits[plain], data.targets[plain])
    print_scores(judge(head, data, rows, softmax(logits / temperature, axis=1)))


if __name__ == "__main__":
    main()
