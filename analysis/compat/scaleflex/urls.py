"""Where Scaleflex' clients find us, whether their base address ends in /scaleflex or not."""

from __future__ import annotations

from django.urls import URLPattern, path

from analysis.compat.scaleflex import api, asset_api, meta_api

VERSIONS = ("v4", "v5")
BASES = ("", "scaleflex/")


def _files(base: str) -> list[URLPattern]:
    """Return the addresses of stored files below a base; those at the root have names."""
    files = asset_api.FilesView.as_view()
    patterns = []
    for version in VERSIONS:
        start = f"{base}<slug:token>/{version}"
        patterns += [
            path(f"{start}/files", files),
            path(f"{start}/files/", files),
            path(f"{start}/files/<uuid:uid>", asset_api.FileView.as_view()),
            path(
                f"{start}/files/<uuid:uid>/original",
                asset_api.FileOriginalView.as_view(),
                name="scaleflex-original" if (base, version) == (BASES[0], VERSIONS[0]) else None,
            ),
            # The vendor names one file in the singular here.
            path(f"{start}/file/<uuid:uid>/meta", meta_api.FileMetaView.as_view()),
            path(f"{start}/files/<uuid:uid>/meta", meta_api.FileMetaView.as_view()),
            path(f"{start}/regenerate/face-analysis", api.RegenerateView.as_view()),
        ]
    return patterns


urls: list[URLPattern] = [
    path(
        "scaleflex/face-analysis",
        api.FaceAnalysisView.as_view(),
        name="scaleflex-face-analysis",
    ),
    path(
        "scaleflex/regenerate/face-analysis",
        api.RegenerateView.as_view(),
        name="scaleflex-regenerate",
    ),
    path(
        "scaleflex/deliver/<slug:hour>/<uuid:uid>.png",
        api.DrawnView.as_view(),
        name="scaleflex-drawn",
    ),
    *(pattern for base in BASES for pattern in _files(base)),
]
