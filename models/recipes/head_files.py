"""Writes trained heads, and reads with the written file: what is judged is what is shipped."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from head_data import HeadData
from head_inputs import backbone_feeds
from numpy.typing import NDArray

from analysis.pipeline.types import Floats

_ROWS = 128


def write_head(model: onnx.ModelProto, name: str, out: Path) -> Path:
    """Write `head_NAME.onnx` and print its SHA-256 for the manifest."""
    data = model.SerializeToString(deterministic=True)
    path = out / f"head_{name}.onnx"
    path.write_bytes(data)
    print(f"{path.name}: sha256 {hashlib.sha256(data).hexdigest()}, {len(data)} bytes", flush=True)
    return path


def read_head(path: Path, data: HeadData, rows: NDArray[np.intp]) -> dict[str, Floats]:
    """Return a head's outputs on the plain copy of some faces, in the order of `rows`."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    outputs = [one.name for one in session.get_outputs()]
    parts: list[tuple[NDArray[np.intp], list[Floats]]] = []
    for owner, faces in enumerate(data.faces):
        mine = np.flatnonzero(data.owner[rows] == owner)
        for start in range(0, len(mine), _ROWS):
            chosen = mine[start : start + _ROWS]
            feeds = backbone_feeds(faces, names, data.place[rows[chosen]])
            parts.append((chosen, session.run(outputs, feeds)))
    found: dict[str, Floats] = {}
    for number, name in enumerate(outputs):
        width = parts[0][1][number].shape[1]
        values = np.zeros((len(rows), width), dtype=np.float32)
        for chosen, results in parts:
            values[chosen] = results[number]
        found[name] = values
    return found


def check_against(
    path: Path, data: HeadData, rows: NDArray[np.intp], output: str, expected: Floats
) -> None:
    """Raise SystemExit unless the file gives what torch gives."""
    difference = float(np.abs(read_head(path, data, rows)[output] - expected).max())
    print(f"{path.name}: {output} differs from torch by at most {difference:.1e}", flush=True)
    if difference > 2e-3 * max(1.0, float(np.abs(expected).max())):
        raise SystemExit(f"{path.name} is not the net that was trained")
