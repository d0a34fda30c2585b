"""REST: API keys, people, and the log of who did what; for administrators."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dam import users
from dam.administration.serializers import (
    AuditParams,
    AuditSerializer,
    KeySerializer,
    MadeKeySerializer,
    MadeUserSerializer,
    NewKeySerializer,
    NewUserSerializer,
    PasswordLinkSerializer,
    UserChangeSerializer,
    UserSerializer,
)
from dam.api_keys import LIMITS, NewApiKey, create_api_key, revoke_api_key
from dam.audit import Actor, actor_of, entries
from dam.models import ApiKey, AuditEntry, User
from dam.pagination import NewestFirst
from dam.rest_requests import read_body, read_params
from dam.roles import Right, needs


class NewestNumberFirst(NewestFirst):
    """What was made last comes first."""

    ordering = ("-id",)


@needs(Right.ADMIN)
@extend_schema_view(get=extend_schema(operation_id="keys_list"))
class KeyListView(ListAPIView):
    """API keys, also those that work no more, newest first."""

    serializer_class = KeySerializer
    pagination_class = NewestNumberFirst

    def get_queryset(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.select_related("created_by")

    @extend_schema(request=NewKeySerializer, responses={201: MadeKeySerializer})
    def post(self, request: Request) -> Response:
        """Make a key. The answer holds its text, which is never shown again."""
        values = read_body(NewKeySerializer, request)
        limits = {limit: values.pop(limit, None) for limit in LIMITS}
        new = create_api_key(**values, limits=limits, by=actor_of(request))
        return Response(_describe_made(new), status=201)


@needs(Right.ADMIN)
class KeyView(APIView):
    """One API key."""

    @extend_schema(responses=KeySerializer)
    def get(self, request: Request, prefix: str) -> Response:
        """A key by its prefix, without its text."""
        api_key = get_object_or_404(ApiKey.objects.select_related("created_by"), prefix=prefix)
        return Response(KeySerializer(api_key).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, prefix: str) -> Response:
        """Revoke a key at once and for ever; it stays in the list. Doing it twice is no error."""
        get_object_or_404(ApiKey, prefix=prefix)
        revoke_api_key(prefix, by=actor_of(request))
        return Response(status=204)


@needs(Right.ADMIN)
@extend_schema_view(get=extend_schema(operation_id="users_list"))
class UserListView(ListAPIView):
    """People who sign in, the newest account first."""

    serializer_class = UserSerializer
    pagination_class = NewestNumberFirst

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.all()

    @extend_schema(request=NewUserSerializer, responses={201: MadeUserSerializer})
    def post(self, request: Request) -> Response:
        """Make an account. Its owner chooses a password at the link, which works once."""
        values = read_body(NewUserSerializer, request)
        link = users.create_user(**values, by=actor_of(request))
        shown = MadeUserSerializer(link, context={"request": request})
        return Response(shown.data, status=201)


@needs(Right.ADMIN)
class UserView(APIView):
    """Somebody who signs in."""

    @extend_schema(responses=UserSerializer)
    def get(self, request: Request, number: int) -> Response:
        """An account."""
        return Response(UserSerializer(get_object_or_404(User, pk=number)).data)

    @extend_schema(request=UserChangeSerializer, responses=UserSerializer)
    def patch(self, request: Request, number: int) -> Response:
        """Change somebody's role, or whether they may sign in; all of it, or nothing."""
        user = get_object_or_404(User, pk=number)
        _change(user, read_body(UserChangeSerializer, request), by=actor_of(request))
        return Response(UserSerializer(user).data)


@needs(Right.ADMIN)
class PasswordLinkView(APIView):
    """A new password for somebody."""

    @extend_schema(request=None, responses={201: PasswordLinkSerializer})
    def post(self, request: Request, number: int) -> Response:
        """Take somebody's password away, and return the link at which they choose another."""
        link = users.reset_password(get_object_or_404(User, pk=number), by=actor_of(request))
        shown = PasswordLinkSerializer(link, context={"request": request})
        return Response(shown.data, status=201)


@needs(Right.ADMIN)
@extend_schema_view(get=extend_schema(parameters=[AuditParams]))
class AuditView(ListAPIView):
    """Who did what, the newest first. Corrections are in the history of each face."""

    serializer_class = AuditSerializer
    pagination_class = NewestNumberFirst

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return entries(**read_params(AuditParams, self.request))


def _describe_made(new: NewApiKey) -> dict[str, Any]:
    return {**KeySerializer(new.api_key).data, "key": new.text}


def _change(user: User, wanted: dict[str, Any], *, by: Actor) -> None:
    with transaction.atomic():
        if "role" in wanted:
            users.change_role(user, wanted["role"], by=by)
        if "is_active" in wanted:
            change = users.reactivate if wanted["is_active"] else users.deactivate
            change(user, by=by)
