"""Pages in a real browser: Debian's chromium, driven by playwright, against a live server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import skimage.data
from django.test import Client
from matplotlib import cbook
from PIL import Image
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)

from analysis import nets
from analysis.manifest import MODELS_DIR, load_manifest
from analysis.models import AnalysisRun
from analysis.tasks import analyze_asset
from dam.models import User
from tests.factories import make_user
from tests.fakes import FakePipeline

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What the browser and htmx say where a test takes the network away, or where a newer request takes
# the place of one that is not answered yet.
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest", "htmx:sendAbort")
# Several browsers may share two slow cores: how long something may take before it is missing.
PATIENCE_MS = 30_000
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason=f"there is no {CHROMIUM}"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; the tests still use the database in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@pytest.fixture
def open_page(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Opens pages of the service, and fails the test if a watched one has an error to tell."""
    complaints: list[str] = []

    def watch_console(message: ConsoleMessage) -> None:
        is_expected = any(words in message.text for words in EXPECTED)
        if message.type in ("error", "warning") and not is_expected:
            complaints.append(message.text)

    def watch_answers(response: Response) -> None:
        if response.status >= 400:
            complaints.append(f"{response.status} {response.url}")

    def open_(
        *, scripts: bool = True, viewport: dict[str, int] | None = None, watched: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            java_script_enabled=scripts,
            viewport=viewport or DESKTOP,
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        if watched:
            page.on("console", watch_console)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("response", watch_answers)
        return page

    yield open_
    for context in chromium.contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(open_page: Callable[..., Page], live_server) -> Callable[..., Page]:
    """Opens the photos for a user who is signed in, a new one if none is given."""

    def sign_in_(*, user: User | None = None, **options: object) -> Page:
        client = Client()
        client.force_login(user or make_user())
        page = open_page(**options)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        page.context.add_cookies([session | {"url": live_server.url}])
        page.goto("/")
        return page

    return sign_in_


@pytest.fixture
def analyze(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Does what a worker would: analyzes what is queued, with the real nets if they are here."""
    if not all(net.path.exists() for net in load_manifest(MODELS_DIR).nets):
        pipeline = FakePipeline(shares=[0.4])
        monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
        monkeypatch.setattr(nets, "_version", lambda _: pipeline.version)

    def analyze_() -> None:
        for run in AnalysisRun.objects.filter(status=AnalysisRun.Status.QUEUED):
            analyze_asset(run.pk)

    return analyze_


@pytest.fixture(scope="session")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two files with one real face each."""
    folder = tmp_path_factory.mktemp("portraits")
    astronaut, grace_hopper = folder / "astronaut.png", folder / "grace_hopper.jpg"
    Image.fromarray(skimage.data.astronaut()).save(astronaut)
    with cbook.get_sample_data("grace_hopper.jpg") as stream:
        grace_hopper.write_bytes(stream.read())
    return [astronaut, grace_hopper]
