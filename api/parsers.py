"""Strict JSON: UTF-8, no NaN, no duplicate keys, no text that the database cannot hold, limited depth and size."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.utils.mediatypes import _MediaType

from api.exceptions import TooLarge, json_pointer
from api.permissions import PUBLIC
from api.renderers import JSONRenderer

MAX_DEPTH = 20
# Python reads no more digits than 4,300, and no column holds nearly as many.
MOST_DIGITS = 1_000
# Of a call that anybody may make: what others may send, made of nothing but brackets, takes seconds to read.
MOST_PUBLIC_BYTES = 64 * 1024


def _refused_constant(name: str) -> NoReturn:
    raise ValueError(_("%(name)s is not JSON.") % {"name": name})


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(_("The number %(text)s is too large.") % {"text": text[:40]})
    return number


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(_("The number %(text)s is too large.") % {"text": f"{text[:40]}…"})
    return int(text)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # One pass: the sender chooses how many keys there are.
        [(repeated, _times)] = Counter(name for name, _value in pairs).most_common(1)
        raise ValueError(_("The key “%(name)s” occurs twice in one object.") % {"name": repeated[:100]})
    return found


def _check(value: Any, path: tuple[str | int, ...]) -> None:
    """Raise ``ValueError`` for text that is no Unicode or holds NUL, and for what is nested too deep."""
    if len(path) > MAX_DEPTH:
        raise ValueError(_("Nested deeper than %(depth)s levels.") % {"depth": MAX_DEPTH})
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key, path)
            _check(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, (*path, index))


def _check_text(text: str, path: tuple[str | int, ...]) -> None:
    if "\0" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)):
        return
    place = json_pointer(path).encode(errors="replace").decode()
    raise ValueError(_("The text at “%(place)s” has a NUL or half a surrogate pair.") % {"place": place})


def strict_json(text: str) -> Any:
    """Return what ``text`` stands for. Raises ``ValueError`` with a message for the sender."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refused_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
        _check(value, ())
    except RecursionError:
        raise ValueError(_("Nested deeper than %(depth)s levels.") % {"depth": MAX_DEPTH}) from None
    return value


def same_json(one: object, other: object) -> bool:
    """Tell whether two values are the same as JSON: to Python, 1 is true as well."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class JSONParser(BaseParser):
    """Reads ``application/json`` bodies; what it refuses is a 400 that says why."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        charset = _MediaType(media_type or self.media_type).params.get("charset", "utf-8")
        if charset.lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type or "", _("JSON comes in UTF-8."))
        try:
            return strict_json(_read(stream, (parser_context or {}).get("view")).decode())
        except UnicodeDecodeError:
            raise ParseError(_("The body is not UTF-8.")) from None
        except ValueError as error:
            raise ParseError(_("The body cannot be read as JSON: %(reason)s") % {"reason": error}) from error


def _read(stream: IO[bytes], view: object) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if getattr(view, "permission", None) == PUBLIC:
        limit = min(limit, MOST_PUBLIC_BYTES)
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise TooLarge
    return body
