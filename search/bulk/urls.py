from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search.bulk import api, choosing, views

api_urls: list[URLPattern | URLResolver] = [
    path("bulk", api.JobListView.as_view(), name="bulk-job-list"),
    path("bulk/<uuid:uid>", api.JobView.as_view(), name="bulk-job"),
    path("bulk/<uuid:uid>/cancel", api.CancelJobView.as_view(), name="bulk-job-cancel"),
    path("bulk/<uuid:uid>/undo", api.UndoJobView.as_view(), name="bulk-job-undo"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("bulk/", views.jobs, name="bulk-jobs"),
    path("bulk/choose/", choosing.choose, name="bulk-choose"),
    path("bulk/new/", views.new_job, name="bulk-new"),
    path("bulk/<uuid:uid>/", views.job_page, name="bulk-job"),
    path("bulk/<uuid:uid>/cancel/", views.cancel, name="bulk-job-cancel"),
    path("bulk/<uuid:uid>/undo/", views.undo, name="bulk-job-undo"),
]
