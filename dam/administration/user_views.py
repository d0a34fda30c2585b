"""The pages of people who sign in: all of them, a new one, and what becomes of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dam import users as writer
from dam.audit import actor_of
from dam.errors import DamError
from dam.models import User
from dam.roles import ROLE_HINTS, Right, needs
from dam.users import PasswordLink


@needs(Right.ADMIN)
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account."""
    return render(request, "dam/settings/users.html", {"people": writer.list_users()})


@needs(Right.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def new_user(request: HttpRequest) -> HttpResponse:
    """The form of an account; a POST makes it and shows the link to its password, this once."""
    given = {"username": request.POST.get("username", ""), "role": request.POST.get("role", "")}
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        try:
            link = writer.create_user(**given, by=actor_of(request))
        except DamError as error:
            errors, status = error.fields, error.status
        else:
            return _show_link(request, link, is_new=True)
    context = {"given": given, "errors": errors, "roles": _roles(given["role"])}
    return render(request, "dam/settings/new_user.html", context, status=status)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def user_page(request: HttpRequest, number: int) -> HttpResponse:
    """An account and what may be done with it; a POST gives it another role."""
    person = get_object_or_404(User, pk=number)
    status = 200
    if request.method == "POST":
        try:
            writer.change_role(person, request.POST.get("role", ""), by=actor_of(request))
        except DamError as error:
            messages.error(request, error.message)
            status = error.status
        else:
            label = person.get_role_display()
            messages.success(request, f"{person.username} has the role {label} now.")
            return redirect("users")
    context = {"person": person, "roles": _roles(person.role)}
    return render(request, "dam/settings/user.html", context, status=status)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def deactivate(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether somebody is to sign in no more, and see to it."""
    person = get_object_or_404(User, pk=number)
    if request.method == "GET":
        return render(request, "dam/settings/deactivate_user.html", {"person": person})
    try:
        writer.deactivate(person, by=actor_of(request))
    except DamError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{person.username} can sign in no more.")
    return redirect("users")


@needs(Right.ADMIN)
@require_POST
def reactivate(request: HttpRequest, number: int) -> HttpResponse:
    """Let somebody sign in again."""
    person = get_object_or_404(User, pk=number)
    writer.reactivate(person, by=actor_of(request))
    messages.success(request, f"{person.username} can sign in again.")
    return redirect("users")


@needs(Right.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def reset_password(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether somebody is to choose a new password; a POST shows the link, this once."""
    person = get_object_or_404(User, pk=number)
    if request.method == "GET":
        return render(request, "dam/settings/reset_password.html", {"person": person})
    return _show_link(request, writer.reset_password(person, by=actor_of(request)), is_new=False)


def _show_link(request: HttpRequest, link: PasswordLink, *, is_new: bool) -> HttpResponse:
    address = request.build_absolute_uri(link.path())
    context = {"person": link.user, "address": address, "is_new": is_new}
    return render(request, "dam/settings/password_link.html", context, status=201)


def _roles(chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "value": role,
            "label": label,
            "hint": ROLE_HINTS[role],
            "chosen": role == (chosen or User.Role.VIEWER),
        }
        for role, label in User.Role.choices
    ]
