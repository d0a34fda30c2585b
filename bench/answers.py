"""How long does who waits for an answer wait, beside the bare pipeline, and beside a full queue?

    python bench/answers.py [--rounds 25] [--queue 400]

Starts the real service in a temporary home and sends one picture of a megapixel with one face again
and again: as native, AILabTools and Scaleflex clients do, each on a new connection. In turn with
them this process decodes and analyzes the same picture itself, with the nets and threads that the
web server has. First nothing else goes on; then one worker has a queue of other pictures. Rounds
are mixed, so the ratios hold whatever else the machine does.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from _pictures import group, jpeg
from _service import Service, running_service

from analysis.pipeline import load_pipeline
from dam.imaging import decode

MEGAPIXEL = (1152, 868)
FACE_PX = 300
BARE = "bare pipeline"


def clients(service: Service, picture: bytes) -> dict[str, Callable[[], object]]:
    """Return what is measured by name, the bare pipeline first."""
    pipeline = load_pipeline()

    def bare() -> object:
        return pipeline.analyze(decode(io.BytesIO(picture), max_pixels=10**8))

    def sending(path: str, field: str, headers: Mapping[str, str]) -> Callable[[], object]:
        return lambda: service.send("one.jpg", picture, path=path, field=field, headers=headers)

    ailab = "/api/portrait/analysis/face-analyzer-advanced"
    return {
        BARE: bare,
        "native": sending("analyze", "image", {}),
        "AILabTools": sending(ailab, "image", {"ailabapi-api-key": service.key}),
        "Scaleflex": sending("/scaleflex/face-analysis", "file", {"X-Filerobot-Key": service.key}),
    }


def measure(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each call, all of them in turn in each round."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            took[name].append((time.perf_counter() - start) * 1000)
    return took


def show(title: str, took: Mapping[str, list[float]]) -> None:
    print(f"{title}, ms")
    bare = np.median(took[BARE])
    for name, times in took.items():
        median, late = np.percentile(times, [50, 95])
        print(
            f"  {name:<14} p50 {median:>7.1f}  p95 {late:>7.1f}  {median / bare:>5.2f} × bare p50"
        )


def fill_queue(service: Service, count: int) -> None:
    """Store pictures that no one has seen, more than the worker can analyze meanwhile."""
    random = np.random.default_rng(0)
    image = group(2, width=1024, height=768, face_px=120)
    for index in range(count):
        noise = random.integers(-2, 3, image.shape)
        data = jpeg(np.clip(image + noise, 0, 255).astype(np.uint8))
        service.send(f"{index}.jpg", data, path="assets", field="files")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--queue", type=int, default=400)
    asked = parser.parse_args()
    width, height = MEGAPIXEL
    picture = jpeg(group(1, width=width, height=height, face_px=FACE_PX))
    with running_service() as service:
        calls = clients(service, picture)
        measure(calls, 2)  # the nets are loaded
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {asked.rounds} rounds")
        show("nothing else goes on", measure(calls, asked.rounds))
        fill_queue(service, asked.queue)
        before = service.call("status")["waiting"]
        took = measure(calls, asked.rounds)
        after = service.call("status")["waiting"]
        show(f"a worker with {before} pictures waiting, {after} at the end", took)
        if not after:
            print("  the queue was empty before the end: take a longer one")


if __name__ == "__main__":
    main()
