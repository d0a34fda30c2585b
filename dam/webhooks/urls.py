from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dam.webhooks import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("webhooks", api.WebhookListView.as_view(), name="webhook-list"),
    path("webhooks/<uuid:uid>", api.WebhookView.as_view(), name="webhook"),
    path("webhooks/<uuid:uid>/ping", api.PingView.as_view(), name="webhook-ping"),
    path("webhooks/<uuid:uid>/secret", api.SecretView.as_view(), name="webhook-secret"),
    path("webhooks/<uuid:uid>/replay", api.ReplayFailedView.as_view(), name="webhook-replay"),
    path(
        "webhooks/<uuid:uid>/deliveries",
        api.DeliveryListView.as_view(),
        name="webhook-deliveries",
    ),
    path(
        "webhooks/<uuid:uid>/deliveries/<uuid:delivery_uid>",
        api.DeliveryView.as_view(),
        name="webhook-delivery",
    ),
    path(
        "webhooks/<uuid:uid>/deliveries/<uuid:delivery_uid>/replay",
        api.ReplayView.as_view(),
        name="webhook-delivery-replay",
    ),
]
html_urls: list[URLPattern | URLResolver] = [
    path("settings/webhooks/", views.webhooks, name="webhooks"),
    path("settings/webhooks/new/", views.new, name="webhook-new"),
    path("settings/webhooks/<uuid:uid>/", views.webhook, name="webhook"),
    path("settings/webhooks/<uuid:uid>/edit/", views.edit, name="webhook-edit"),
    path("settings/webhooks/<uuid:uid>/delete/", views.delete, name="webhook-delete"),
    path("settings/webhooks/<uuid:uid>/ping/", views.send_ping, name="webhook-ping"),
    path("settings/webhooks/<uuid:uid>/pause/", views.pause, name="webhook-pause"),
    path("settings/webhooks/<uuid:uid>/resume/", views.resume, name="webhook-resume"),
    path("settings/webhooks/<uuid:uid>/secret/", views.secret, name="webhook-secret"),
    path("settings/webhooks/<uuid:uid>/replay/", views.replay_failed, name="webhook-replay"),
    path(
        "settings/webhooks/<uuid:uid>/deliveries/<uuid:delivery_uid>/",
        views.delivery,
        name="webhook-delivery",
    ),
    path(
        "settings/webhooks/<uuid:uid>/deliveries/<uuid:delivery_uid>/replay/",
        views.replay,
        name="webhook-delivery-replay",
    ),
]
