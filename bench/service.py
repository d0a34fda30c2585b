"""How fast is the service as a whole, and how much memory does it take?

    python bench/service.py [--pictures 60]

Starts the real service in a temporary home, sends distinct pictures by REST, waits until the one
worker has analyzed all of them, and stops the service.
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np
from _pictures import group, jpeg
from _service import Service, running_service

WORK_SECONDS = 600


def distinct_pictures(count: int) -> list[bytes]:
    """Return JPEG files of 1 to 5 faces, 0.8 MP, all different."""
    random = np.random.default_rng(0)
    pictures = []
    for index in range(count):
        image = group(1 + index % 5, width=1024, height=768, face_px=120)
        noise = random.integers(-2, 3, image.shape)
        pictures.append(jpeg(np.clip(image + noise, 0, 255).astype(np.uint8)))
    return pictures


def wait_for_all(service: Service, uids: set[str]) -> int:
    """Wait until every asset is analyzed and return how many faces there are."""
    deadline = time.monotonic() + WORK_SECONDS
    faces: dict[str, int] = {}
    while time.monotonic() < deadline:
        for uid in uids - set(faces):
            analysis = service.call(f"assets/{uid}")["analysis"]
            if analysis["status"] == "failed":
                raise SystemExit(f"asset {uid} failed: {analysis['error']}")
            if analysis["status"] != "succeeded":
                break
            faces[uid] = analysis["face_count"]
        if len(faces) == len(uids):
            return sum(faces.values())
        time.sleep(0.1)
    raise SystemExit(f"{len(uids) - len(faces)} pictures were not analyzed in {WORK_SECONDS} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=60)
    pictures = distinct_pictures(parser.parse_args().pictures)
    with running_service() as service:
        measure(service, pictures)


def measure(service: Service, pictures: list[bytes]) -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"from `manage.py up` to /readyz, first start: {service.start_seconds:.1f} s")
    # The nets are loaded by the first picture, which is not counted.
    first = service.send("first.jpg", pictures[0], path="assets", field="files")
    wait_for_all(service, {first["results"][0]["asset"]["uid"]})
    began = time.monotonic()
    uids = set()
    for index, data in enumerate(pictures[1:]):
        answer = service.send(f"{index}.jpg", data, path="assets", field="files")
        uids.add(answer["results"][0]["asset"]["uid"])
    sent = time.monotonic() - began
    faces = wait_for_all(service, uids)
    took = time.monotonic() - began
    print(
        f"{len(uids)} pictures, {faces} faces through the queue with one worker: "
        f"{len(uids) / took:.1f} pictures/s, {faces / took:.1f} faces/s (sent in {sent:.1f} s)"
    )
    analyzed = []
    for data in pictures[:8]:
        start = time.perf_counter()
        service.send("one.jpg", data, path="analyze", field="image")
        analyzed.append((time.perf_counter() - start) * 1000)
    print(f"POST analyze: first {analyzed[0]:.0f} ms, then {np.median(analyzed[1:]):.0f} ms")
    memory = service.memory_mb()
    print("memory, MB: " + ", ".join(f"{name} {size:.0f}" for name, size in memory.items()))


if __name__ == "__main__":
    main()
