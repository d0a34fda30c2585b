"""What is around every answer of AILabTools, and its table of errors.

Clients of different ages read different parts of the envelope, so all of it is always sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any


class AiLabError(Enum):
    """The vendor's errors: the HTTP status of each, and what is said unless there is more to say.

    A member's name is the vendor's `code`.
    """

    MISSING_PARAMETERS = 400, "A parameter is missing."
    ERROR_INVALID_PARAMETER = 400, "A parameter is not valid."
    ERROR_USER_NOT_EXISTS = 401, "The API key is missing or wrong."
    ERROR_USER_LOCKED = 403, "The API key was revoked."
    ERROR_AI_NOT_EXISTS = 404, "There is no such operation here."
    FILE_SIZE_EXCEEDS_LIMIT = 413, "The file is larger than 20 MB."
    FILE_RESOLUTION_EXCEEDS_LIMITS = 413, "Both sides need 33 to 4095 pixels."
    UNSUPPORTED_FILE_TYPES = 415, "JPEG, PNG and BMP can be read."
    FILE_DECODING_FAILURE = 422, "The picture is damaged or incomplete."
    ERROR_NO_FACE_IN_FILE = 422, "There is no face in the picture."
    ERROR_FACE_SIZE_RATIO_NOT_MET = 422, "All faces are smaller than 64 × 64 pixels."
    EXCEEDING_LIMITS = 429, "The key's limit is reached."
    PROCESSING_FAILURE = 500, "Something went wrong here. It was noted in the log."
    AI_SERVICE_ERROR = 502, "The nets cannot be used."
    ERROR_INSUFFICIENT_RESOURCES = 503, "There is no room for this now: try again later."
    AI_SERVICE_TIMEOUT = 504, "The analysis took too long."

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


def success(request_id: str, log_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {**_envelope(request_id, log_id, status=200, code="", message=""), **body}


def failure(
    request_id: str, log_id: str, error: AiLabError, *, message: str = ""
) -> dict[str, Any]:
    """Return an error's body; `message` says more than the table does."""
    return _envelope(
        request_id, log_id, status=error.status, code=error.name, message=message or error.message
    )


def _envelope(
    request_id: str, log_id: str, *, status: int, code: str, message: str
) -> dict[str, Any]:
    return {
        "request_id": request_id,
        "log_id": log_id,
        "error_code": status if code else 0,
        "error_code_str": code,
        "error_msg": message,
        "error_detail": {
            "status_code": status,
            "code": code,
            "code_message": message,
            "message": message,
        },
    }
