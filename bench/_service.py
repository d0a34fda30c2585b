"""The real service, started in a home of its own to be measured."""

from __future__ import annotations

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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
START_SECONDS = 120


@contextmanager
def running_service(*, scope: str = "write") -> Iterator[Service]:
    """Give a service with an empty library and a key of that scope; it is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="facet-bench-"))
    home.chmod(0o755)  # as root, PostgreSQL runs as another user who has to get in
    try:
        service = Service(home, scope=scope)
        try:
            yield service
        finally:
            service.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


class Service:
    """The running service, its address and a key for it."""

    def __init__(self, home: Path, *, scope: str) -> None:
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
        printed = self.manage("create_api_key", "--name", "bench", "--scope", scope)
        found = re.search(r"fct_\w+", printed)
        if found is None:
            raise SystemExit(f"create_api_key printed no key: {printed}")
        self.key = found.group()

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py beside the service, and return what it prints."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

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

    def call(
        self,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        method: str | None = None,
    ) -> Any:
        """Send a request and return the JSON answer; `path` is one of ours, or begins with /."""
        request = urllib.request.Request(
            self.address + (path if path.startswith("/") else f"/api/v1/{path}"),
            data=body,
            headers={"Authorization": f"Api-Key {self.key}", **(headers or {})},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def fetch(self, path: str) -> bytes:
        """Return a file; `path` is one of ours."""
        headers = {"Authorization": f"Api-Key {self.key}"}
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def tell(self, path: str, told: Any, *, method: str = "POST") -> Any:
        """Send something as JSON and return the JSON answer."""
        headers = {"Content-Type": "application/json"}
        return self.call(path, body=json.dumps(told).encode(), headers=headers, method=method)

    def send(
        self,
        name: str,
        data: bytes,
        *,
        path: str,
        field: str,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send one file as a form."""
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; '
            f'filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
        form = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.call(path, body=body, headers={**form, **(headers or {})})

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
