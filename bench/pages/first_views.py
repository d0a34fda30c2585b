"""What a browser gets and does when it opens a page for the first time, and while it scrolls."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
DESKTOP = {"width": 1440, "height": 900}
LONG_FRAME_MS = 50
SETTLE_MS = 1500

# Buffered, so that nothing is missed that came before.
_WATCH = """
window.seen = {lcp: 0, shift: 0, long: []};
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({type, buffered: true});
watch("largest-contentful-paint", (one) => { seen.lcp = one.startTime; });
watch("layout-shift", (one) => { if (!one.hadRecentInput) seen.shift += one.value; });
watch("longtask", (one) => seen.long.push(one.duration));
"""
_READ = """
() => {
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {...seen, first: paint ? paint.startTime : NaN, ready: page.domContentLoadedEventEnd};
}
"""
# Down by half a screen each tenth of a second, as somebody who looks for a photo does.
_SCROLL = """
([tiles, most_ms]) => new Promise((done) => {
  const frames = [], began = performance.now();
  let before = began, moved = began;
  function step(now) {
    frames.push(now - before);
    before = now;
    if (now - moved > 100) { moved = now; window.scrollBy(0, innerHeight / 2); }
    const count = document.querySelectorAll(".tile").length;
    if (count >= tiles || now - began > most_ms) done({frames, count, took: now - began});
    else requestAnimationFrame(step);
  }
  requestAnimationFrame(step);
})
"""


@dataclass(frozen=True, slots=True)
class FirstView:
    """One page, opened by a browser that has nothing of it yet."""

    text_kb: float
    """All but photos and faces, as sent: with headers, compressed."""
    all_kb: float
    requests: int
    """Those for photos and faces not counted."""
    pictures: int
    first_paint_ms: float
    largest_paint_ms: float
    ready_ms: float
    """Until DOMContentLoaded was handled."""
    shift: float
    long_tasks: int
    """Over 50 ms."""
    failed: int
    """Answers that are errors, such as photos without a picture."""


@dataclass(frozen=True, slots=True)
class Scroll:
    """What happened while thousands of tiles went by."""

    tiles: int
    seconds: float
    frames: int
    late: int
    """Frames that took over LONG_FRAME_MS."""
    worst_ms: float


def why_not() -> str:
    """Return why no browser can be asked; empty if one can."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed"
    return "" if _program() else f"there is no {' or '.join(PROGRAMS)}"


@contextmanager
def running_browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=ARGUMENTS)
        yield browser
        browser.close()


def open_first(browser: Browser, address: str, cookies: Mapping[str, str]) -> FirstView:
    """Open a page in a new profile."""
    with _new_page(browser, address, cookies) as page:
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        answers: dict[str, dict[str, Any]] = {}
        sizes: dict[str, float] = {}
        network.on(
            "Network.responseReceived",
            lambda event: answers.update({event["requestId"]: event["response"]}),
        )
        network.on(
            "Network.loadingFinished",
            lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
        )
        page.goto(address, wait_until="load")
        page.wait_for_timeout(SETTLE_MS)
        seen: dict[str, Any] = page.evaluate(_READ)
    failed = sum(answer["status"] >= HTTPStatus.BAD_REQUEST for answer in answers.values())
    sent = [(answers[one]["url"], size) for one, size in sizes.items() if one in answers]
    return _summed(sent, seen, failed=failed)


def scroll(
    browser: Browser, address: str, cookies: Mapping[str, str], *, tiles: int, most_seconds: float
) -> Scroll:
    """Scroll down until so many tiles are there."""
    with _new_page(browser, address, cookies) as page:
        page.goto(address, wait_until="load")
        page.wait_for_timeout(SETTLE_MS)
        seen = page.evaluate(_SCROLL, [tiles, most_seconds * 1000])
    frames: list[float] = seen["frames"][1:]
    late = [one for one in frames if one > LONG_FRAME_MS]
    return Scroll(
        seen["count"], seen["took"] / 1000, len(frames), len(late), max(frames, default=0.0)
    )


def _summed(
    sent: Sequence[tuple[str, float]], seen: Mapping[str, Any], *, failed: int
) -> FirstView:
    pictures = [size for url, size in sent if "/api/v1/" in url or url.endswith("/preview/")]
    everything = sum(size for _, size in sent)
    return FirstView(
        text_kb=(everything - sum(pictures)) / 1000,
        all_kb=everything / 1000,
        requests=len(sent) - len(pictures),
        pictures=len(pictures),
        first_paint_ms=seen["first"],
        largest_paint_ms=seen["lcp"],
        ready_ms=seen["ready"],
        shift=seen["shift"],
        long_tasks=len(seen["long"]),
        failed=failed,
    )


@contextmanager
def _new_page(browser: Browser, address: str, cookies: Mapping[str, str]) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP)
    try:
        origin = urljoin(address, "/")
        context.add_cookies(
            [{"name": name, "value": value, "url": origin} for name, value in cookies.items()]
        )
        context.add_init_script(_WATCH)
        yield context.new_page()
    finally:
        context.close()


def _program() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
