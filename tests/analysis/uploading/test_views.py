from __future__ import annotations

import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.models import AnalysisRun
from dam.models import Asset, User
from dam.uploading.addresses import add_addresses
from dam.uploading.models import Upload, UploadItem
from dam.uploading.uploads import announce_files, chosen_file, take_up
from tests.factories import make_asset, make_face, make_user
from tests.pictures import new_png

pytestmark = pytest.mark.django_db

SOMETHING = uuid.UUID(int=1)
HTMX = {"HX-Request": "true"}
Status = UploadItem.Status


@pytest.fixture
def user() -> User:
    return make_user("somebody", role=User.Role.EDITOR)


@pytest.fixture
def client(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def photo_file(content: bytes | None = None, *, name: str = "photo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or new_png())


def announce(client: Client, *files: dict[str, object], **options: object):
    body = {"files": json.dumps(files), **options}
    return client.post(reverse("upload-announce"), body)


def make_upload(user: User, *names: str) -> Upload:
    upload = take_up(user)
    announce_files(upload, [chosen_file(name, size_bytes=5) for name in names])
    return upload


def outcomes(response) -> list[str]:
    return re.findall(r'data-outcome="(\w+)"', response.content.decode())


def page(response) -> str:
    return response.content.decode()


def address(upload: Upload, name: str = "upload-one") -> str:
    return reverse(name, args=[upload.uid])


class TestFilesOfAForm:
    def test_the_page_is_shown(self, client):
        response = client.get(reverse("upload"))

        assert response.status_code == 200
        assert "Choose photos" in page(response)

    def test_it_says_what_became_of_each_file(self, client):
        known = new_png()
        make_asset(known)
        files = [photo_file(), photo_file(known), photo_file(b"text", name="notes.txt")]

        response = client.post(reverse("upload"), {"files": files}, follow=True)

        assert outcomes(response) == ["stored", "existing", "rejected"]
        assert "This is not a picture." in page(response)

    def test_loading_the_page_again_sends_nothing_again(self, client):
        response = client.post(reverse("upload"), {"files": photo_file()})

        assert response["Location"] == address(Upload.objects.get())

    def test_a_duplicate_leads_to_the_photo_that_is_there(self, client):
        known = new_png()
        asset = make_asset(known, name="first.png")

        html = page(client.post(reverse("upload"), {"files": photo_file(known)}, follow=True))

        assert reverse("photo", args=[asset.uid]) in html
        assert "photo.png is the same picture, here since" in html

    def test_an_empty_file_has_its_reason(self, client):
        empty = SimpleUploadedFile("empty.jpg", b"")

        response = client.post(reverse("upload"), {"files": empty}, follow=True)

        assert "The file is empty." in page(response)

    def test_the_asset_knows_who_brought_it_and_how(self, client, user):
        client.post(reverse("upload"), {"files": photo_file(name="holiday.png")})

        asset = Asset.objects.get()
        assert (asset.name, asset.source) == ("holiday.png", Asset.Source.UPLOAD)
        assert asset.ingested_by == user

    def test_no_file_at_all_is_pointed_out(self, client):
        response = client.post(reverse("upload"))

        assert response.status_code == 422
        assert "Choose at least one photo." in page(response)

    def test_a_name_is_shown_as_text(self, client):
        files = {"files": photo_file(b"x", name="<b>.png")}

        assert "&lt;b&gt;.png" in page(client.post(reverse("upload"), files, follow=True))

    def test_a_storage_that_is_down_is_a_reason_too(self, client, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "file"
        settings.MEDIA_ROOT.write_text("in the way")

        response = client.post(reverse("upload"), {"files": photo_file()}, follow=True)

        assert outcomes(response) == ["rejected"]
        assert "The storage cannot be used now." in page(response)


class TestAnnouncing:
    def test_files_wait_until_they_are_sent(self, client):
        files = ({"name": "a.jpg", "folder": "sea", "size": 5}, {"name": "b.jpg", "size": 6})

        answer = announce(client, *files).json()

        items = list(UploadItem.objects.all())
        assert answer["items"] == [item.pk for item in items]
        assert [item.path for item in items] == ["sea/a.jpg", "b.jpg"]
        assert outcomes(client.get(reverse("upload"))) == ["waiting", "waiting"]

    def test_a_later_piece_goes_to_the_same_upload(self, client):
        first = announce(client, {"name": "a.jpg", "size": 5}).json()

        second = announce(client, {"name": "b.jpg", "size": 5}, upload=first["upload"]).json()

        assert second["upload"] == first["upload"]

    def test_chosen_again_only_what_is_missing_is_wanted(self, client, user):
        upload = make_upload(user, "a.jpg", "b.jpg")
        sent, missing = upload.items.all()
        upload.items.filter(pk=sent.pk).update(status=Status.STORED)
        files = [{"name": name, "size": 5} for name in ("a.jpg", "b.jpg", "c.jpg")]

        answer = announce(client, *files, upload=str(upload.uid), again="on").json()

        assert answer["items"] == [None, missing.pk, None]
        assert upload.items.count() == 2

    @pytest.mark.parametrize(
        "files", ["", "{", "[]", '["a.jpg"]', '[{"name": "a.jpg"}]', '[{"name": 1, "size": 5}]']
    )
    def test_what_says_nothing_of_files_is_refused(self, client, files):
        response = client.post(reverse("upload-announce"), {"files": files})

        assert response.status_code == 422
        assert not Upload.objects.exists()


class TestSendingOne:
    def send(self, client: Client, item: UploadItem, content: bytes):
        body = {"files": photo_file(content), "item": item.pk}
        return client.post(reverse("upload"), body, headers=HTMX)

    def test_the_card_alone_is_answered(self, client, user):
        item = make_upload(user, "sea/a.png").items.get()

        response = self.send(client, item, new_png())

        assert outcomes(response) == ["stored"]
        assert "<html" not in page(response)
        assert Asset.objects.get().name == "a.png"

    def test_a_rejection_is_an_answer_too(self, client, user):
        item = make_upload(user, "a.png").items.get()

        response = self.send(client, item, b"text")

        assert response.status_code == 200
        assert outcomes(response) == ["rejected"]
        assert "Leave it out, or save it as a JPEG." in page(response)

    def test_one_that_failed_may_be_sent_again(self, client, user):
        item = make_upload(user, "a.png").items.get()
        self.send(client, item, b"text")

        assert outcomes(self.send(client, item, new_png())) == ["stored"]

    def test_nobody_sends_to_another_person_s_upload(self, client):
        item = make_upload(make_user(), "a.png").items.get()

        assert self.send(client, item, new_png()).status_code == 404
        assert not Asset.objects.exists()


class TestShowing:
    def test_the_newest_upload_is_shown_until_it_is_cleared(self, client, user):
        upload = make_upload(user, "a.jpg")
        assert outcomes(client.get(reverse("upload"))) == ["waiting"]

        client.post(address(upload, "upload-clear"))

        html = page(client.get(reverse("upload")))
        assert "data-outcome" not in html
        assert address(upload) in html
        assert outcomes(client.get(address(upload))) == ["waiting"]

    def test_what_was_not_sent_is_asked_for(self, client, user):
        make_upload(user, "a.jpg", "b.jpg")

        html = page(client.get(reverse("upload")))

        assert "0 of 2 done" in html
        assert "Choose the folder again" in html

    def test_a_tab_shows_one_status(self, client, user):
        upload = make_upload(user, "a.jpg", "b.jpg")
        upload.items.filter(path="a.jpg").update(status=Status.REJECTED, error_message="Bad.")

        html = page(client.get(address(upload), {"show": "rejected"}))

        assert "a.jpg" in html
        assert "b.jpg" not in html

    def test_many_are_cut_into_pages(self, client, user):
        upload = make_upload(user, *(f"{number}.jpg" for number in range(61)))

        response = client.get(address(upload), {"page": "2"})

        assert outcomes(response) == ["waiting"]
        assert "Page 2 of 2" in page(response)

    def test_a_photo_that_was_deleted_since_is_told(self, client, user):
        upload = make_upload(user, "a.jpg")
        upload.items.update(status=Status.STORED)

        assert "Stored, and deleted since" in page(client.get(address(upload)))

    def test_uploads_are_listed_with_their_numbers(self, client, user):
        make_upload(user, "a.jpg", "b.jpg")

        assert "2 waiting" in page(client.get(reverse("upload-list")))

    @pytest.mark.parametrize("name", ["upload-one", "upload-state", "upload-retry", "upload-clear"])
    def test_another_person_s_upload_is_not_there(self, client, name):
        url = address(make_upload(make_user(), "a.jpg"), name)
        ask = client.get if name in ("upload-one", "upload-state") else client.post

        assert ask(url).status_code == 404

    def test_viewers_have_no_such_page(self):
        viewer = Client()
        viewer.force_login(make_user(role=User.Role.VIEWER))

        assert viewer.get(reverse("upload")).status_code == 403

    @pytest.mark.parametrize("name", ["upload", "upload-list", "state"])
    def test_the_number_of_queries_is_fixed(self, client, user, name):
        def queries(count: int) -> int:
            upload = make_upload(user, *(f"{number}.jpg" for number in range(count)))
            for item in upload.items.all():
                face = make_face(make_asset())
                upload.items.filter(pk=item.pk).update(status=Status.STORED, asset=face.asset)
            shown = [f"{item.pk}:waiting-0" for item in upload.items.all()]
            url = address(upload, "upload-state") if name == "state" else reverse(name)
            with CaptureQueriesContext(connection) as captured:
                response = client.get(url, {"shown": shown} if name == "state" else {})
            assert response.status_code == 200
            return len(captured)

        queries(1)

        assert queries(1) == queries(4) <= 14


class TestState:
    def test_nothing_comes_where_nothing_changed(self, client, user):
        upload = make_upload(user, "a.jpg")
        html = page(client.get(address(upload)))
        shown = dict(re.findall(r'name="(totals|shown)" value="([^"]+)"', html))

        response = client.get(address(upload, "upload-state"), shown)

        assert response.status_code == 204

    def test_cards_that_changed_come_with_the_numbers(self, client, user):
        upload = make_upload(user, "a.jpg", "b.jpg")
        first, second = upload.items.all()
        upload.items.filter(pk=first.pk).update(status=Status.REJECTED, error_message="Bad.")
        shown = [f"{first.pk}:waiting-0", f"{second.pk}:waiting-0"]

        html = page(client.get(address(upload, "upload-state"), {"shown": shown}))

        assert "1 of 2 done" in html
        assert f'id="item-{first.pk}"' in html
        assert f'id="item-{second.pk}"' not in html

    def test_a_card_changes_with_its_analysis(self, client, user):
        upload = make_upload(user, "a.png")
        item, asset = upload.items.get(), make_asset()
        upload.items.update(status=Status.STORED, asset=asset)
        asset.runs.update(status=AnalysisRun.Status.SUCCEEDED, face_count=1)
        shown = f"{item.pk}:stored-queued"

        html = page(client.get(address(upload, "upload-state"), {"shown": shown}))

        assert "1 face" in html

    @pytest.mark.parametrize("shown", ["x", "1", f"{2**70}:waiting-0"])
    def test_what_is_no_card_is_refused(self, client, user, shown):
        url = address(make_upload(user, "a.jpg"), "upload-state")

        assert client.get(url, {"shown": shown}).status_code == 400


class TestAddresses:
    def test_each_line_waits_to_be_fetched(self, client):
        lines = "http://a.example/1.jpg\nhttp://b.example/sea%20side.jpg"

        response = client.post(reverse("upload-addresses"), {"addresses": lines}, follow=True)

        names = UploadItem.objects.values_list("path", flat=True)
        assert list(names) == ["1.jpg", "sea side.jpg"]
        assert outcomes(response) == ["waiting", "waiting"]

    def test_wrong_lines_are_named_and_nothing_is_lost(self, client):
        lines = "http://a.example/1.jpg\nphoto"

        response = client.post(reverse("upload-addresses"), {"addresses": lines})

        assert response.status_code == 422
        assert "Line 2: This is not an address on the web." in page(response)
        assert "http://a.example/1.jpg" in page(response)
        assert not Upload.objects.exists()

    def test_a_failed_one_is_tried_again_by_its_button(self, client, user):
        upload = take_up(user)
        add_addresses(upload, ["http://a.example/1.jpg", "http://a.example/2.jpg"])
        upload.items.update(status=Status.REJECTED, error_code="bad_answer")
        first = upload.items.first()

        response = client.post(address(upload, "upload-retry"), {"item": first.pk}, headers=HTMX)

        assert outcomes(response) == ["waiting"]
        assert upload.items.filter(status=Status.REJECTED).count() == 1

    def test_all_failed_ones_are_tried_again(self, client, user):
        upload = take_up(user)
        add_addresses(upload, ["http://a.example/1.jpg", "http://a.example/2.jpg"])
        upload.items.update(status=Status.REJECTED, error_code="bad_answer")

        response = client.post(address(upload, "upload-retry"), follow=True)

        assert outcomes(response) == ["waiting", "waiting"]
