"""What the OpenAPI document says of all operations alike."""

from __future__ import annotations

from typing import Any

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
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
    },
}


def describe_errors(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Add the one shape of errors as the default response of each operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    response = {"description": "Something was wrong.", "content": content}
    for path in result.get("paths", {}).values():
        for operation in path.values():
            operation["responses"].setdefault("default", response)
    return result
