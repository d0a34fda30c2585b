"""Every page by the rules of WCAG 2.2 AA, as far as axe can judge them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, UUIDConverter
from playwright.sync_api import Page, expect

from analysis import nets
from analysis.urls import vendor_urls
from dam import urls
from dam.models import User
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.library import make_library
from tests.factories import make_user
from tests.fakes import FakePipeline

# Each opens dozens of pages, and other processes of the tests have the cores, too.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(360)]

# Parts of pages, pictures and files; JSON; and what answers machines.
NO_PAGES = {
    "facet-preview",
    "healthz",
    "library-state",
    "photo-preview",
    "photo-redacted",
    "readyz",
    "rule-preview",
    "schema",
    "status-work",
    "tag-state",
    "upload-state",
}
SIGNED_OUT = {"choose-password", "login"}
# Where people spend their time. Other pages are made of the same parts, so each is looked at in
# one of both ways.
MAIN_PAGES = ("photos", "photo", "upload-one")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """async ([within, rules]) => {
  const options = {runOnly: rules, resultTypes: ["violations"], preload: false};
  const found = await axe.run({include: [within], exclude: ["#swagger-ui"]}, options);
  return found.violations.flatMap(({id, impact, nodes}) => nodes.map((node) =>
    `${impact} ${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""
# What a wide screen is at a zoom of 400 %: nothing may have to be scrolled to the side.
NARROW = {"width": 320, "height": 256}
TOO_WIDE = """() => {
  const {clientWidth, scrollWidth} = document.documentElement;
  const isWide = (one) => one.getBoundingClientRect().right > clientWidth + 1;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll("body *")].filter(isWide).map((one) =>
    one.outerHTML.slice(0, 80));
}"""
# What htmx loads with the page is there, scripts have seen the size, and it is drawn. From then on
# it asks for no news: axe looks at one part after the other, and none may change meanwhile.
SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const end = performance.now() + 10000;
  const underWay = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added";
  do {
    await frame();
    await frame();
  } while (document.querySelector(underWay) && performance.now() < end);
  document.addEventListener("htmx:beforeRequest", (event) => event.preventDefault());
}"""
# Not the menus, which hide what is below them.
UNFOLD = "document.querySelectorAll('details:not(.menu)').forEach((fold) => { fold.open = true; })"


@dataclass(frozen=True)
class Look:
    viewport: dict[str, int]
    scheme: str

    def put_on(self, page: Page) -> None:
        page.set_viewport_size(self.viewport)
        # A colour on its way from light to dark is neither.
        page.emulate_media(color_scheme=self.scheme, reduced_motion="reduce")


LOOKS = LIGHT_DESKTOP, DARK_PHONE = Look(DESKTOP, "light"), Look(PHONE, "dark")


def violations(page: Page, within: str = "html") -> list[str]:
    """Return what axe objects to in a page, or in a part of it, as it is now.

    What Swagger UI draws is not ours to mend.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN, [within, RULES])
    return found


def readable_routes() -> set[str]:
    """Name the routes that answer a GET, all but those that other vendors named."""
    client = Client()
    client.force_login(make_user())
    return {
        route.name
        for route in urls.urlpatterns
        if isinstance(route, URLPattern)
        and route not in vendor_urls
        # Which methods a view allows it says before it looks for what an address names.
        and "GET" in client.options(some_address(route)).headers.get("Allow", "GET")
    }


def some_address(route: URLPattern) -> str:
    values = {UUIDConverter: uuid4(), IntConverter: 0}
    converters = route.pattern.converters.items()
    return reverse(
        route.name, kwargs={name: values.get(type(one), "x") for name, one in converters}
    )


@pytest.fixture
def user(transactional_db: None) -> User:
    return make_user()


@pytest.fixture
def library(settings, tmp_path: Path, user: User) -> dict[str, str]:
    settings.DAM_CONNECTOR_FOLDERS = (tmp_path,)
    return make_library(tmp_path, user)


@pytest.mark.parametrize("look", LOOKS, ids=["light desktop", "dark phone"])
def test_pages_with_all_folds_open(open_page, sign_in, user, library, look):
    assert set(library) == readable_routes() - NO_PAGES
    outside, inside = open_page(), sign_in(user=user)
    look.put_on(outside)
    look.put_on(inside)
    found = {}

    for name in dict.fromkeys([*list(library)[LOOKS.index(look) :: 2], *MAIN_PAGES]):
        page = outside if name in SIGNED_OUT else inside
        page.goto(library[name])
        page.evaluate(UNFOLD)
        page.evaluate(SETTLED)
        found[name] = violations(page)
        page.set_viewport_size(NARROW)
        page.evaluate(SETTLED)
        found[f"{name} at 320 px"] = page.evaluate(TOO_WIDE)
        page.set_viewport_size(look.viewport)

    assert {name: objections for name, objections in found.items() if objections} == {}


def test_menus_dialogs_and_answers(sign_in, user, library, monkeypatch, portraits):
    pipeline = FakePipeline(shares=[0.4])
    monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
    page = sign_in(user=user)
    found: dict[str, list[str]] = {}

    def judge(state: str, within: str = "html") -> None:
        expect(page.locator(within).first).to_be_visible()
        found[state] = violations(page, within)

    judge_browse(page, judge)
    judge_photo(page, judge, library["photo"])
    page.goto("/search/similar/")
    page.get_by_label("A picture with the face to look for").set_input_files(portraits[0])
    expect(page.get_by_alt_text("The face in your picture")).to_be_visible()
    judge("similar to a picture")
    page.goto(library["api-key-new"])
    page.get_by_label("What it is for").fill("Archive")
    page.get_by_role("checkbox", name="Analyze pictures").check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    judge("a key is shown")

    assert {state: objections for state, objections in found.items() if objections} == {}


def judge_browse(page: Page, judge: Callable[..., None]) -> None:
    """Judge what opens on the page of all photos."""
    DARK_PHONE.put_on(page)
    page.get_by_role("button", name="Menu").click()
    judge("pages on a phone", "#nav")
    page.keyboard.press("Escape")
    page.locator(".header .menu summary").click()
    judge("menu of the person", ".header")
    page.get_by_text("Filters", exact=False).first.click()
    judge("filters on a phone", "#filters")
    page.keyboard.press("Escape")
    expect(page.locator("#filters")).to_be_hidden()
    LIGHT_DESKTOP.put_on(page)
    page.locator("#more").click()
    judge("menu of all that is found", ".more-menu")
    page.keyboard.press("Escape")
    page.locator(".tile__link").first.focus()
    page.keyboard.press("x")
    judge("selection", "#selection")
    page.keyboard.press("?")
    judge("keys", "#keys")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    page.locator("#show-faces").click()
    judge("failure", "#toasts > *")
    page.context.set_offline(False)


def judge_photo(page: Page, judge: Callable[..., None], address: str) -> None:
    """Judge what opens on the page of a photo."""
    page.goto(address)
    page.keyboard.press("a")
    judge("drawing", ".stage[data-drawing]")
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Download").click()
    page.get_by_role("button", name="With faces hidden").click()
    judge("hiding faces", "#redact")


def test_errors(sign_in, user):
    page = sign_in(user=user, watched=False)
    found = {}

    for address in ("/nowhere/", "/faces/?nonsense=1"):
        page.goto(address)
        found[address] = violations(page)

    assert found == {"/nowhere/": [], "/faces/?nonsense=1": []}
