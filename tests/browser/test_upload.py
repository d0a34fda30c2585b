from __future__ import annotations

import base64

from playwright.sync_api import Page, expect

from dam.models import Asset
from tests.factories import PASSWORD, make_asset, make_user
from tests.pictures import new_png

DROP = """async ([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  document.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true}));
}"""


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
    expect(page.get_by_text("2 of 2 stored")).to_be_visible()
    expect(page.get_by_text("2 waiting")).to_be_visible()
    analyze()

    expect(page.get_by_text("1 face", exact=True)).to_have_count(2)
    expect(page.get_by_text("2 photos · 2 faces")).to_be_visible()
    page.get_by_role("link", name="Face 1 of astronaut.png").click()
    expect(page.get_by_role("heading", name="astronaut.png")).to_be_visible()
    expect(page.locator(".mark")).to_have_count(1)
    expect(page.locator(".face-card")).to_be_visible()


def test_a_rejected_file_says_why_and_can_be_tried_again(sign_in):
    page = sign_in()

    choose(page, png_file("notes.png", b"not a picture"), png_file("photo.png"))
    expect(page.get_by_text("1 of 2 stored · 1 rejected")).to_be_visible()
    expect(page.get_by_text("This is not a picture.")).to_be_visible()
    with page.expect_request("**/upload/"):
        page.get_by_role("button", name="Try again").click()

    expect(page.get_by_text("1 of 2 stored · 1 rejected")).to_be_visible()
    assert Asset.objects.count() == 1


def test_a_file_that_is_too_large_is_not_sent(sign_in, settings):
    settings.DAM_MAX_UPLOAD_BYTES = 1000
    page = sign_in()

    choose(page, png_file("large.png", b"\x89PNG" * 1000))

    expect(page.get_by_text("larger than this server accepts")).to_be_visible()


def test_known_bytes_are_not_stored_twice(sign_in):
    content = new_png()
    make_asset(content, name="first.png")
    page = sign_in()

    choose(page, png_file("again.png", content))

    expect(page.get_by_text("1 of 1 stored · 1 already there")).to_be_visible()
    expect(page.get_by_role("link", name="first.png")).to_be_visible()


def test_what_folders_hide_is_left_out(sign_in):
    page = sign_in()

    choose(page, png_file(".DS_Store", b"x"), png_file("Thumbs.db", b"x"), png_file("photo.png"))

    expect(page.get_by_text("1 of 1 stored")).to_be_visible()


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

    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_text("1 of 1 stored")).to_be_visible()


def test_without_scripts_the_form_lists_the_results(sign_in):
    page = sign_in(scripts=False)
    page.goto("/upload/")

    page.get_by_label("Choose photos").set_input_files([png_file("one.png"), png_file("two.png")])
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_role("link", name="one.png")).to_be_visible()
    expect(page.get_by_role("link", name="two.png")).to_be_visible()
