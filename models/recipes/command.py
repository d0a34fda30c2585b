"""The command line that all recipes share."""

from __future__ import annotations

import argparse
from pathlib import Path


def parse_output_folder(description: str | None) -> Path:
    """Read `--out FOLDER` and return the folder, made if it was missing."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where to write the net"
    )
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    return folder
