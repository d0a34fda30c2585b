"""AILabTools' addresses. https://www.ailabtools.com/docs describes the original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.adhoc import PictureAnalysis, analyze_picture
from analysis.compat.ailab.advanced import is_large_enough, render
from analysis.compat.ailab.basic import render_basic
from analysis.compat.ailab.credits import render_credits
from analysis.compat.ailab.envelope import AiLabError
from analysis.compat.ailab.errors import AiLabRefusal
from analysis.compat.ailab.tasks import render_task
from analysis.compat.ailab.uploads import check_resolution, read_flag, read_picture, read_whole
from analysis.compat.ailab.views import AiLabView
from analysis.models import AnalysisRun
from analysis.pipeline.types import FaceResult
from dam.imaging import ImageInfo
from dam.metering import Meter, metered, used_today

MOST_FACES = 120


class FaceAnalyzerAdvancedView(AiLabView):
    """Every face of a picture at once, in parallel lists."""

    def post(self, request: Request) -> Response:
        with metered(request.auth) as meter:
            image = read_picture(request)
            dense_features = read_flag(request, "dense_features")
            analysis = _analyze(image, meter)
            results = _faces_that_count(analysis.results, meter)
            width, height = analysis.image.width, analysis.image.height
            body = render(results, width=width, height=height, dense_features=dense_features)
            return self.answer(body)


class FaceAnalyzerView(AiLabView):
    """The largest faces of a picture, one object each."""

    def post(self, request: Request) -> Response:
        with metered(request.auth) as meter:
            image = read_picture(request)
            most = read_whole(request, "max_face_num", default=1, lowest=1, highest=MOST_FACES)
            # The nets find faces that lie on their side anyway.
            read_flag(request, "need_rotate_detection")
            analysis = _analyze(image, meter)
            results = _faces_that_count(analysis.results, meter)[:most]
            width, height = analysis.image.width, analysis.image.height
            return self.answer(render_basic(results, width=width, height=height))


class QueryCreditsView(AiLabView):
    """What a key has left today."""

    def get(self, request: Request) -> Response:
        return self.answer({"data": render_credits(request.auth, used_today(request.auth))})


class QueryAsyncTaskResultView(AiLabView):
    """How far the analysis of a stored picture is: a task is one of our runs."""

    def get(self, request: Request) -> Response:
        text = request.query_params.get("task_id", "").strip()
        if not text:
            raise AiLabRefusal(AiLabError.MISSING_PARAMETERS, "`task_id` is missing.")
        run = _find_run(text)
        if run is None:
            raise AiLabRefusal(AiLabError.ERROR_INVALID_PARAMETER, "There is no such task.")
        return self.answer(render_task(run))


def _analyze(image: Any, meter: Meter) -> PictureAnalysis:
    def admit(info: ImageInfo) -> None:
        check_resolution(info)
        meter.admit(info)

    return analyze_picture(image, admit=admit)


def _faces_that_count(results: Sequence[FaceResult], meter: Meter) -> list[FaceResult]:
    """Leave out what the vendor finds too small. Raises AiLabRefusal where none is left."""
    large = [result for result in results if is_large_enough(result)]
    meter.faces = len(large)
    if results and not large:
        raise AiLabRefusal(AiLabError.ERROR_FACE_SIZE_RATIO_NOT_MET)
    if not large and not settings.DAM_AILAB_EMPTY_ANSWERS:
        raise AiLabRefusal(AiLabError.ERROR_NO_FACE_IN_FILE)
    return large


def _find_run(text: str) -> AnalysisRun | None:
    try:
        uid = UUID(text)
    except ValueError:
        return None
    return AnalysisRun.objects.filter(uid=uid).select_related("asset").first()
