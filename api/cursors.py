"""Opaque cursors: a place in one ordering, as url-safe text. A cursor that is not ours is refused, never a 500."""

import base64
import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput
from api.parsers import strict_json
from api.renderers import json_bytes

RELATIONS = ("after", "from", "before", "to")
MAX_LENGTH = 4000
BIGGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The rows ``after`` (or ``from``) or ``before`` (or ``to``) the row with this key and id."""

    ordering: str
    relation: str
    key: Any
    pk: Any

    @property
    def backwards(self) -> bool:
        """Tell whether the page ends at this place instead of beginning there."""
        return self.relation in ("before", "to")

    def __str__(self) -> str:
        parts = json_bytes([self.ordering, self.relation, self.key, self.pk])
        return base64.urlsafe_b64encode(parts).rstrip(b"=").decode()


def read_cursor(text: str, ordering: str, key: "models.Field[Any, Any]", pk: "models.Field[Any, Any]") -> Cursor:
    """Return the cursor that ``text`` holds, for this ordering, with values of the fields ``key`` and ``pk``.

    Raises ``InvalidInput`` when it is none, or one of another ordering.
    """
    try:
        cursor = Cursor(*_parts(text))
        place = {"key": _reader(key)(cursor.key), "pk": _reader(pk)(cursor.pk)} if cursor.ordering == ordering else {}
    except (ValueError, TypeError, ArithmeticError) as error:
        detail = _("This is not a cursor of this list. Take it from “next” or “previous” as it is.")
        raise InvalidInput(Fault(detail, "cursor", ("cursor",))) from error
    if not place:
        detail = _("The cursor belongs to another ordering. Start again without it.")
        raise InvalidInput(Fault(detail, "other_ordering", ("cursor",)))
    return replace(cursor, **place)


def _parts(text: str) -> list[Any]:
    """Return the four parts. Raises ``ValueError``, of which ``binascii.Error`` and ``UnicodeError`` are kinds."""
    if len(text) > MAX_LENGTH:
        raise ValueError(len(text))
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    parts = strict_json(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    if not isinstance(parts, list) or len(parts) != len(Cursor.__slots__) or parts[1] not in RELATIONS:
        raise ValueError(text)
    return parts


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > BIGGEST:
        raise ValueError(value)
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(_text(value))
    except InvalidOperation as error:
        raise ValueError(value) from error
    if not number.is_finite():
        raise ValueError(value)
    return number


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant.astimezone(UTC)


READERS: tuple[tuple[type["models.Field[Any, Any]"], Callable[[Any], Any]], ...] = (
    (models.UUIDField, lambda value: uuid.UUID(_text(value))),
    (models.DateTimeField, _instant),
    (models.DateField, lambda value: date.fromisoformat(_text(value))),
    (models.IntegerField, _integer),
    (models.FloatField, _number),
    (models.DecimalField, _decimal),
    (models.CharField, _text),
    (models.TextField, _text),
)


def _reader(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    for kind, reader in READERS:
        if isinstance(field, kind):
            return reader
    raise ImproperlyConfigured(f"No ordering by a {type(field).__name__}: a cursor cannot hold its values.")
