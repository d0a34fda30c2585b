from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from dam.models import ApiKey, Asset
from dam.storage import face_crop_path, original_path, put, thumbnail_path
from tests.factories import BOX, make_api_key, make_asset, make_face, make_user
from tests.pictures import encoded, new_png, picture

pytestmark = pytest.mark.django_db

SHAPE = {
    "uid",
    "name",
    "digest",
    "media_type",
    "size_bytes",
    "width",
    "height",
    "source",
    "created_at",
    "original_url",
    "thumbnail_url",
}


@pytest.fixture
def api() -> Client:
    """A program that may do everything."""
    return Client(headers={"Authorization": f"Api-Key {make_api_key(*ApiKey.Scope).text}"})


@pytest.fixture
def reader() -> Client:
    return Client(headers={"Authorization": f"Api-Key {make_api_key(ApiKey.Scope.READ).text}"})


def upload(client: Client, *files: tuple[str, bytes], part: str = "files"):
    parts = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("api:asset-list"), {part: parts})


def url(name: str, asset: Asset | None = None) -> str:
    return reverse(f"api:{name}", kwargs={"uid": asset.uid if asset else uuid.uuid4()})


def body(response) -> bytes:
    """Return what is streamed; reading it to its end closes the file."""
    return b"".join(response.streaming_content)


def test_an_upload_creates_an_asset(api):
    content = new_png()

    response = upload(api, ("a.png", content))

    (result,) = response.json()["results"]
    asset = Asset.objects.get()
    assert response.status_code == 201
    assert (result["name"], result["status"], result["error"]) == ("a.png", "created", None)
    assert result["asset"]["uid"] == str(asset.uid)
    assert asset.digest == hashlib.sha256(content).hexdigest()
    assert (asset.source, asset.ingested_by) == ("api", None)


def test_a_single_part_may_be_called_file(api):
    assert upload(api, ("a.png", new_png()), part="file").status_code == 201


def test_a_person_s_upload_is_theirs(client):
    user = make_user()
    client.force_login(user)

    upload(client, ("a.png", new_png()))

    assert Asset.objects.get().ingested_by == user


def test_known_bytes_are_200_and_the_same_asset(api):
    content = new_png()
    asset = make_asset(content)

    response = upload(api, ("again.png", content))

    (result,) = response.json()["results"]
    assert response.status_code == 200
    assert (result["status"], result["asset"]["uid"]) == ("existing", str(asset.uid))


def test_each_of_many_files_has_its_own_result(api):
    known = new_png()
    make_asset(known)

    response = upload(api, ("new.png", new_png()), ("known.png", known), ("bad.png", b"hello"))

    assert response.status_code == 201
    results = response.json()["results"]
    assert [(result["name"], result["status"]) for result in results] == [
        ("new.png", "created"),
        ("known.png", "existing"),
        ("bad.png", "rejected"),
    ]
    assert results[2]["asset"] is None
    assert results[2]["error"] == {"code": "not_an_image", "message": "This is not a picture."}


def test_the_same_file_twice_in_one_upload_is_one_asset(api):
    content = new_png()

    response = upload(api, ("a.png", content), ("b.png", content))

    assert [result["status"] for result in response.json()["results"]] == ["created", "existing"]
    assert Asset.objects.count() == 1


def test_a_mix_of_known_and_rejected_is_200(api):
    known = new_png()
    make_asset(known)

    assert upload(api, ("known.png", known), ("bad.png", b"hello")).status_code == 200


def test_a_single_rejected_file_is_an_error_with_its_own_code(api):
    response = upload(api, ("bad.png", b"hello"))

    assert response.status_code == 422
    assert response.json()["error"] == {
        "code": "not_an_image",
        "message": "This is not a picture.",
        "fields": {},
    }
    assert response.json()["results"][0]["status"] == "rejected"


def test_a_file_over_the_limit_is_413(api, settings):
    settings.DAM_MAX_UPLOAD_BYTES = 10

    response = upload(api, ("a.png", new_png()))

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_many_rejected_files_are_one_error_that_names_all(api):
    response = upload(api, ("a.png", b"hello"), ("b.png", b""))

    assert response.status_code == 422
    assert response.json()["error"] == {
        "code": "all_rejected",
        "message": "None of the 2 files was accepted.",
        "fields": {"a.png": ["This is not a picture."], "b.png": ["The file is empty."]},
    }
    codes = [result["error"]["code"] for result in response.json()["results"]]
    assert codes == ["not_an_image", "empty_file"]


def test_no_file_is_an_error(api):
    response = api.post(reverse("api:asset-list"), {"other": "x"})

    assert response.status_code == 400
    assert response.json()["error"]["fields"] == {"files": ["No file was sent."]}


def test_a_body_of_another_type_is_an_error(api):
    response = api.post(reverse("api:asset-list"), {"files": []}, content_type="application/json")

    assert response.status_code == 415
    assert response.json()["error"]["code"] == "unsupported_media_type"


def test_too_many_files_are_an_error(api, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1

    response = upload(api, ("a.png", new_png()), ("b.png", new_png()))

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "too_many_files"


def test_a_storage_that_is_down_is_503(api, settings, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    settings.MEDIA_ROOT = blocked

    response = upload(api, ("a.png", new_png()))

    assert response.status_code == 503
    assert response.json()["error"]["code"] == "storage_unavailable"


def test_an_upload_needs_the_scope_write(reader):
    response = upload(reader, ("a.png", new_png()))

    assert response.status_code == 403
    assert not Asset.objects.exists()


def test_assets_are_listed_newest_first(api):
    first, second = make_asset(), make_asset()

    response = api.get(reverse("api:asset-list"))

    assert response.status_code == 200
    assert [asset["uid"] for asset in response.json()["results"]] == [
        str(second.uid),
        str(first.uid),
    ]


def test_a_listed_asset_has_the_promised_shape(api):
    asset = make_asset(name="a.png")

    (shown,) = api.get(reverse("api:asset-list")).json()["results"]

    assert set(shown) >= SHAPE
    assert (shown["name"], shown["digest"], shown["source"]) == ("a.png", asset.digest, "upload")
    assert (shown["width"], shown["height"], shown["media_type"]) == (96, 64, "image/png")
    assert shown["original_url"] == f"http://testserver/api/v1/assets/{asset.uid}/original"
    assert shown["thumbnail_url"] == f"http://testserver/api/v1/assets/{asset.uid}/thumbnail"


def pages(api: Client, address: str | None) -> Iterator[list[str]]:
    while address:
        page = api.get(address).json()
        yield [asset["uid"] for asset in page["results"]]
        address = page["next"]


def test_the_cursor_leads_through_all_assets(api):
    uids = [str(make_asset().uid) for _ in range(5)]

    found = list(pages(api, reverse("api:asset-list") + "?page_size=2"))

    assert found == [uids[:2:-1], uids[2:0:-1], uids[:1]]


def test_new_assets_do_not_shift_later_pages(api):
    uids = [str(make_asset().uid) for _ in range(4)]
    found = pages(api, reverse("api:asset-list") + "?page_size=2")
    first = next(found)
    make_asset()

    assert first + next(found) == uids[::-1]


@pytest.mark.parametrize(
    "size", ["0", "201", "many", "-1", "1" * 30, "0000000010000", "0" * 9 + "9" * 5000]
)
def test_a_page_of_an_impossible_size_is_an_error(api, size):
    response = api.get(reverse("api:asset-list"), {"page_size": size})

    assert response.status_code == 400
    assert response.json()["error"]["fields"] == {
        "page_size": ["Must be a whole number from 1 to 200."]
    }


def test_a_blank_page_size_is_the_usual_one(api):
    assert api.get(reverse("api:asset-list"), {"page_size": ""}).status_code == 200


def test_a_wrong_cursor_is_an_error(api):
    response = api.get(reverse("api:asset-list") + "?cursor=nonsense")

    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Invalid cursor"


def test_listing_needs_a_credential(client):
    assert client.get(reverse("api:asset-list")).status_code == 401


def test_the_list_s_queries_do_not_grow(api, django_assert_max_num_queries):
    api.get(reverse("api:asset-list"))
    for _ in range(8):
        make_asset()

    with django_assert_max_num_queries(5):
        assert len(api.get(reverse("api:asset-list")).json()["results"]) == 8


def test_an_asset_is_shown(api):
    asset = make_asset()

    response = api.get(url("asset", asset))

    assert response.status_code == 200
    assert response.json()["uid"] == str(asset.uid)


@pytest.mark.parametrize("name", ["asset", "asset-original", "asset-thumbnail"])
def test_an_unknown_asset_is_404(api, name):
    response = api.get(url(name))

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_the_original_is_what_was_ingested(api):
    content = new_png()
    asset = make_asset(content, name="été.png")

    response = api.get(url("asset-original", asset))

    assert body(response) == content
    assert response.headers["Content-Type"] == "image/png"
    assert int(response.headers["Content-Length"]) == len(content)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == "inline; filename*=utf-8''%C3%A9t%C3%A9.png"


@pytest.mark.parametrize("kind", ["TIFF", "HEIF"])
def test_what_browsers_cannot_show_is_an_attachment(api, kind):
    asset = make_asset(encoded(picture(), kind))

    response = api.get(url("asset-original", asset))
    body(response)

    assert response.headers["Content-Disposition"].startswith("attachment")


def test_the_thumbnail_is_a_jpeg(api):
    response = api.get(url("asset-thumbnail", make_asset()))

    assert response.headers["Content-Type"] == "image/jpeg"
    assert body(response)[:3] == b"\xff\xd8\xff"


@pytest.mark.parametrize("name", ["asset-original", "asset-thumbnail"])
def test_files_may_be_kept_for_ever_by_the_one_who_asked(api, name):
    response = api.get(url(name, make_asset()))
    body(response)

    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["asset-original", "asset-thumbnail"])
def test_a_client_that_has_the_file_gets_304(api, name):
    asset = make_asset()
    first = api.get(url(name, asset))
    body(first)

    second = api.get(url(name, asset), headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 304
    assert second.content == b""
    assert second.headers["ETag"] == first.headers["ETag"]


def test_original_and_thumbnail_have_different_tags(api):
    asset = make_asset()
    responses = [api.get(url(name, asset)) for name in ("asset-original", "asset-thumbnail")]
    for response in responses:
        body(response)

    assert len({response.headers["ETag"] for response in responses}) == 2


@pytest.mark.parametrize("accept", ["image/*", "image/avif,image/webp", "text/html"])
def test_files_are_sent_whatever_the_client_accepts(api, accept):
    response = api.get(url("asset-thumbnail", make_asset()), headers={"Accept": accept})
    body(response)

    assert response.status_code == 200


def test_errors_are_json_where_a_picture_was_asked_for(api):
    response = api.get(url("asset-thumbnail"), headers={"Accept": "image/*"})

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_an_original_that_is_gone_is_404(api):
    asset = make_asset()
    default_storage.delete(original_path(asset.digest, asset.media_type))

    response = api.get(url("asset-original", asset))

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "file_missing"


def test_a_thumbnail_that_is_gone_is_made_again(api):
    asset = make_asset()
    default_storage.delete(thumbnail_path(asset.digest))

    assert body(api.get(url("asset-thumbnail", asset)))[:3] == b"\xff\xd8\xff"
    assert default_storage.exists(thumbnail_path(asset.digest))


def test_files_need_a_credential(client):
    asset = make_asset()

    for name in ("asset-original", "asset-thumbnail"):
        assert client.get(url(name, asset)).status_code == 401


def files_of(asset: Asset) -> list[str]:
    paths = [
        original_path(asset.digest, asset.media_type),
        thumbnail_path(asset.digest),
        face_crop_path(asset.digest, BOX),
    ]
    return [path for path in paths if default_storage.exists(path)]


def with_crop(asset: Asset) -> Asset:
    put(face_crop_path(asset.digest, BOX), SimpleUploadedFile("crop.jpg", b"crop"))
    return asset


@pytest.mark.django_db(transaction=True)
def test_a_deleted_asset_is_gone_with_its_files(api):
    asset = with_crop(make_asset())
    assert len(files_of(asset)) == 3

    response = api.delete(url("asset", asset))

    assert response.status_code == 204
    assert not Asset.objects.exists()
    assert files_of(asset) == []


@pytest.mark.django_db(transaction=True)
def test_other_assets_keep_their_files(api):
    other = with_crop(make_asset())

    api.delete(url("asset", make_asset()))

    assert len(files_of(other)) == 3


def test_runs_and_faces_go_with_their_asset(api):
    face = make_face()

    api.delete(url("asset", face.asset))

    assert not type(face).objects.exists()
    assert not type(face.run).objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deleted_picture_can_come_again(api):
    content = new_png()
    api.delete(url("asset", make_asset(content)))

    response = upload(api, ("again.png", content))

    assert response.status_code == 201
    assert len(files_of(Asset.objects.get())) == 2


def test_deleting_twice_is_404(api):
    asset = make_asset()
    api.delete(url("asset", asset))

    assert api.delete(url("asset", asset)).status_code == 404


def test_deleting_needs_the_scope_admin():
    asset = make_asset()
    writer = Client(headers={"Authorization": f"Api-Key {make_api_key().text}"})

    assert writer.delete(url("asset", asset)).status_code == 403
    assert Asset.objects.exists()


def test_the_openapi_document_is_complete(capsys):
    call_command("spectacular", "--fail-on-warn", "--validate")

    assert "/api/v1/assets/{uid}/thumbnail:" in capsys.readouterr().out


def test_every_operation_tells_the_shape_of_errors(api):
    paths = api.get(reverse("schema") + "?format=json").json()["paths"]

    operations = [operation for path in paths.values() for operation in path.values()]
    assert operations
    for operation in operations:
        schema = operation["responses"]["401"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Error"}
