"""Problems (RFC 9457) in answers that REST framework has no hand in."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

MEDIA_TYPE = "application/problem+json"


def problem(status: HTTPStatus, detail: str, *, headers: dict[str, str] | None = None, **others: Any) -> JsonResponse:
    """Return the answer ``status`` with a body like the API's: ``detail`` says what is wrong, ``others`` are added."""
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "error": detail}
    return JsonResponse({**body, **others}, status=status, content_type=MEDIA_TYPE, headers=headers)
