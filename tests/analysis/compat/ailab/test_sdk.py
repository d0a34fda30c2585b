"""The vendor's own SDK, as it is on PyPI, over HTTP against a server of ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from ailabtools.client import AILabClient
from ailabtools.errors import AILabApiError
from django.utils import timezone

from analysis import in_time, nets
from analysis.compat.ailab.envelope import AiLabError
from analysis.compat.ailab.uploads import MOST_BYTES
from analysis.manifest import NetError
from dam.api_keys import revoke_api_key
from dam.models import KeyPace
from tests.factories import make_api_key, make_face
from tests.fakes import FakePipeline
from tests.pictures import encoded, new_png, picture

pytestmark = pytest.mark.django_db(transaction=True)

# What the vendor advises to wait before the second, third … attempt.
PAUSES_SECONDS = (1, 2, 4, 8)

Call = Callable[[AILabClient], Awaitable[dict[str, Any]]]


class Sdk:
    """The SDK with a key, against a server."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key

    def call(self, call: Call) -> dict[str, Any]:
        return self.retry(call, pauses=())

    def analyze(self, content: bytes | None = None) -> dict[str, Any]:
        image = new_png(640, 480) if content is None else content
        return self.call(
            lambda client: client.portrait.portraitFaceAnalyzerAdvanced({"image": image})
        )

    def refusal(self, content: bytes | None = None) -> AILabApiError:
        with pytest.raises(AILabApiError) as raised:
            self.analyze(content)
        return raised.value

    def retry(self, call: Call, *, pauses: tuple[float, ...] = PAUSES_SECONDS) -> dict[str, Any]:
        """Call as the vendor advises: again after 429 and 5xx, not before `Retry-After`."""

        async def run() -> dict[str, Any]:
            told: list[float] = []
            client = AILabClient(self.key, base_url=self.url, timeout=30)

            async def note(response: httpx.Response) -> None:
                told.append(float(response.headers.get("Retry-After", 0)))

            client._requester._client.event_hooks = {"response": [note]}
            try:
                for pause in (*pauses, None):
                    try:
                        return await call(client)
                    except AILabApiError as error:
                        status = error.detail.status_code
                        if pause is None or (status != 429 and status < 500):
                            raise
                        await asyncio.sleep(max(pause, told[-1]))
            finally:
                await client.aclose()
            raise AssertionError("unreachable")

        return asyncio.run(run())


@pytest.fixture
def sdk(live_server) -> Sdk:
    return Sdk(live_server.url, make_api_key().text)


def assert_is(error: AILabApiError, expected: AiLabError) -> None:
    assert error.detail.code == expected.name
    assert error.detail.status_code == expected.status
    assert str(error) == error.detail.message == error.raw["error_msg"] != ""
    assert error.request_id
    assert error.log_id


class TestSuccess:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
    def test_faces_of_bytes(self, sdk, fake_pipeline, kind):
        answer = sdk.analyze(encoded(picture(640, 480), kind))

        assert (answer["image_width"], answer["image_height"]) == (640, 480)
        assert answer["data"]["face_count"] == 2
        assert len(answer["data"]["landmarks"]) == 2 * 2 * answer["data"]["landmark_count"]

    def test_faces_of_an_open_file(self, sdk, fake_pipeline, tmp_path):
        path = tmp_path / "no-picture-by-its-name.txt"
        path.write_bytes(new_png(640, 480))

        with path.open("rb") as file:
            answer = sdk.call(
                lambda client: client.portrait.portraitFaceAnalyzerAdvanced({"image": file})
            )

        assert answer["error_code"] == 0

    def test_the_older_analyzer(self, sdk, fake_pipeline):
        answer = sdk.call(
            lambda client: client.portrait.portraitFaceAnalyzer(
                {"image": new_png(640, 480), "maxFaceNum": 2}
            )
        )

        assert len(answer["face_detail_infos"]) == 2

    def test_credits(self, sdk, fake_pipeline, settings):
        settings.DAM_KEY_PICTURES_PER_DAY = 7
        sdk.analyze()

        answer = sdk.call(lambda client: client.common.commonQueryCredits({}))

        assert [entry["balance"] for entry in answer["data"]] == [6]

    def test_waiting_for_a_task(self, sdk):
        run = make_face().run

        answer = sdk.call(lambda client: client.wait_for_task(str(run.uid), interval=0.1))

        assert answer["data"]["task_status"] == 2


class TestErrors:
    def test_400(self, sdk):
        assert_is(sdk.refusal(b""), AiLabError.ERROR_INVALID_PARAMETER)

    def test_400_missing(self, sdk):
        with pytest.raises(AILabApiError) as raised:
            sdk.call(lambda client: client.common.commonQueryAsyncTaskResult({"taskId": ""}))

        assert_is(raised.value, AiLabError.MISSING_PARAMETERS)

    def test_401(self, sdk):
        sdk.key = "wrong"

        assert_is(sdk.refusal(), AiLabError.ERROR_USER_NOT_EXISTS)

    def test_403(self, sdk):
        revoke_api_key(sdk.key.split("_")[1])

        assert_is(sdk.refusal(), AiLabError.ERROR_USER_LOCKED)

    def test_404(self, sdk):
        with pytest.raises(AILabApiError) as raised:
            sdk.call(lambda client: client.background.remove({"image": new_png()}))

        assert_is(raised.value, AiLabError.ERROR_AI_NOT_EXISTS)

    def test_413(self, sdk):
        content = new_png() + b"\0" * MOST_BYTES

        assert_is(sdk.refusal(content), AiLabError.FILE_SIZE_EXCEEDS_LIMIT)
        assert_is(sdk.refusal(new_png(20, 90)), AiLabError.FILE_RESOLUTION_EXCEEDS_LIMITS)

    def test_415(self, sdk):
        assert_is(sdk.refusal(encoded(picture(), "WEBP")), AiLabError.UNSUPPORTED_FILE_TYPES)

    def test_422_damaged(self, sdk, fake_pipeline):
        content = new_png(640, 480)

        refusal = sdk.refusal(content[: len(content) // 2])

        assert_is(refusal, AiLabError.FILE_DECODING_FAILURE)

    @pytest.mark.parametrize(
        ("shares", "error"),
        [
            ((), AiLabError.ERROR_NO_FACE_IN_FILE),
            ((0.05,), AiLabError.ERROR_FACE_SIZE_RATIO_NOT_MET),
        ],
    )
    def test_422_without_faces(self, sdk, use_pipeline, shares, error):
        use_pipeline(FakePipeline(shares=shares))

        assert_is(sdk.refusal(), error)

    def test_429(self, sdk, fake_pipeline, settings):
        settings.DAM_KEY_REQUESTS_PER_MINUTE = 1
        sdk.analyze()

        assert_is(sdk.refusal(), AiLabError.EXCEEDING_LIMITS)

    def test_500(self, sdk, use_pipeline):
        use_pipeline(FakePipeline(error=RuntimeError("unforeseen")))

        assert_is(sdk.refusal(), AiLabError.PROCESSING_FAILURE)

    def test_502(self, sdk, monkeypatch):
        def fail(*_, **__):
            raise NetError("net_missing", "There is no detector.")

        monkeypatch.setattr(nets, "load_pipeline", fail)

        assert_is(sdk.refusal(), AiLabError.AI_SERVICE_ERROR)

    def test_503(self, sdk, fake_pipeline, monkeypatch):
        desk = in_time.Desk(threads=1, most_waiting=-1)
        monkeypatch.setattr(in_time, "_desk", lambda: desk)

        assert_is(sdk.refusal(), AiLabError.ERROR_INSUFFICIENT_RESOURCES)

    def test_504(self, sdk, slow_pipeline, settings):
        settings.DAM_ANALYZE_TIME_LIMIT_SECONDS = 0.05

        assert_is(sdk.refusal(), AiLabError.AI_SERVICE_TIMEOUT)


@pytest.fixture
def slow_pipeline(use_pipeline) -> Iterator[FakePipeline]:
    class Slow(FakePipeline):
        def analyze(self, image):
            time.sleep(0.3)
            return super().analyze(image)

    yield use_pipeline(Slow())
    # Its thread must not outlive the test's database.
    time.sleep(0.3)


def test_after_429_it_comes_back_when_it_was_told_to(sdk, fake_pipeline, settings):
    settings.DAM_KEY_REQUESTS_PER_MINUTE = 30  # one is earned every two seconds
    sdk.analyze()
    KeyPace.objects.update(due_at=timezone.now() + timedelta(seconds=60))
    began = time.monotonic()

    answer = sdk.retry(
        lambda client: client.portrait.portraitFaceAnalyzerAdvanced({"image": new_png(640, 480)})
    )

    assert answer["data"]["face_count"] == 2
    # Told to wait for two seconds: not after the first pause of one.
    assert 1.5 < time.monotonic() - began < 6
