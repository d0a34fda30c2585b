from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from dam.addresses import read_networks
from dam.models import Asset
from dam.uploading.models import Upload, UploadItem
from dam.uploading.tasks import fetch_upload
from tests.dam.misbehaving import MisbehavingServer, answer
from tests.factories import PASSWORD, make_asset, make_user
from tests.pictures import new_png

DROP = """async ([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  document.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true}));
}"""
PASTE = """(text) => {
  const transfer = new DataTransfer();
  transfer.setData("text", text);
  const pasted = new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true});
  document.body.dispatchEvent(pasted);
}"""


@pytest.fixture
def server(settings) -> Iterator[MisbehavingServer]:
    settings.DAM_FETCH_NETWORKS = read_networks(["127.0.0.1"])
    server = MisbehavingServer()
    with server.running():
        yield server


def choose(page: Page, *files) -> None:
    page.goto("/upload/")
    page.get_by_label("Choose photos").set_input_files(list(files))


def png_file(name: str, content: bytes | None = None) -> dict[str, object]:
    return {"name": name, "mimeType": "image/png", "buffer": content or new_png()}


def test_chosen_pictures_become_faces(open_page, portraits, analyze):
    page = open_page()
    page.goto("/upload/")
    page.get_by_label("Username").fill(make_user().get_username())
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/upload/")

    choose(page, *portraits)
    expect(page.get_by_text("2 of 2 done")).to_be_visible()
    expect(page.get_by_text("2 to analyze")).to_be_visible()
    analyze()

    expect(page.get_by_text("1 face", exact=True)).to_have_count(2)
    expect(page.get_by_text("2 faces found · all photos analyzed")).to_be_visible()
    page.get_by_role("link", name="Face 1 of astronaut.png").click()
    expect(page.get_by_role("heading", name="astronaut.png")).to_be_visible()
    expect(page.locator(".mark")).to_have_count(1)
    expect(page.locator(".face-card")).to_be_visible()


def test_a_rejected_file_says_why_and_can_be_tried_again(sign_in):
    page = sign_in()

    choose(page, png_file("notes.png", b"not a picture"), png_file("photo.png"))
    expect(page.get_by_text("2 of 2 done · 1 failed")).to_be_visible()
    expect(page.get_by_text("This is not a picture.")).to_be_visible()
    with page.expect_request("**/upload/"):
        page.get_by_role("button", name="Try again with notes.png").click()

    expect(page.get_by_text("2 of 2 done · 1 failed")).to_be_visible()
    assert Asset.objects.count() == 1


def test_a_file_that_is_too_large_is_not_sent(sign_in, settings):
    settings.DAM_MAX_UPLOAD_BYTES = 1000
    page = sign_in()

    choose(page, png_file("large.png", b"\x89PNG" * 1000))

    expect(page.get_by_text("larger than the 0.001 MB that are allowed")).to_be_visible()


def test_known_bytes_are_not_stored_twice(sign_in):
    content = new_png()
    make_asset(content, name="first.png")
    page = sign_in()

    choose(page, png_file("again.png", content))

    expect(page.get_by_text("1 of 1 done · 1 already there")).to_be_visible()
    expect(page.get_by_text("again.png is the same picture, here since")).to_be_visible()
    expect(page.get_by_role("link", name="first.png")).to_be_visible()


def test_what_folders_hide_is_left_out(sign_in):
    page = sign_in()

    choose(page, png_file(".DS_Store", b"x"), png_file("Thumbs.db", b"x"), png_file("photo.png"))

    expect(page.get_by_text("1 of 1 done")).to_be_visible()


def test_a_dropped_file_is_stored(sign_in):
    page = sign_in()
    page.goto("/upload/")

    page.evaluate(DROP, ["dropped.png", base64.b64encode(new_png()).decode()])

    expect(page.get_by_role("link", name="dropped.png")).to_be_visible()


def test_a_server_that_is_gone_is_told_and_the_file_can_be_sent_later(sign_in):
    page = sign_in()
    page.goto("/upload/")
    page.context.set_offline(True)
    page.get_by_label("Choose photos").set_input_files([png_file("photo.png")])
    expect(page.get_by_text("The server could not be reached.")).to_be_visible()

    page.context.set_offline(False)

    expect(page.get_by_text("1 of 1 done")).to_be_visible()


def test_after_a_reload_only_what_is_missing_is_sent(sign_in, tmp_path):
    folder = tmp_path / "Holiday"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.png").write_bytes(new_png())
    page = sign_in()
    page.goto("/upload/")
    gone = "internetdisconnected"
    arrived = count()
    page.route(
        "**/upload/", lambda route: route.fallback() if next(arrived) < 2 else route.abort(gone)
    )
    page.get_by_label("Choose a folder").set_input_files(folder)
    expect(page.get_by_text("The server could not be reached.")).to_be_visible()
    page.unroute("**/upload/")
    page.on("dialog", lambda dialog: dialog.accept())

    page.reload()
    expect(page.get_by_text("3 not sent yet.")).to_be_visible()
    page.get_by_label("Choose the folder again").set_input_files(folder)

    expect(page.get_by_text("5 of 5 done")).to_be_visible()
    expect(page.locator("#upload-unsent")).to_be_hidden()
    assert Upload.objects.count() == 1
    assert set(UploadItem.objects.values_list("status", flat=True)) == {"stored"}
    assert set(Asset.objects.values_list("folder", flat=True)) == {"Holiday"}


def test_pasted_addresses_are_fetched_and_tried_again(sign_in, server):
    server.answers["/good.png"] = answer(new_png())
    server.answers["/late.png"] = answer(b"", status="403 Forbidden")
    page = sign_in()
    page.goto("/upload/")

    page.evaluate(PASTE, f"Look: {server.url('/good.png')}\n{server.url('/late.png')}")
    page.get_by_role("button", name="Fetch").click()
    expect(page.get_by_text("0 of 2 done")).to_be_visible()
    fetch_upload(Upload.objects.get().pk)

    expect(page.get_by_text("2 of 2 done · 1 failed")).to_be_visible()
    expect(page.get_by_role("link", name="good.png", exact=True)).to_be_visible()
    expect(page.get_by_text("The address answers with status 403.")).to_be_visible()
    server.answers["/late.png"] = answer(new_png())
    page.get_by_role("button", name="Try again with late.png").click()
    expect(page.get_by_text("1 of 2 done")).to_be_visible()
    fetch_upload(Upload.objects.get().pk)
    expect(page.get_by_role("link", name="late.png", exact=True)).to_be_visible()


def test_without_scripts_the_form_lists_the_results(sign_in):
    page = sign_in(scripts=False)
    page.goto("/upload/")

    page.get_by_label("Choose photos").set_input_files([png_file("one.png"), png_file("two.png")])
    page.get_by_role("button", name="Upload", exact=True).click()

    expect(page.get_by_role("link", name="one.png", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="two.png", exact=True)).to_be_visible()
