"""``Idempotency-Key``: a POST that is sent again, since its answer got lost, is answered again and not done again.

Lock, look-up, work and stored answer are one transaction: whatever breaks leaves neither the work nor an answer.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import QueryDict
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import KeyReused, StillRunning
from api.models import IdempotencyKey
from api.renderers import json_bytes
from api.transactions import locking

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("Location", "ETag")


def idempotency_key(request: Request) -> str | None:
    """Return the key that the request came with, or None. Raises ``ParseError`` for what is none."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not KEY.fullmatch(key):
        raise ParseError(_("An “Idempotency-Key” has 1 to 255 visible ASCII characters, such as a UUID."))
    return key


@locking
def answer_once(
    handler: Callable[..., Response],
    key: str,
    check_kept: Callable[[Any], None],
    request: Request,
    *args: Any,
    **kwargs: Any,
) -> Response:
    """Return the handler's answer, or the one that it gave to the same request within the last day.

    ``check_kept`` raises for the data of a kept answer that shows what the caller may no longer know of. Raises
    ``StillRunning`` while that request is at work, and ``KeyReused`` for a key of another request. An answer that is an
    error is not stored: the request may be sent again.
    """
    caller, fingerprint = str(request.user.pk), fingerprint_of(request)
    if not _got_lock(f"{caller} {key}"):
        raise StillRunning
    stored = IdempotencyKey.objects.live().filter(caller=caller, key=key).first()
    if stored is None:
        return _stored(handler(request, *args, **kwargs), caller=caller, key=key, fingerprint=fingerprint)
    if stored.fingerprint != fingerprint:
        raise KeyReused
    data = None if stored.body is None else orjson.loads(stored.body)
    check_kept(data)
    return Response(data, stored.status, headers={**stored.headers, "Idempotent-Replayed": "true"})


def fingerprint_of(request: Request) -> str:
    """Return a hash of what the request asks for: method, address without its optional slash, and body.

    The order of keys and white space in the body do not count.
    """
    asked = [request.method, request.path.rstrip("/"), request.META.get("QUERY_STRING", ""), _plain(request.data)]
    return hashlib.blake2b(json.dumps(asked, sort_keys=True).encode(), digest_size=32).hexdigest()


def _plain(data: Any) -> Any:
    """Return a body as JSON values; that of a form by its fields and the contents of its files."""
    if not isinstance(data, QueryDict):
        return data
    return {
        name: [_digest(value) if isinstance(value, UploadedFile) else value for value in values]
        for name, values in data.lists()
    }


def _digest(file: UploadedFile) -> str:
    digest = hashlib.blake2b()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _got_lock(name: str) -> bool:
    """Lock ``name`` until the transaction ends, or return at once that another has it."""
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _stored(response: Response, *, caller: str, key: str, fingerprint: str) -> Response:
    if not isinstance(response, Response):
        raise ImproperlyConfigured("This answer cannot be stored: say `idempotent = False` in its view.")
    if status.is_success(response.status_code):
        answer = {
            "fingerprint": fingerprint,
            "status": response.status_code,
            "body": None if response.data is None else json_bytes(response.data).decode(),
            "headers": {name: response[name] for name in KEPT_HEADERS if name in response},
            "created_at": clock.now(),
        }
        IdempotencyKey.objects.update_or_create(caller=caller, key=key, defaults=answer)
    return response
