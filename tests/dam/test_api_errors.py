from __future__ import annotations

import logging

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, TooManyFilesSent
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import path
from rest_framework import serializers
from rest_framework.exceptions import APIException, MethodNotAllowed, Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from dam import api_errors
from dam.errors import DamError


class Teapot(DamError):
    code = "teapot"
    status = 418


class Inner(serializers.Serializer):
    size = serializers.IntegerField()


class Outer(serializers.Serializer):
    name = serializers.CharField()
    parts = Inner(many=True)

    def validate(self, attrs):
        raise serializers.ValidationError("Together they make no sense.")


RAISED: list[Exception] = []


class Raising(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request):
        raise RAISED[-1]

    def post(self, request):
        Outer(data=request.data).is_valid(raise_exception=True)
        return Response()


urlpatterns = [path("api/raise", Raising.as_view())]
pytestmark = pytest.mark.urls(__name__)
handler400 = "dam.api_errors.bad_request"
handler404 = "dam.api_errors.page_not_found"


def answer(error: Exception):
    RAISED.append(error)
    return Client(raise_request_exception=False).get("/api/raise")


def test_an_error_of_ours_keeps_code_message_fields_and_status():
    response = answer(Teapot("No coffee.", fields={"drink": ["Must be tea."]}))

    assert response.status_code == 418
    assert response.json() == {
        "error": {"code": "teapot", "message": "No coffee.", "fields": {"drink": ["Must be tea."]}}
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (SuspiciousOperation("x"), 400, "bad_request"),
        (TooManyFilesSent("x"), 400, "too_many_files"),
        (MethodNotAllowed("GET"), 405, "method_not_allowed"),
        (APIException(), 500, "error"),
    ],
)
def test_errors_of_django_and_drf_have_the_same_shape(error, status, code):
    response = answer(error)

    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["message"]
    assert response.json()["error"]["fields"] == {}


def test_a_throttled_client_is_told_when_to_come_back():
    assert answer(Throttled(wait=7)).headers["Retry-After"] == "7"


def test_an_unforeseen_error_tells_nothing_to_the_client(caplog):
    with caplog.at_level(logging.ERROR):
        response = answer(RuntimeError("the password is 1234"))

    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal_error"
    assert b"1234" not in response.content


def test_an_unforeseen_error_is_logged(caplog):
    with caplog.at_level(logging.ERROR):
        answer(RuntimeError("the disk is on fire"))

    assert "GET /api/raise failed" in caplog.text
    assert "the disk is on fire" in caplog.text


def test_values_that_are_wrong_are_named_with_their_path(client):
    response = client.post(
        "/api/raise", {"parts": [{"size": 1}, {"size": "x"}]}, content_type="application/json"
    )

    assert response.status_code == 400
    assert response.json()["error"] == {
        "code": "invalid",
        "message": "Some values are not valid.",
        "fields": {
            "name": ["This field is required."],
            "parts.1.size": ["A valid integer is required."],
        },
    }


def test_what_is_wrong_with_all_values_has_no_name(client):
    response = client.post(
        "/api/raise", {"name": "a", "parts": []}, content_type="application/json"
    )

    assert response.json()["error"]["fields"] == {"": ["Together they make no sense."]}


def test_a_body_that_is_not_json_is_an_error_of_the_same_shape(client):
    response = client.post("/api/raise", "{", content_type="application/json")

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "parse_error"


def test_an_unknown_address_of_the_api_answers_json(client):
    response = client.get("/api/none")

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


@pytest.mark.urls("dam.urls")
@pytest.mark.parametrize(
    ("handler", "arguments", "status", "code"),
    [
        (api_errors.bad_request, (SuspiciousOperation(),), 400, "bad_request"),
        (api_errors.permission_denied, (PermissionDenied(),), 403, "permission_denied"),
        (api_errors.page_not_found, (Http404(),), 404, "not_found"),
        (api_errors.server_error, (), 500, "internal_error"),
    ],
)
def test_errors_outside_of_views_are_json_below_api_alone(handler, arguments, status, code):
    for address, kind in (("/api/x", "application/json"), ("/x", "text/html")):
        response = handler(RequestFactory().get(address), *arguments)

        assert response.status_code == status
        assert response.headers["Content-Type"].startswith(kind)
    assert code.encode() in handler(RequestFactory().get("/api/x"), *arguments).content
