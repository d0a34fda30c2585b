"""What people and programs may do: one set of rights, for pages and for REST.

Reading needs the right to read, and whatever else a request does the right to write. `needs` says
where that is not so. Who forgets it leaves a view that is closed rather than open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPMethod
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import PermissionDenied as RestPermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from dam.models import ApiKey, User

if TYPE_CHECKING:
    # That module imports this one, through the REST settings.
    from rest_framework.views import APIView

Right = ApiKey.Scope
Role = User.Role
Rights = frozenset[ApiKey.Scope]
View = TypeVar("View", bound=Callable[..., Any])

NONE: Rights = frozenset()
ALL: Rights = frozenset(Right)
# What each scope of a key allows.
SCOPE_RIGHTS: Mapping[str, Rights] = {
    Right.READ: frozenset({Right.READ}),
    Right.ANALYZE: frozenset({Right.ANALYZE}),
    Right.WRITE: frozenset({Right.READ, Right.ANALYZE, Right.WRITE}),
    Right.ADMIN: ALL,
}
ROLE_RIGHTS: Mapping[str, Rights] = {
    Role.VIEWER: SCOPE_RIGHTS[Right.READ],
    Role.EDITOR: SCOPE_RIGHTS[Right.WRITE],
    Role.ADMINISTRATOR: ALL,
}
# What people with a role may do, beside its name.
ROLE_HINTS: Mapping[str, str] = {
    Role.VIEWER: "may see, search and export",
    Role.EDITOR: "may also upload, correct, name, and organize collections and tags",
    Role.ADMINISTRATOR: "may also delete for good, and manage people, keys and settings",
}
MISSING_MESSAGE = "This credential does not allow that."
MISSING_CODE = "scope_missing"


def needs(right: ApiKey.Scope | None = None, **by_method: ApiKey.Scope) -> Callable[[View], View]:
    """Say what right a view needs: a page's function, or the class of a REST view.

    `right` is for all methods, `delete=Right.ADMIN` for one. Methods that are not named need what
    they usually do.
    """
    named = dict.fromkeys((method.value for method in HTTPMethod), right) if right else {}
    named |= {method.upper(): one for method, one in by_method.items()}

    def mark(view: View) -> View:
        view.needed_rights = named  # type: ignore[attr-defined]
        return view

    return mark


def needed_right(view: object, method: str | None) -> ApiKey.Scope:
    """Return what right a request with that method needs of who asks."""
    named: Mapping[str, ApiKey.Scope] = getattr(view, "needed_rights", {})
    usual = Right.READ if method in SAFE_METHODS else Right.WRITE
    return named.get(method or "", usual)


def rights_of(caller: User | ApiKey) -> Rights:
    """Return what a person's role allows, or a key's scopes."""
    if isinstance(caller, User):
        return ROLE_RIGHTS.get(caller.role, NONE)
    return NONE.union(*(SCOPE_RIGHTS.get(scope, NONE) for scope in caller.scopes))


def held_rights(request: HttpRequest | Request) -> Rights:
    """Return what the caller may do; nothing for who has no credential."""
    key = getattr(request, "auth", None)
    if isinstance(key, ApiKey):
        return rights_of(key)
    return rights_of(request.user) if isinstance(request.user, User) else NONE


def require_right(request: HttpRequest | Request, right: ApiKey.Scope) -> None:
    """Refuse who lacks a right, where only what is sent tells that it is needed.

    Raises Django's PermissionDenied for a page, and that of REST for REST.
    """
    if right in held_rights(request):
        return
    if isinstance(request, Request):
        raise RestPermissionDenied(MISSING_MESSAGE, code=MISSING_CODE)
    raise PermissionDenied(MISSING_MESSAGE)


class HasRight(BasePermission):
    """Lets those call a REST view who hold the right that it needs."""

    message = MISSING_MESSAGE
    code = MISSING_CODE

    def has_permission(self, request: Request, view: APIView) -> bool:
        return needed_right(view, request.method) in held_rights(request)


class RightsMiddleware:
    """Lets those see a page who hold the right that it needs. REST views ask by themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> None:
        """Raise PermissionDenied. Where nobody needs to sign in, nobody needs a right."""
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            require_right(request, needed_right(view, request.method))
