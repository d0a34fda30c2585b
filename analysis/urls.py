from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis import api, tag_api, views
from analysis.compat.ailab import urls as ailab
from analysis.compat.scaleflex import urls as scaleflex
from analysis.connectors import urls as connectors
from analysis.custom_tags import urls as custom_tags
from analysis.decisions import urls as decisions
from analysis.net_report import urls as net_report
from analysis.pausing import urls as pausing
from analysis.queue import urls as queue
from analysis.redaction import urls as redaction
from analysis.thresholds import urls as thresholds
from analysis.topics import urls as topics
from analysis.uploading import urls as uploading

api_urls: list[URLPattern | URLResolver] = [
    path("assets/<uuid:uid>", api.AssetView.as_view(), name="asset"),
    path(
        "collections/<uuid:uid>/assets",
        api.CollectionAssetsView.as_view(),
        name="collection-assets",
    ),
    path("faces/<uuid:uid>", api.FaceView.as_view(), name="face"),
    path("faces/<uuid:uid>/crop", api.FaceCropView.as_view(), name="face-crop"),
    path("faces/<uuid:uid>/tags", tag_api.FaceTagsView.as_view(), name="face-tags"),
    path("faces/<uuid:uid>/tags/<slug:facet>", tag_api.FaceTagView.as_view(), name="face-tag"),
    path("analyze", api.AnalyzeView.as_view(), name="analyze"),
    path("runs", api.RunListView.as_view(), name="run-list"),
    path("runs/<uuid:uid>", api.RunView.as_view(), name="run"),
    *custom_tags.api_urls,
    *connectors.api_urls,
    *decisions.api_urls,
    *redaction.api_urls,
    *net_report.api_urls,
    *pausing.api_urls,
    *queue.api_urls,
]
# Other vendors' addresses. AILabTools' last one answers what is below /api/ and not ours.
vendor_urls: list[URLPattern | URLResolver] = [*scaleflex.urls, *ailab.urls]
html_urls: list[URLPattern | URLResolver] = [
    path("photos/<uuid:uid>/", views.photo, name="photo"),
    path("photos/<uuid:uid>/analyze/", views.analyze_photo, name="photo-analyze"),
    path("faces/<uuid:uid>/tags/<slug:facet>/", views.correct, name="face-tag-correct"),
    path("faces/<uuid:uid>/tags/<slug:facet>/clear/", views.clear, name="face-tag-clear"),
    *custom_tags.html_urls,
    *connectors.html_urls,
    *decisions.html_urls,
    *redaction.html_urls,
    *net_report.html_urls,
    *pausing.html_urls,
    *queue.html_urls,
    *thresholds.html_urls,
    *topics.html_urls,
    *uploading.html_urls,
]
