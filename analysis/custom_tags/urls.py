from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.custom_tags import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("tags", api.TagListView.as_view(), name="tag-list"),
    path("tags/<slug:name>", api.TagView.as_view(), name="tag"),
    path("tags/<slug:name>/examples", api.ExamplesView.as_view(), name="tag-examples"),
    path("tags/<slug:name>/candidates", api.CandidatesView.as_view(), name="tag-candidates"),
    path("tags/<slug:name>/train", api.TrainView.as_view(), name="tag-train"),
    path("tags/<slug:name>/versions", api.VersionListView.as_view(), name="tag-version-list"),
    path(
        "tags/<slug:name>/versions/<int:number>/apply",
        api.ApplyVersionView.as_view(),
        name="tag-version-apply",
    ),
]
html_urls: list[URLPattern | URLResolver] = [
    path("tags/", views.tags, name="tags"),
    path("tags/new/", views.new_tag, name="tag-new"),
    path("tags/<slug:name>/", views.tag_page, name="tag"),
    path("tags/<slug:name>/state/", views.tag_state, name="tag-state"),
    path("tags/<slug:name>/mark/", views.mark, name="tag-mark"),
    path("tags/<slug:name>/train/", views.train, name="tag-train"),
    path("tags/<slug:name>/apply/", views.apply_version, name="tag-apply"),
    path("tags/<slug:name>/rename/", views.rename, name="tag-rename"),
    path("tags/<slug:name>/delete/", views.delete, name="tag-delete"),
]
