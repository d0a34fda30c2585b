"""Starts the parts of the service in order, keeps them running and stops them in reverse."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dam.embedded.accounts import EmbeddedError
from dam.embedded.leftovers import Records
from dam.embedded.processes import kill_session, wait_until

MAX_LOG_BYTES = 10_000_000
SHOWN_LOG_LINES = 8
HEALTHY_SECONDS = 60.0
LOOK_SECONDS = 0.2
# make, systemd and a terminal may each pass one and the same signal on.
SAME_REQUEST_SECONDS = 1.0


class StopRequested(Exception):
    """Somebody wants the service to end while it is still starting."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the service. `start` gets the log's path and does not wait."""

    name: str
    start: Callable[[Path], subprocess.Popen[bytes]]
    prepare: Callable[[], None] = lambda: None
    is_ready: Callable[[], bool] = lambda: True
    start_seconds: float = 60
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10


@dataclass(slots=True)
class Running:
    part: Part
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


@dataclass
class Supervisor:
    """Owns the parts' processes; all of it happens in the thread that made it."""

    logs: Path
    records: Records
    say: Callable[[str], None]
    pauses: tuple[float, ...] = (1, 2, 4, 8, 16, 30)
    _running: list[Running] = field(default_factory=list)
    _stop_requested_at: float | None = None
    _is_hurried: bool = False

    def request_stop(self, *_: object) -> None:
        """Ask for the end; asked again later, nobody is waited for. Fit to be a signal handler."""
        now = time.monotonic()
        if self._stop_requested_at is None:
            self._stop_requested_at = now
        elif now - self._stop_requested_at >= SAME_REQUEST_SECONDS:
            self._is_hurried = True

    @property
    def is_stopping(self) -> bool:
        return self._stop_requested_at is not None

    def check_stop(self) -> None:
        """Raise StopRequested when the end was asked for."""
        if self.is_stopping:
            raise StopRequested

    def launch(self, *parts: Part) -> None:
        """Start the parts and wait until all are ready.

        Raises EmbeddedError with the end of the log when one does not come up, and StopRequested.
        """
        started = []
        for part in parts:
            self.check_stop()
            part.prepare()
            started.append(Running(part, self._start(part), time.monotonic()))
            self._running.append(started[-1])
        for running in started:
            self._wait_until_ready(running)

    def watch(self) -> None:
        """Restart what ends until a stop is requested."""
        while not self.is_stopping:
            self.look()
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Restart what has ended, once, and keep the logs short."""
        for running in self._running:
            self._look_after(running)
        self._bound_logs()

    def stop(self) -> None:
        """Stop all parts, the last started first."""
        if self._running:
            self.say(f"Stopping {', '.join(r.part.name for r in reversed(self._running))}.")
        for running in reversed(self._running):
            self._stop(running)
        self._running.clear()
        self.records.clear()

    def log(self, part: Part) -> Path:
        return self.logs / f"{part.name}.log"

    def _start(self, part: Part) -> subprocess.Popen[bytes]:
        process = part.start(self.log(part))
        self.records.add(part.name, process.pid, stop_signal=part.stop_signal)
        return process

    def _wait_until_ready(self, running: Running) -> None:
        part, process = running.part, running.process
        ready = wait_until(
            part.is_ready,
            alive=lambda: process.poll() is None and not self.is_stopping,
            seconds=part.start_seconds,
        )
        self.check_stop()
        if not ready:
            ended = process.poll()
            what = "did not answer in time" if ended is None else describe_end(ended)
            raise EmbeddedError(f"{part.name} {what}.{self._end_of_log(part)}")

    def _look_after(self, running: Running) -> None:
        now = time.monotonic()
        if running.restart_at is None:
            code = running.process.poll()
            if code is not None:
                self._plan_restart(running, code, now)
        elif now >= running.restart_at:
            self._restart(running, now)

    def _plan_restart(self, running: Running, code: int, now: float) -> None:
        kill_session(running.process)
        if now - running.started_at >= HEALTHY_SECONDS:
            running.failures = 0
        pause = self.pauses[min(running.failures, len(self.pauses) - 1)]
        running.failures += 1
        running.restart_at = now + pause
        part = running.part
        self.say(
            f"{part.name} {describe_end(code)}; it starts again in {pause:g} s."
            f"{self._end_of_log(part)}"
        )

    def _restart(self, running: Running, now: float) -> None:
        part = running.part
        running.started_at, running.restart_at = now, None
        try:
            part.prepare()
            running.process = self._start(part)
        except (EmbeddedError, OSError) as error:
            # The ended process stays in its place, so the next look plans another restart.
            self.say(f"{part.name} cannot be started: {error}")
            return
        self.say(f"{part.name} was started again (process {running.process.pid}).")

    def _stop(self, running: Running) -> None:
        part, process = running.part, running.process
        if process.poll() is None:
            process.send_signal(part.stop_signal)
            ended = wait_until(
                lambda: process.poll() is not None,
                alive=lambda: not self._is_hurried,
                seconds=part.grace_seconds,
            )
            if not ended:
                self.say(f"{part.name} did not end by itself and was killed.")
        kill_session(process)

    def _end_of_log(self, part: Part) -> str:
        path = self.log(part)
        try:
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - 20_000))
                lines = file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        shown = "".join(f"\n    {line}" for line in lines[-SHOWN_LOG_LINES:])
        return f" The end of {path}:{shown}" if shown else f" Its log is {path}."

    def _bound_logs(self) -> None:
        """Keep one older log of each part. The parts append, so the file can be cut under them."""
        for running in self._running:
            path = self.log(running.part)
            if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
                path.with_suffix(".log.1").write_bytes(path.read_bytes())
                with path.open("r+b") as file:
                    file.truncate(0)


def describe_end(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
