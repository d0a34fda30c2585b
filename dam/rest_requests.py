"""What a REST request says: who asks, and what is in its body and its address."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from dam.models import User


def person(request: Request) -> User | None:
    """Return who is signed in; None where a program asks with its key."""
    return request.user if isinstance(request.user, User) else None


def read_body(kind: type[Serializer], request: Request) -> dict[str, Any]:
    """Return a body's values; raises ValidationError with all that is wrong."""
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    values: dict[str, Any] = body.validated_data
    return values


def read_params(kind: type[Serializer], request: Request) -> dict[str, Any]:
    """Return a query string's values; raises ValidationError with all that is wrong."""
    params = kind(data=request.query_params)
    params.is_valid(raise_exception=True)
    values: dict[str, Any] = params.validated_data
    return values
