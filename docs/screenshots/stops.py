"""The stops of docs/tour.md: each opens a page and does there what its text tells of."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page

from docs.screenshots.camera import PHONE, Camera
from docs.screenshots.pictures import late_pictures

Stop = Callable[[Camera], Page]


def browse(camera: Camera) -> Page:
    return camera.open("/")


def faces(camera: Camera) -> Page:
    return camera.open("/faces/?glasses=glasses&min_quality=50", dark=True)


def photo(camera: Camera) -> Page:
    page = _open_photo(camera, "pioneers")
    for layer in ("Landmarks", "Pupils", "Pose"):
        page.get_by_label(layer, exact=True).check()
    return page


def correct(camera: Camera) -> Page:
    page = _open_photo(camera, "eileen-collins-mirrored")
    page.locator("[data-facet=age_group] > summary").first.click()
    page.locator("[data-facet=gender] > summary").first.click()
    return page


def draw(camera: Camera) -> Page:
    page = _open_photo(camera, "wall-frosted")
    page.keyboard.press("a")
    page.locator(".stage[data-drawing]").wait_for()
    stage = page.locator(".stage image").first.bounding_box()
    assert stage
    for move, across, down in ((page.mouse.down, 0.455, 0.21), (page.mouse.up, 0.56, 0.6)):
        page.mouse.move(
            stage["x"] + stage["width"] * across, stage["y"] + stage["height"] * down, steps=4
        )
        move()
    return page


def similar(camera: Camera) -> Page:
    uid = camera.library.face("grace-hopper-official")
    page = camera.open(f"/faces/{uid}/similar/")
    page.get_by_role("link", name="More like this").first.wait_for()
    return page


def review(camera: Camera) -> Page:
    page = camera.open("/review/?facet=gender")
    page.get_by_role("heading", name="Gender?").wait_for()
    return page


def review_people(camera: Camera) -> Page:
    return camera.open("/review/people/", dark=True)


def people(camera: Camera) -> Page:
    return camera.open("/people/")


def tag(camera: Camera) -> Page:
    page = camera.open("/tags/navy_uniform/")
    for face in range(3):
        page.locator(".mark--yes").nth(face).click()
    return page


def collections(camera: Camera) -> Page:
    return camera.open("/collections/")


def upload(camera: Camera) -> Page:
    known = camera.library.photos["pioneers.jpg"]
    original = camera.library.service.fetch(f"assets/{known}/original")
    files: list[FilePayload] = [
        {"name": "pioneers-copy.jpg", "mimeType": "image/jpeg", "buffer": original},
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Hang the pioneers higher."},
    ]
    for picture in late_pictures():
        name = picture.path.rpartition("/")[2]
        files.append({"name": name, "mimeType": "image/jpeg", "buffer": picture.as_jpeg()})
    page = camera.open("/upload/")
    page.locator("input[data-chooses]").first.set_input_files(files)
    page.get_by_text("all photos analyzed").wait_for()
    page.locator("#upload-state").evaluate("(state) => state.scrollIntoView({ block: 'center' })")
    return page


def nets(camera: Camera) -> Page:
    return camera.open("/nets/")


def status(camera: Camera) -> Page:
    return camera.open("/status/", dark=True)


def settings(camera: Camera) -> Page:
    return camera.open("/settings/")


def thresholds(camera: Camera) -> Page:
    page = camera.open("/settings/facets/")
    page.get_by_role("slider", name="Threshold of Gender").fill("0.85")
    page.get_by_text("would become unsure").wait_for()
    return page


def phone_browse(camera: Camera) -> Page:
    return camera.open("/", viewport=PHONE)


def phone_photo(camera: Camera) -> Page:
    page = camera.open(camera.library.photo("wall-north"), viewport=PHONE, dark=True)
    page.locator(".stage[data-ready]").wait_for()
    return page


def _open_photo(camera: Camera, name: str) -> Page:
    page = camera.open(camera.library.photo(name))
    page.locator(".stage[data-ready]").wait_for()
    return page


# In this order: what is uploaded at the end is in no other picture.
STOPS: tuple[Stop, ...] = (
    browse,
    faces,
    photo,
    correct,
    draw,
    similar,
    review,
    review_people,
    people,
    tag,
    collections,
    nets,
    settings,
    thresholds,
    phone_browse,
    phone_photo,
    upload,
    status,
)
