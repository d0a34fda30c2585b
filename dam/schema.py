"""What the OpenAPI document says of all operations alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import serializers

ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["code", "message", "fields"],
    "properties": {
        "code": {
            "type": "string",
            "description": "Stable; what a program should look at.",
            "example": "not_found",
        },
        "message": {"type": "string", "description": "For people."},
        "fields": {
            "type": "object",
            "description": "What is wrong with which value, if it is about values.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
ANSWER = {"type": "object", "required": ["error"], "properties": {"error": ERROR}}
# Of what looks at a picture while the client waits; views add them to what they answer.
WHILE_YOU_WAIT = {
    429: OpenApiResponse(None, "The key asked for more than it may: see `Retry-After`."),
    504: OpenApiResponse(None, "It took longer than anybody is to wait."),
}
ERROR_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}

ALWAYS = {
    "401": "No credential, or a wrong one.",
    "403": "The credential does not allow that.",
    "500": "Something went wrong here.",
    "503": "Database, files or nets cannot be used now.",
}
OF_VALUES = {"400": "A value is missing or wrong, or the request cannot be read."}
OF_LISTS = {"404": "The cursor names no place in this list."}
OF_ADDRESSES = {"404": "There is no such thing, or not any more."}
OF_CHANGES = {
    "409": "It does not fit with what is there now.",
    "422": "All can be read, but it cannot be done.",
}
OF_BODIES = {"415": "The body has another type than those above."}
OF_FILES = {
    "413": "A file is too large.",
    "422": "A file is no picture, or cannot be used.",
}


@extend_schema_field(ERROR)
class ErrorField(serializers.Field):
    """An error, for the rare answers that say more beside it."""


def describe_errors(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Add the errors that follow from what an operation takes, all in the one shape.

    What a view declares besides, such as 409, gets that shape where it says none.
    """
    _schemas(result)["Error"] = ANSWER
    for method, operation in _operations(result):
        responses = operation["responses"]
        for status, about in _errors_of(method, operation).items():
            responses.setdefault(status, {"description": about})
        for status, response in responses.items():
            if status >= "400":
                response.setdefault("content", ERROR_CONTENT)
    return result


def name_choices(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Give the choices of a query parameter one name, so that clients have one type for them.

    Parameters such as `gender` are those of many operations. Where one of them has other choices
    than elsewhere, it keeps its own.
    """
    schemas = _schemas(result)
    for _method, operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            chosen = schema["items"] if schema.get("type") == "array" else schema
            if parameter["in"] != "query" or "enum" not in chosen:
                continue
            choices = {"type": "string", "enum": chosen["enum"]}
            name = f"{_camel(parameter['name'])}Choice"
            if schemas.setdefault(name, choices) != choices:
                continue
            reference = {"$ref": f"#/components/schemas/{name}"}
            if chosen is schema:
                parameter["schema"] = _with_default(reference, schema)
            else:
                schema["items"] = reference
    return result


def _with_default(reference: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    # Beside a reference nothing else counts.
    return (
        {"allOf": [reference], "default": schema["default"]} if "default" in schema else reference
    )


def _camel(name: str) -> str:
    words = name.partition(".")[0].split("_")
    return "".join(word.title() for word in words)


def _errors_of(method: str, operation: dict[str, Any]) -> dict[str, str]:
    parameters = operation.get("parameters", ())
    places = {parameter["in"] for parameter in parameters}
    types = operation.get("requestBody", {}).get("content", {})
    errors = dict(ALWAYS)
    if "query" in places or types:
        errors |= OF_VALUES
    if any(parameter["name"] == "cursor" for parameter in parameters):
        errors |= OF_LISTS
    if "path" in places:
        errors |= OF_ADDRESSES
    if method in ("post", "put", "patch"):
        errors |= OF_CHANGES
    if types:
        errors |= OF_BODIES
    if "multipart/form-data" in types:
        errors |= OF_FILES
    return errors


def _schemas(result: dict[str, Any]) -> dict[str, Any]:
    schemas: dict[str, Any] = result.setdefault("components", {}).setdefault("schemas", {})
    return schemas


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in result.get("paths", {}).values():
        yield from methods.items()
