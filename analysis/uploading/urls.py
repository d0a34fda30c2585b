from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.uploading import views

html_urls: list[URLPattern | URLResolver] = [
    path("upload/", views.upload, name="upload"),
    path("upload/announce/", views.announce, name="upload-announce"),
    path("upload/addresses/", views.add_list, name="upload-addresses"),
    path("uploads/", views.upload_list, name="upload-list"),
    path("uploads/<uuid:uid>/", views.upload_one, name="upload-one"),
    path("uploads/<uuid:uid>/state/", views.upload_state, name="upload-state"),
    path("uploads/<uuid:uid>/retry/", views.retry, name="upload-retry"),
    path("uploads/<uuid:uid>/clear/", views.clear_upload, name="upload-clear"),
]
