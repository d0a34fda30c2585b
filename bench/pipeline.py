"""How long does a picture take, and where does the time go?

    python bench/pipeline.py [--runs 7]

Prints the median of several runs in milliseconds. Figures hold for the machine and its load, which
is printed, too; compare the ratios.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from _pictures import group, jpeg

from analysis.manifest import load_manifest
from analysis.pipeline import load_pipeline
from analysis.pipeline.backbone import Backbone
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.detector import Detector
from analysis.pipeline.mesh import MeshNet
from analysis.pipeline.session import OrtSession
from dam.imaging import decode

# Faces, width and height of the picture, width of a face; all in pixels.
CASES = (
    (1, 1024, 768, 220),
    (5, 1600, 1200, 150),
    (20, 1600, 1200, 100),
    (29, 1600, 1200, 90),
)


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Return the median duration after one run that is not counted."""
    work()
    durations = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        durations.append((time.perf_counter() - start) * 1000)
    return statistics.median(durations)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    manifest = load_manifest()
    specs = {role: manifest.net(role) for role in ("detector", "mesh", "backbone")}
    inputs = {role: spec.input for role, spec in specs.items() if spec.input is not None}
    sessions = {
        role: OrtSession(spec, threads=0, wanted=["pooled"] if role == "backbone" else spec.outputs)
        for role, spec in specs.items()
    }
    detector = Detector(sessions["detector"], inputs["detector"])
    mesh = MeshNet(sessions["mesh"], inputs["mesh"])
    backbone = Backbone(sessions["backbone"], specs["backbone"])
    pipeline = load_pipeline()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, median of {runs} runs, ms")
    print(
        f"{'faces':>5} {'MP':>5} {'decode':>7} {'detect':>7} {'mesh':>7} {'backbone':>9} "
        f"{'pipeline':>9} {'a face':>7}"
    )
    for count, width, height, face_px in CASES:
        image = group(count, width=width, height=height, face_px=face_px)
        data = jpeg(image)
        found = detector.detect(image)
        crops = {
            role: cut_crops(image, found, CROPS[inputs[role].crop], size=inputs[role].size)
            for role in ("mesh", "backbone")
        }
        steps = (
            median_ms(lambda data=data: decode(io.BytesIO(data), max_pixels=10**8), runs),
            median_ms(lambda image=image: detector.detect(image), runs),
            median_ms(lambda crops=crops: mesh.lay(crops["mesh"]), runs),
            median_ms(lambda crops=crops: backbone.features(crops["backbone"]), runs),
        )
        everything = median_ms(lambda image=image: pipeline.analyze(image), runs)
        decoded, detected, laid, passed = steps
        print(
            f"{len(found):>5} {width * height / 1e6:>5.1f} {decoded:>7.1f} {detected:>7.1f} "
            f"{laid:>7.1f} {passed:>9.1f} {everything:>9.1f} {everything / len(found):>7.1f}"
        )


if __name__ == "__main__":
    main()
