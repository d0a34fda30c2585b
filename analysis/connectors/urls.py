from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.connectors import api, views

_RUN = "connectors/<uuid:uid>/runs/<uuid:run_uid>"

api_urls: list[URLPattern | URLResolver] = [
    path("connectors", api.ConnectorListView.as_view(), name="connector-list"),
    path("connectors/kinds", api.KindsView.as_view(), name="connector-kinds"),
    path("connectors/<uuid:uid>", api.ConnectorView.as_view(), name="connector"),
    path("connectors/<uuid:uid>/runs", api.RunListView.as_view(), name="connector-runs"),
    path(_RUN, api.RunView.as_view(), name="connector-run"),
    path(f"{_RUN}/cancel", api.CancelRunView.as_view(), name="connector-run-cancel"),
    path(f"{_RUN}/notes", api.NoteListView.as_view(), name="connector-run-notes"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("settings/connectors/", views.connectors, name="connectors"),
    path("settings/connectors/new/", views.choose_kind, name="connector-new"),
    path("settings/connectors/new/<slug:kind>/", views.new, name="connector-new-kind"),
    path("settings/connectors/<uuid:uid>/", views.connector, name="connector"),
    path("settings/connectors/<uuid:uid>/edit/", views.edit, name="connector-edit"),
    path("settings/connectors/<uuid:uid>/delete/", views.delete, name="connector-delete"),
    path("settings/connectors/<uuid:uid>/run/", views.start, name="connector-start"),
    path(f"settings/{_RUN}/", views.run, name="connector-run"),
    path(f"settings/{_RUN}/cancel/", views.cancel, name="connector-run-cancel"),
]
