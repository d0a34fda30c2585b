from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search.rules import api, refused_views, views

api_urls: list[URLPattern | URLResolver] = [
    path("rules", api.RuleListView.as_view(), name="rule-list"),
    path("rules/order", api.RuleOrderView.as_view(), name="rule-order"),
    path("rules/<uuid:uid>", api.RuleView.as_view(), name="rule"),
    path("rules/<uuid:uid>/try", api.RuleTrialView.as_view(), name="rule-try"),
    path("refused", api.RefusedListView.as_view(), name="refused-list"),
    path("refused/<uuid:uid>/accept", api.AcceptView.as_view(), name="refused-accept"),
    path("assets/<uuid:uid>/judge", api.JudgeView.as_view(), name="asset-judge"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("settings/rules/", views.rules, name="rules"),
    path("settings/rules/new/", views.new_rule, name="rule-new"),
    path("settings/rules/preview/", views.preview_rule, name="rule-preview"),
    path("settings/rules/<uuid:uid>/", views.edit_rule, name="rule-edit"),
    path("settings/rules/<uuid:uid>/move/", views.move_rule, name="rule-move"),
    path("settings/rules/<uuid:uid>/switch/", views.switch_rule, name="rule-switch"),
    path("settings/rules/<uuid:uid>/delete/", views.remove_rule, name="rule-delete"),
    path("refused/", refused_views.refused_photos, name="refused-photos"),
    path("refused/<uuid:uid>/", refused_views.refused_photo, name="refused-photo"),
    path("refused/<uuid:uid>/accept/", refused_views.accept_photo, name="refused-photo-accept"),
]
