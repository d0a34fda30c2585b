"""What Scaleflex calls our errors: `{"status": "error", "code", "msg", "hint"}`.

Statuses are those of our own API. Codes are ours in capitals, but where the vendor has a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.response import Response

from dam import api_errors
from dam.errors import DamError

SAME_ASSET = "SAME_ASSET_EXISTS_SKIP_UPLOAD"

CODES = {
    "not_authenticated": "KEY_MISSING",
    "invalid_api_key": "KEY_INVALID",
    "scope_missing": "KEY_PERMISSION_MISSING",
    "invalid": "INVALID_PARAMETER",
    "too_large": "FILE_TOO_LARGE",
    "too_small": "FILE_RESOLUTION_TOO_SMALL",
    "too_many_pixels": "FILE_RESOLUTION_TOO_LARGE",
    "not_an_image": "FILE_NOT_AN_IMAGE",
    "unsupported_type": "FILE_TYPE_UNSUPPORTED",
    "truncated": "FILE_DAMAGED",
    "empty_file": "FILE_EMPTY",
    "invalid_url": "URL_INVALID",
    "address_refused": "URL_REFUSED",
    "host_refused": "URL_REFUSED",
    "too_many_redirects": "URL_TOO_MANY_REDIRECTS",
    "timed_out": "URL_TIMEOUT",
    "unreachable": "URL_UNREACHABLE",
    "bad_answer": "URL_BAD_ANSWER",
    "bad_tls": "URL_BAD_CERTIFICATE",
    "rate_limited": "RATE_LIMIT_EXCEEDED",
}
HINTS = {
    "KEY_MISSING": "Send a key in the header X-Filerobot-Key or Filerobot-Key.",
    "KEY_INVALID": "manage.py create_api_key makes a key.",
    "KEY_PERMISSION_MISSING": "Use a key with the scope write.",
    "FILE_TYPE_UNSUPPORTED": "Send JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF.",
    "URL_REFUSED": "DAM_FETCH_HOSTS and DAM_FETCH_NETWORKS say what may be fetched.",
    "RATE_LIMIT_EXCEEDED": "Wait as long as the header Retry-After says.",
    "STORAGE_UNAVAILABLE": "Try again later.",
    SAME_ASSET: "Use the file whose uuid is existing_file_uuid.",
}


def error_body(code: str, message: str) -> dict[str, str]:
    """Return the vendor's envelope for one of our codes."""
    name = CODES.get(code, code.upper())
    return {"status": "error", "code": name, "msg": message, "hint": HINTS.get(name, "")}


def body_of(error: DamError) -> dict[str, str]:
    return error_body(error.code, error.message)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer in the vendor's words whatever a view raised."""
    response = api_errors.exception_handler(error, context)
    told = response.data["error"]
    if "WWW-Authenticate" in response.headers:
        # The vendor's headers are no scheme that a client could be asked for.
        del response.headers["WWW-Authenticate"]
    details = [
        f"{field}: {message}" if field else message
        for field, messages in told["fields"].items()
        for message in messages
    ]
    response.data = error_body(told["code"], " ".join([told["message"], *details]))
    if told["code"] == "not_authenticated":
        response.data["msg"] = "A key is needed."
    return response
