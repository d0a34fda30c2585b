"""The one shape of errors in the REST API: `{"error": {"code", "message", "fields"}}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation, TooManyFilesSent
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework.exceptions import APIException, NotAuthenticated, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from dam.errors import DamError

logger = logging.getLogger(__name__)

API_PATH = "/api/"
NO_CREDENTIAL_MESSAGE = (
    "Send an API key: `Authorization: Api-Key fct_…`. `manage.py create_api_key` makes one."
)
NO_ADDRESS_MESSAGE = "There is no such address; /api/docs/ lists all."
INTERNAL_MESSAGE = "Something went wrong here. It was noted in the log."


def error_body(
    code: str, message: str, fields: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": dict(fields or {})}}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Turn whatever a REST view raised into a response; what nobody foresaw is logged."""
    match error:
        case APIException():
            return _answer_rest_error(error)
        case DamError():
            body = error_body(error.code, error.message, error.fields)
            return Response(body, status=error.status, headers=retry_after(error))
    status, code, message = _name_django_error(error)
    if status == 500:
        log_failure(error, context["request"])
    return Response(error_body(code, message), status=status)


def retry_after(error: DamError) -> dict[str, str]:
    """Return the header that says when to come back, if that is known."""
    seconds = error.retry_after_seconds
    return {} if seconds is None else {"Retry-After": str(seconds)}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API_PATH):
        return defaults.bad_request(request, exception)
    return JsonResponse(error_body("bad_request", "The request is not valid."), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API_PATH):
        return defaults.permission_denied(request, exception)
    return JsonResponse(error_body("permission_denied", "That is not allowed."), status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API_PATH):
        return defaults.page_not_found(request, exception)
    return JsonResponse(error_body("not_found", NO_ADDRESS_MESSAGE), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith(API_PATH):
        return defaults.server_error(request)
    return JsonResponse(error_body("internal_error", INTERNAL_MESSAGE), status=500)


def _answer_rest_error(error: APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if isinstance(error, ValidationError):
        body = error_body("invalid", "Some values are not valid.", _flatten(error.detail))
    else:
        code = error.get_codes()
        code = code if isinstance(code, str) else error.default_code
        detail = error.detail
        message = str(detail) if isinstance(detail, str) else HTTPStatus(error.status_code).phrase
        if isinstance(error, NotAuthenticated):
            message = NO_CREDENTIAL_MESSAGE
        body = error_body(code, message)
    return Response(body, status=error.status_code, headers=headers)


def _flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Return DRF's nested details as `{"a.0.b": [message]}`; "" is the whole request."""
    if isinstance(detail, Mapping):
        children = [(str(key), value) for key, value in detail.items()]
    elif any(isinstance(value, (Mapping, list)) for value in detail):
        children = [(str(index), value) for index, value in enumerate(detail)]
    else:
        whole = path.removesuffix("non_field_errors").removesuffix(".")
        return {whole: [str(message) for message in detail]}
    flat: dict[str, list[str]] = {}
    for key, value in children:
        flat |= _flatten(value, f"{path}.{key}".lstrip("."))
    return flat


def _name_django_error(error: Exception) -> tuple[int, str, str]:
    """Return status, code and message for what is neither DRF's nor ours."""
    match error:
        case Http404():
            return 404, "not_found", "There is no such thing."
        case PermissionDenied():
            return 403, "permission_denied", str(error) or "That is not allowed."
        case TooManyFilesSent():
            return 400, "too_many_files", "There are too many files in one request."
        case SuspiciousOperation():
            return 400, "bad_request", "The request is not valid."
    return 500, "internal_error", INTERNAL_MESSAGE


def log_failure(error: Exception, request: Request) -> None:
    """Note what nobody foresaw, with the request that led to it."""
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    # As Django does for other views: the test client raises what it hears of here.
    got_request_exception.send(sender=type(error), request=request._request)
