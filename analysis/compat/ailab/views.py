"""What all of AILabTools' addresses have in common: keys, errors and the envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.compat.ailab.envelope import AiLabError, failure, success
from analysis.compat.ailab.errors import AiLabRefusal, explain
from dam.api import IgnoreAccept
from dam.api_errors import log_failure
from dam.api_keys import find_any_api_key, is_working, note_use
from dam.models import ApiKey
from dam.request_ids import current_request_id, current_request_uuid
from dam.roles import HasRight, Right, needs

KEY_HEADER = "ailabapi-api-key"


class AiLabAuthentication(BaseAuthentication):
    """Reads one of our API keys from the vendor's header; `request.auth` is the ApiKey then."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey]:
        api_key = find_any_api_key(request.headers.get(KEY_HEADER, "").strip())
        if api_key is None:
            raise AiLabRefusal(AiLabError.ERROR_USER_NOT_EXISTS)
        if not is_working(api_key):
            raise AiLabRefusal(AiLabError.ERROR_USER_LOCKED)
        note_use(api_key)
        return AnonymousUser(), api_key


@needs(Right.ANALYZE)
class AiLabView(APIView):
    """An address of the vendor's. The OpenAPI document is about our own API and leaves it out."""

    schema = None
    authentication_classes: tuple[type[BaseAuthentication], ...] = (AiLabAuthentication,)
    permission_classes: tuple[type[BasePermission], ...] = (HasRight,)
    parser_classes = (MultiPartParser,)
    content_negotiation_class = IgnoreAccept

    def answer(self, body: Mapping[str, Any]) -> Response:
        return Response(success(current_request_uuid(), current_request_id(), body))

    def handle_exception(self, exc: Exception) -> Response:
        """Answer with the vendor's error; what nobody foresaw is logged."""
        explanation = explain(exc)
        if explanation.error is AiLabError.PROCESSING_FAILURE:
            log_failure(exc, self.request)
        body = failure(
            current_request_uuid(),
            current_request_id(),
            explanation.error,
            message=explanation.message,
        )
        response = Response(body, status=explanation.error.status, headers=explanation.headers)
        response.exception = True
        return response


class UnknownOperationView(AiLabView):
    """Any address below `/api/` that nobody else answers."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, *_args: Any, **_kwargs: Any) -> None:
        raise AiLabRefusal(AiLabError.ERROR_AI_NOT_EXISTS)
