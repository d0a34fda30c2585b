"""A browser that signs in and takes pictures of pages, small enough for the documentation."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from docs.screenshots.library import PASSWORD, Library

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--hide-scrollbars",
)
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
QUALITY = 72


class Camera:
    """Opens pages for somebody who is signed in, and stores what they look like."""

    def __init__(self, browser: Browser, library: Library, folder: Path) -> None:
        self.library = library
        self.folder = folder
        self._browser = browser
        self._address = library.service.address
        page = self.open(library.password_link, state=None)
        for field in page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        page.get_by_role("button", name="Keep it and sign in").click()
        page.wait_for_url(f"{self._address}/")
        self._state = page.context.storage_state()
        page.context.close()

    def open(
        self,
        path: str,
        *,
        viewport: ViewportSize = DESKTOP,
        dark: bool = False,
        **options: object,
    ) -> Page:
        """Open a page of the service in a window of its own."""
        context = self._browser.new_context(
            base_url=self._address,
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            storage_state=options.get("state", getattr(self, "_state", None)),
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(path)
        return page

    def shoot(self, page: Page, name: str) -> int:
        """Store what the window shows, close it, and return the size of the file in bytes."""
        page.wait_for_load_state("networkidle")
        shot = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
        target = self.folder / f"{name}.webp"
        shot.convert("RGB").save(target, quality=QUALITY, method=6)
        page.context.close()
        return target.stat().st_size


@contextmanager
def camera(library: Library, folder: Path) -> Iterator[Camera]:
    """Give a camera for the service; its browser is closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield Camera(browser, library, folder)
        finally:
            browser.close()
