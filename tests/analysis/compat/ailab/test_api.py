from __future__ import annotations

import threading
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from analysis import in_time, nets
from analysis.compat.ailab.envelope import AiLabError
from analysis.compat.ailab.uploads import MOST_BYTES
from analysis.manifest import NetError
from analysis.models import AnalysisRun
from analysis.pipeline.types import Box
from dam.api_keys import revoke_api_key
from dam.models import ApiKey, KeyUsage
from tests.factories import make_api_key, make_asset, make_face, make_run
from tests.fakes import FakePipeline
from tests.pictures import encoded, new_png, picture

pytestmark = pytest.mark.django_db

ADVANCED = "/api/portrait/analysis/face-analyzer-advanced"
BASIC = "/api/portrait/analysis/face-analyzer"
CREDITS = "/api/common/query-credits"
TASKS = "/api/common/query-async-task-result"
ENVELOPE = ("request_id", "log_id", "error_code", "error_code_str", "error_msg", "error_detail")


class StuckPipeline(FakePipeline):
    """Goes on only when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def analyze(self, image):
        self.go.wait(30)
        return []


@pytest.fixture
def vendor(db) -> APIClient:
    return client_of(make_api_key().text)


def client_of(text: str) -> APIClient:
    return APIClient(raise_request_exception=False, headers={"ailabapi-api-key": text})


def send(client: APIClient, content: bytes | None = None, *, url=ADVANCED, name="a.png", **fields):
    image = SimpleUploadedFile(name, content or new_png(640, 480))
    return client.post(url, {"image": image, **fields}, format="multipart")


def assert_fails(response, error: AiLabError) -> None:
    body = response.json()
    assert (response.status_code, body["error_code_str"]) == (error.status, error.name)
    assert tuple(body) == ENVELOPE
    assert body["error_code"] == error.status
    assert body["error_detail"]["status_code"] == error.status
    assert body["error_detail"]["code"] == error.name
    assert body["error_detail"]["message"] == body["error_msg"] != ""


class TestAnswer:
    def test_every_part_of_the_envelope_is_there_in_order(self, vendor, fake_pipeline):
        response = send(vendor)

        body = response.json()
        assert tuple(body) == (*ENVELOPE, "image_width", "image_height", "data")
        assert {name: body[name] for name in ENVELOPE[2:]} == {
            "error_code": 0,
            "error_code_str": "",
            "error_msg": "",
            "error_detail": {"status_code": 200, "code": "", "code_message": "", "message": ""},
        }
        assert response.headers["Content-Type"] == "application/json"

    def test_size_is_that_of_the_upright_picture(self, vendor, fake_pipeline):
        exif = Image.Exif()
        exif[274] = 6

        body = send(vendor, encoded(picture(640, 480), "JPEG", exif=exif)).json()

        assert (body["image_width"], body["image_height"]) == (480, 640)

    def test_numbers_are_those_of_the_native_answer(self, vendor, api, fake_pipeline):
        content = new_png(640, 480)

        data = send(vendor, content).json()["data"]
        native = api.post(
            "/api/v1/analyze", {"image": SimpleUploadedFile("a", content)}, format="multipart"
        ).json()

        faces = native["faces"]
        assert data["face_count"] == len(faces) == 2
        assert data["age_list"] == [round(face["readings"]["age"]) for face in faces]
        points = [number for face in faces for point in face["landmarks"] for number in point]
        assert data["landmarks"] == pytest.approx(points, abs=0.011)

    def test_the_id_is_that_of_the_request(self, vendor, fake_pipeline):
        response = send(vendor)

        body = response.json()
        assert body["request_id"] == body["log_id"] == response.headers["X-Request-ID"]
        assert UUID(body["request_id"]).version == 4

    def test_the_clients_own_id_is_the_log_id(self, vendor, fake_pipeline):
        vendor.credentials(**vendor._credentials, HTTP_X_REQUEST_ID="order-7")

        assert send(vendor).json()["log_id"] == "order-7"

    def test_embeddings_come_on_request(self, vendor, fake_pipeline):
        data = send(vendor, dense_features="1").json()["data"]

        assert len(data["dense_features"]) == 2 * data["dense_feature_length"]

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
    def test_content_decides_what_a_file_is(self, vendor, fake_pipeline, kind):
        assert send(vendor, encoded(picture(640, 480), kind), name="a.txt").status_code == 200

    def test_small_faces_beside_large_ones_do_not_count(self, vendor, use_pipeline):
        use_pipeline(FakePipeline(shares=(0.5, 0.05)))

        assert send(vendor).json()["data"]["face_count"] == 1

    def test_no_face_is_an_empty_answer_where_that_is_set(self, vendor, use_pipeline, settings):
        settings.DAM_AILAB_EMPTY_ANSWERS = True
        use_pipeline(FakePipeline(shares=()))

        response = send(vendor)

        assert response.status_code == 200
        assert response.json()["data"]["face_count"] == 0

    def test_it_does_not_wait_for_those_that_are_queued(self, vendor, fake_pipeline):
        runs = [make_run(version=f"v{number}") for number in range(3)]

        response = send(vendor)

        assert response.status_code == 200
        assert AnalysisRun.objects.filter(status="queued").count() == len(runs)

    def test_nothing_is_stored(self, vendor, fake_pipeline):
        send(vendor)

        assert not AnalysisRun.objects.exists()

    def test_queries_do_not_grow_with_faces(self, vendor, use_pipeline, django_assert_num_queries):
        send(vendor)

        for shares in ((0.4,), (0.2,) * 5):
            use_pipeline(FakePipeline(shares=shares))
            with django_assert_num_queries(2):  # the key, its usage
                send(vendor)


class TestErrors:
    def test_missing_parameters(self, vendor):
        assert_fails(vendor.post(ADVANCED), AiLabError.MISSING_PARAMETERS)
        assert_fails(
            vendor.post(ADVANCED, {"picture": "x"}, format="multipart"),
            AiLabError.MISSING_PARAMETERS,
        )

    def test_an_image_that_is_no_file(self, vendor):
        response = vendor.post(ADVANCED, {"image": "text"}, format="multipart")

        assert_fails(response, AiLabError.ERROR_INVALID_PARAMETER)

    def test_an_empty_file(self, vendor):
        file = SimpleUploadedFile("a.png", b"")

        response = vendor.post(ADVANCED, {"image": file}, format="multipart")

        assert_fails(response, AiLabError.ERROR_INVALID_PARAMETER)

    def test_two_files(self, vendor):
        files = [SimpleUploadedFile("a.png", new_png()) for _ in range(2)]

        response = vendor.post(ADVANCED, {"image": files}, format="multipart")

        assert_fails(response, AiLabError.ERROR_INVALID_PARAMETER)

    @pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
    def test_a_body_that_is_no_form(self, vendor, kind):
        response = vendor.post(ADVANCED, "{}", content_type=kind)

        assert_fails(response, AiLabError.ERROR_INVALID_PARAMETER)

    def test_a_flag_that_is_none(self, vendor, fake_pipeline):
        assert_fails(send(vendor, dense_features="yes"), AiLabError.ERROR_INVALID_PARAMETER)

    @pytest.mark.parametrize("text", ["", "wrong", "fct_aaaaaaaa_" + "b" * 43, "fct_\xe9_x"])
    def test_a_wrong_key(self, db, text):
        assert_fails(send(client_of(text)), AiLabError.ERROR_USER_NOT_EXISTS)

    def test_no_key(self, db):
        client = APIClient(raise_request_exception=False)

        assert_fails(send(client), AiLabError.ERROR_USER_NOT_EXISTS)

    def test_a_revoked_key(self, db):
        new = make_api_key()
        revoke_api_key(new.api_key.prefix)

        assert_fails(send(client_of(new.text)), AiLabError.ERROR_USER_LOCKED)

    def test_a_key_that_may_only_read(self, db):
        client = client_of(make_api_key(ApiKey.Scope.READ).text)

        assert_fails(send(client), AiLabError.ERROR_USER_LOCKED)

    @pytest.mark.parametrize(
        "path", ["/api/portrait/effects/face-fusion", "/api/none", "/api/", ADVANCED + "/"]
    )
    def test_an_unknown_address(self, vendor, path):
        assert_fails(vendor.post(path), AiLabError.ERROR_AI_NOT_EXISTS)

    def test_a_method_that_is_not_there(self, vendor):
        assert_fails(vendor.get(ADVANCED), AiLabError.ERROR_AI_NOT_EXISTS)

    def test_unknown_addresses_of_our_own_keep_their_errors(self, api):
        assert api.get("/api/v1/none").json()["error"]["code"] == "not_found"

    def test_a_file_that_is_too_large(self, vendor, fake_pipeline):
        content = new_png(640, 480)

        most = send(vendor, content + b"\0" * (MOST_BYTES - len(content)))
        more = send(vendor, content + b"\0" * (MOST_BYTES - len(content) + 1))

        assert most.status_code == 200
        assert_fails(more, AiLabError.FILE_SIZE_EXCEEDS_LIMIT)

    def test_a_file_that_is_too_large_for_the_service(self, vendor, settings):
        settings.DAM_MAX_UPLOAD_BYTES = 100

        assert_fails(send(vendor), AiLabError.FILE_SIZE_EXCEEDS_LIMIT)

    @pytest.mark.parametrize(("width", "height"), [(33, 33), (4095, 40)])
    def test_sides_that_are_just_right(self, vendor, use_pipeline, width, height):
        use_pipeline(FakePipeline(shares=()))

        assert_fails(send(vendor, new_png(width, height)), AiLabError.ERROR_NO_FACE_IN_FILE)

    @pytest.mark.parametrize(
        ("width", "height"), [(32, 100), (100, 31), (4096, 40), (40, 4096), (10_000, 9)]
    )
    def test_sides_that_are_too_short_or_too_long(self, vendor, fake_pipeline, width, height):
        response = send(vendor, new_png(width, height))

        assert_fails(response, AiLabError.FILE_RESOLUTION_EXCEEDS_LIMITS)
        assert fake_pipeline.pictures == 0

    def test_other_types_are_unsupported_whatever_they_are_called(self, vendor):
        for content in (
            encoded(picture(), "WEBP"),
            encoded(picture(), "GIF"),
            b"%PDF-1.7 " * 10,
            b"BM is how this text begins.",
            b"x",
        ):
            response = send(vendor, content, name="photo.jpg")

            assert_fails(response, AiLabError.UNSUPPORTED_FILE_TYPES)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
    def test_a_damaged_file(self, vendor, fake_pipeline, kind):
        content = encoded(picture(640, 480), kind)

        half = send(vendor, content[: len(content) // 2])
        head = send(vendor, content[:20])

        assert_fails(half, AiLabError.FILE_DECODING_FAILURE)
        assert_fails(head, AiLabError.FILE_DECODING_FAILURE)

    def test_no_face(self, vendor, use_pipeline):
        use_pipeline(FakePipeline(shares=()))

        assert_fails(send(vendor), AiLabError.ERROR_NO_FACE_IN_FILE)

    def test_small_faces_alone(self, vendor, use_pipeline):
        use_pipeline(FakePipeline(shares=(0.05,)))

        assert_fails(send(vendor), AiLabError.ERROR_FACE_SIZE_RATIO_NOT_MET)

    def test_too_many_requests(self, vendor, fake_pipeline, settings):
        settings.DAM_KEY_REQUESTS_PER_MINUTE = 1
        send(vendor)

        response = send(vendor)

        assert_fails(response, AiLabError.EXCEEDING_LIMITS)
        assert 55 <= int(response.headers["Retry-After"]) <= 60

    def test_too_many_pictures_in_a_day(self, vendor, fake_pipeline, settings):
        settings.DAM_KEY_PICTURES_PER_DAY = 1
        send(vendor)

        response = send(vendor)

        assert_fails(response, AiLabError.EXCEEDING_LIMITS)
        assert 1 <= int(response.headers["Retry-After"]) <= 86_400

    def test_what_nobody_foresaw(self, vendor, use_pipeline, caplog):
        use_pipeline(FakePipeline(error=RuntimeError("the disk is on fire")))

        response = send(vendor)

        assert_fails(response, AiLabError.PROCESSING_FAILURE)
        assert "fire" not in response.content.decode()
        assert "the disk is on fire" in caplog.text

    def test_nets_that_cannot_be_used(self, vendor, monkeypatch):
        def fail(*_, **__):
            raise NetError("net_missing", "There is no detector.")

        monkeypatch.setattr(nets, "load_pipeline", fail)

        assert_fails(send(vendor), AiLabError.AI_SERVICE_ERROR)

    def test_no_memory(self, vendor, use_pipeline):
        use_pipeline(FakePipeline(error=MemoryError()))

        assert_fails(send(vendor), AiLabError.ERROR_INSUFFICIENT_RESOURCES)

    def test_too_many_who_wait(self, vendor, fake_pipeline, monkeypatch):
        desk = in_time.Desk(threads=1, most_waiting=-1)
        monkeypatch.setattr(in_time, "_desk", lambda: desk)

        response = send(vendor)

        assert_fails(response, AiLabError.ERROR_INSUFFICIENT_RESOURCES)
        assert response.headers["Retry-After"] == "2"

    def test_an_analysis_that_takes_too_long(self, vendor, use_pipeline, settings):
        settings.DAM_ANALYZE_TIME_LIMIT_SECONDS = 0.05
        pipeline = use_pipeline(StuckPipeline())

        response = send(vendor)
        pipeline.go.set()

        assert_fails(response, AiLabError.AI_SERVICE_TIMEOUT)


class TestBasic:
    def test_the_largest_face_alone_unless_more_are_asked_for(self, vendor, fake_pipeline):
        one = send(vendor, url=BASIC).json()
        two = send(vendor, url=BASIC, max_face_num="5").json()

        assert len(one["face_detail_infos"]) == 1
        assert len(two["face_detail_infos"]) == 2
        assert tuple(one) == (*ENVELOPE, "image_width", "image_height", "face_detail_infos")

    @pytest.mark.parametrize("number", ["0", "121", "-1", "1.5", "many", "\u0661"])
    def test_a_number_of_faces_that_is_none(self, vendor, number):
        response = send(vendor, url=BASIC, max_face_num=number)

        assert_fails(response, AiLabError.ERROR_INVALID_PARAMETER)


class TestCredits:
    def test_what_is_left_of_the_day(self, vendor, fake_pipeline, settings):
        settings.DAM_KEY_PICTURES_PER_DAY = 10
        send(vendor)

        (entry,) = vendor.get(CREDITS).json()["data"]

        assert (entry["unique_sign"], entry["balance"], entry["total"]) == ("common", 9, 10)
        assert entry["last_update_time"] >= entry["first_buy_time"] > 1.7e9

    def test_without_a_limit_there_is_plenty(self, vendor):
        (entry,) = vendor.get(CREDITS).json()["data"]

        assert entry["balance"] == entry["total"] == 1_000_000_000

    def test_a_wrong_key(self, db):
        assert_fails(client_of("wrong").get(CREDITS), AiLabError.ERROR_USER_NOT_EXISTS)


class TestTasks:
    @pytest.mark.parametrize(
        ("status", "number"), [("queued", 0), ("running", 1), ("failed", 3), ("succeeded", 2)]
    )
    def test_a_run_is_a_task(self, vendor, status, number):
        run = make_run(make_asset(), status=status, version="other")

        answer = vendor.get(TASKS, {"task_id": str(run.uid)}).json()

        assert answer["task_status"] == answer["data"]["task_status"] == number

    def test_one_that_succeeded_has_its_faces(self, vendor):
        face = make_face(box=Box(0, 0, 70, 80))

        answer = vendor.get(TASKS, {"task_id": str(face.run.uid)}).json()

        assert answer["data"]["face_rectangles"] == [0, 0, 70, 80]
        assert answer["image_width"] == face.asset.width

    def test_a_task_that_is_missing(self, vendor):
        assert_fails(vendor.get(TASKS), AiLabError.MISSING_PARAMETERS)

    @pytest.mark.parametrize("text", ["nonsense", str(UUID(int=1))])
    def test_a_task_that_is_unknown(self, vendor, text):
        response = vendor.get(TASKS, {"task_id": text})

        assert_fails(response, AiLabError.ERROR_INVALID_PARAMETER)


def test_every_error_of_the_table_is_provoked_above():
    text = Path(__file__).read_text()

    assert [error.name for error in AiLabError if f"AiLabError.{error.name}" not in text] == []


def test_use_is_counted(vendor, fake_pipeline):
    send(vendor)
    send(vendor, b"nothing of the kind")

    usage = KeyUsage.objects.get()
    assert (usage.requests, usage.pictures, usage.faces) == (2, 1, 2)
    assert usage.pixels == 640 * 480
