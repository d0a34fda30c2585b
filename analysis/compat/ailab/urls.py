"""The vendor's addresses; the last one answers whatever is below /api/ and not ours."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from analysis.compat.ailab import api
from analysis.compat.ailab.views import UnknownOperationView

urls: list[URLPattern] = [
    path(
        "api/portrait/analysis/face-analyzer-advanced",
        api.FaceAnalyzerAdvancedView.as_view(),
        name="ailab-face-analyzer-advanced",
    ),
    path(
        "api/portrait/analysis/face-analyzer",
        api.FaceAnalyzerView.as_view(),
        name="ailab-face-analyzer",
    ),
    path(
        "api/common/query-credits",
        api.QueryCreditsView.as_view(),
        name="ailab-query-credits",
    ),
    path(
        "api/common/query-async-task-result",
        api.QueryAsyncTaskResultView.as_view(),
        name="ailab-query-async-task-result",
    ),
    re_path(
        r"^api/(?!(?:v1|schema|docs)(?:/|$))",
        UnknownOperationView.as_view(),
        name="ailab-unknown-operation",
    ),
]
