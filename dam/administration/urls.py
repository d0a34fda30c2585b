from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dam.administration import account_views, views
from dam.roles import Right, needs

api_urls: list[URLPattern | URLResolver] = []
html_urls: list[URLPattern | URLResolver] = [
    path("settings/", views.settings_page, name="settings"),
    path(
        "settings/account/",
        needs(post=Right.READ)(account_views.AccountView.as_view()),
        name="account",
    ),
]
