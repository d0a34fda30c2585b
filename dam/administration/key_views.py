"""The pages of API keys: all of them, a new one, and the end of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dam.administration.forms import KeyForm
from dam.api_keys import create_api_key, is_working, revoke_api_key
from dam.audit import actor_of
from dam.errors import DamError
from dam.models import ApiKey
from dam.roles import Right, needs
from dam.usage import keys_today

MOST_OLD = 100


@needs(Right.ADMIN)
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that work, with what they used today, and those that work no more."""
    working = keys_today()
    old = ApiKey.objects.select_related("created_by").order_by("-created_at", "-pk")
    old = old.exclude(pk__in=[one.api_key.pk for one in working])
    context = {"keys": working, "old": old[:MOST_OLD]}
    return render(request, "dam/settings/keys.html", context)


@needs(Right.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    """The form of a key; a POST makes it and shows it, this once."""
    form = KeyForm(request.POST) if request.method == "POST" else KeyForm()
    if form.is_valid():
        try:
            new = create_api_key(**form.values(), by=actor_of(request))
        except DamError as error:
            for field, wrong in error.fields.items():
                form.add_error("expires" if field == "expires_at" else field, wrong)
        else:
            return render(request, "dam/settings/key_made.html", {"new": new}, status=201)
    status = 422 if form.is_bound else 200
    return render(request, "dam/settings/new_key.html", {"form": form}, status=status)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def revoke_key(request: HttpRequest, prefix: str) -> HttpResponse:
    """Ask whether a key is to be revoked, and revoke it."""
    api_key = get_object_or_404(ApiKey, prefix=prefix)
    if request.method == "GET" and is_working(api_key):
        return render(request, "dam/settings/revoke_key.html", {"api_key": api_key})
    if request.method == "POST" and revoke_api_key(prefix, by=actor_of(request)):
        messages.success(request, f"The key “{api_key.name}” was revoked: it works no more.")
    return redirect("api-keys")
