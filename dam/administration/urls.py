from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dam.administration import account_views, api, audit_views, key_views, user_views, views
from dam.roles import Right, needs

api_urls: list[URLPattern | URLResolver] = [
    path("keys", api.KeyListView.as_view(), name="key-list"),
    path("keys/<slug:prefix>", api.KeyView.as_view(), name="key"),
    path("users", api.UserListView.as_view(), name="user-list"),
    path("users/<int:number>", api.UserView.as_view(), name="user"),
    path(
        "users/<int:number>/password-link",
        api.PasswordLinkView.as_view(),
        name="user-password-link",
    ),
    path("audit", api.AuditView.as_view(), name="audit"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("settings/", views.settings_page, name="settings"),
    path(
        "settings/account/",
        needs(post=Right.READ)(account_views.AccountView.as_view()),
        name="account",
    ),
    path("settings/keys/", key_views.keys, name="api-keys"),
    path("settings/keys/new/", key_views.new_key, name="api-key-new"),
    path("settings/keys/<slug:prefix>/revoke/", key_views.revoke_key, name="api-key-revoke"),
    path("settings/users/", user_views.users, name="users"),
    path("settings/users/new/", user_views.new_user, name="user-new"),
    path("settings/users/<int:number>/", user_views.user_page, name="user"),
    path("settings/users/<int:number>/deactivate/", user_views.deactivate, name="user-deactivate"),
    path("settings/users/<int:number>/reactivate/", user_views.reactivate, name="user-reactivate"),
    path(
        "settings/users/<int:number>/password/",
        user_views.reset_password,
        name="user-reset-password",
    ),
    path("settings/audit/", audit_views.audit, name="audit"),
    path(
        "password/<slug:uid>/<slug:token>/",
        account_views.ChoosePasswordView.as_view(),
        name="choose-password",
    ),
]
