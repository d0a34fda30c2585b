"""How fast is the service as a whole, and how much memory does it take?

    python bench/service.py [--pictures 60]

Starts the real service in a temporary home, sends distinct pictures by REST, waits until the one
worker has analyzed all of them, and stops the service.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from _pictures import group, jpeg

PROJECT = Path(__file__).resolve().parents[1]
START_SECONDS = 120
WORK_SECONDS = 600


class Service:
    """The running service, its address and a key for it."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.environment = {**os.environ, "DAM_HOME": str(home), "PORT": str(port)}
        for name in ("DATABASE_URL", "BROKER_URL"):
            self.environment.pop(name, None)
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )
        self._wait_until_ready(began + START_SECONDS)
        self.start_seconds = time.monotonic() - began
        made = subprocess.run(
            [sys.executable, "manage.py", "create_api_key", "--name", "bench", "--scope", "write"],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found = re.search(r"fct_\w+", made.stdout)
        if found is None:
            raise SystemExit(f"create_api_key printed no key: {made.stdout}")
        self.key = found.group()

    def _wait_until_ready(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit("the service ended before it was ready")
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise SystemExit(f"the service was not ready after {START_SECONDS} s")

    def call(self, path: str, *, body: bytes | None = None, content_type: str = "") -> Any:
        """Send a request to the REST API and return the JSON answer."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            data=body,
            headers={"Authorization": f"Api-Key {self.key}", "Content-Type": content_type},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def send(self, name: str, data: bytes, *, path: str, field: str) -> Any:
        """Send one file as a form."""
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; '
            f'filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
        return self.call(path, body=body, content_type=f"multipart/form-data; boundary={boundary}")

    def memory_mb(self) -> dict[str, float]:
        """Return the memory of each part in MB, shared pages counted by their share."""
        parts: dict[str, float] = {}
        for pid in descendants(self.process.pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            name = next(
                (part for part in ("granian", "celery", "postgres", "valkey") if part in command),
                "supervisor",
            )
            found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
            parts[name] = parts.get(name, 0) + (int(found.group(1)) / 1024 if found else 0)
        return parts

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def descendants(pid: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = [pid]
    for member in found:
        found.extend(child for child, parent in parents.items() if parent == member)
    return found


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
    home = Path(tempfile.mkdtemp(prefix="facet-bench-"))
    home.chmod(0o755)  # as root, PostgreSQL runs as another user who has to get in
    try:
        service = Service(home)
        try:
            measure(service, pictures)
        finally:
            service.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


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
