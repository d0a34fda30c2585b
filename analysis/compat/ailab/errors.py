"""Which of AILabTools' errors each of ours is."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions

from analysis.compat.ailab.envelope import AiLabError
from analysis.errors import NetsUnusable
from analysis.in_time import TooBusy, TooSlow
from dam.api_errors import retry_after
from dam.errors import DamError
from dam.formats import UnreadableImage
from dam.ingest import RejectedUpload
from dam.limits import LimitExceeded
from dam.storage import StorageUnavailable

NO_PERMISSION_MESSAGE = "This API key may only read; one with the scope `write` is needed."
NOT_A_FORM_MESSAGE = "Send multipart/form-data with one file called `image`."

# By the code of an UnreadableImage or a RejectedUpload; all others are damaged files.
UNUSABLE_FILES = {
    "too_large": AiLabError.FILE_SIZE_EXCEEDS_LIMIT,
    "too_small": AiLabError.FILE_RESOLUTION_EXCEEDS_LIMITS,
    "too_many_pixels": AiLabError.FILE_RESOLUTION_EXCEEDS_LIMITS,
}
OURS: dict[type[DamError], AiLabError] = {
    LimitExceeded: AiLabError.EXCEEDING_LIMITS,
    NetsUnusable: AiLabError.AI_SERVICE_ERROR,
    TooSlow: AiLabError.AI_SERVICE_TIMEOUT,
    TooBusy: AiLabError.ERROR_INSUFFICIENT_RESOURCES,
    StorageUnavailable: AiLabError.ERROR_INSUFFICIENT_RESOURCES,
}


class AiLabRefusal(DamError):
    """One of the vendor's own errors."""

    def __init__(self, error: AiLabError, message: str = "") -> None:
        super().__init__(message or error.message, code=error.name)
        self.error = error


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a client of the vendor is told of an exception."""

    error: AiLabError
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)


# Of Django, DRF and Python; the first that fits.
OTHERS: tuple[tuple[tuple[type[Exception], ...], Explanation], ...] = (
    (
        (exceptions.PermissionDenied,),
        Explanation(AiLabError.ERROR_USER_LOCKED, NO_PERMISSION_MESSAGE),
    ),
    ((exceptions.MethodNotAllowed, Http404), Explanation(AiLabError.ERROR_AI_NOT_EXISTS)),
    ((RequestDataTooBig,), Explanation(AiLabError.FILE_SIZE_EXCEEDS_LIMIT)),
    (
        (exceptions.ParseError, SuspiciousOperation),
        Explanation(AiLabError.ERROR_INVALID_PARAMETER, NOT_A_FORM_MESSAGE),
    ),
    (
        (MemoryError, OperationalError),
        Explanation(AiLabError.ERROR_INSUFFICIENT_RESOURCES),
    ),
)


def explain(error: Exception) -> Explanation:
    """Find the vendor's word for what was raised: PROCESSING_FAILURE if nobody foresaw it."""
    if isinstance(error, DamError):
        return Explanation(_name(error), error.message, retry_after(error))
    for kinds, explanation in OTHERS:
        if isinstance(error, kinds):
            return explanation
    return Explanation(AiLabError.PROCESSING_FAILURE)


def _name(error: DamError) -> AiLabError:
    if isinstance(error, AiLabRefusal):
        return error.error
    if isinstance(error, RejectedUpload | UnreadableImage):
        return UNUSABLE_FILES.get(error.code, AiLabError.FILE_DECODING_FAILURE)
    return OURS.get(type(error), AiLabError.PROCESSING_FAILURE)
