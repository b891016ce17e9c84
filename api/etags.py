"""Entity tags: which state of an object an answer shows, so that ``If-Match`` can refuse to change another one.

A tag is made of what people edit and not of counters, and serves ``If-Match`` alone: nothing is ever answered by 304.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from api.renderers import json_bytes

TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# Read in one way alone, so that a header of a few thousand commas is refused as quickly as it is read.
TAGS = re.compile(rf"[ \t,]*{TAG}(?:[ \t]*,[ \t,]*{TAG})*[ \t,]*")
BYTES = 12


def etag_of(values: Sequence[Any]) -> str:
    """Return the strong tag of the state that ``values`` (the key and the columns that people edit) tell apart."""
    return f'"{hashlib.blake2b(json_bytes(values), digest_size=BYTES).hexdigest()}"'


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The condition of one ``If-Match``: any state at all (None), or one of ``tags``."""

    tags: frozenset[str] | None

    def holds_for(self, etag: str | None) -> bool:
        """Compare strongly (RFC 9110, 8.8.3.2): a weak tag matches nothing, nor does an object without a tag."""
        return self.tags is None or etag in self.tags


def if_match(request: Request) -> IfMatch | None:
    """Return the condition that the request makes, or None. Raises ``ParseError`` for what is no list of tags."""
    text = request.META.get("HTTP_IF_MATCH")
    if text is None:
        return None
    if text.strip() == "*":
        return IfMatch(None)
    if not TAGS.fullmatch(text):
        raise ParseError(_("“If-Match” takes the ETag of an answer as it is, quotation marks included, or “*”."))
    return IfMatch(frozenset(re.findall(TAG, text)))
