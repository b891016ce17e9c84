import io
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.exceptions import ParseError, UnsupportedMediaType

from api.exceptions import TooLarge
from api.parsers import JSONParser, strict_json
from api.permissions import PUBLIC, SIGNED_IN


def parse(body: bytes, media_type: str = "application/json") -> Any:
    return JSONParser().parse(io.BytesIO(body), media_type)


def test_parser_reads_utf8() -> None:
    assert parse('{"name": "Zoë 🙂"}'.encode(), "application/json; charset=UTF-8") == {"name": "Zoë 🙂"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": 1e999}', "The number 1e999 is too large"),
        (b'{"a": 1, "a": 2}', "The key “a” occurs twice"),
        (b'{"a": {"b": ["\\u0000"]}}', "The text at “/a/b/0” has a NUL"),
        (b'{"a": "\\ud800"}', "half a surrogate pair"),
        (b'{"\\udfff": 1}', "half a surrogate pair"),
        (b"[" * 22 + b"]" * 22, "Nested deeper than 20"),
        (b"[" * 200_000, "Nested deeper than 20"),
        (b'{"a": ' + b"9" * 5000 + b"}", "The number 9999999999999999999999999999999999999999… is too large"),
        (b"{'a': 1}", "Expecting property name"),
        (b'\xef\xbb\xbf{"a": 1}', "BOM"),
    ],
)
def test_parser_refuses_what_is_no_strict_json(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse(body)


def test_parser_refuses_bytes_that_are_not_utf8() -> None:
    with pytest.raises(ParseError, match="not UTF-8"):
        parse(b'{"name": "Zo\xeb"}')


def test_parser_refuses_another_charset() -> None:
    with pytest.raises(UnsupportedMediaType):
        parse(b"{}", "application/json; charset=latin-1")


def test_parser_refuses_a_body_above_the_limit(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    with pytest.raises(TooLarge):
        parse(b'{"a": "123456"}')


@pytest.mark.parametrize(("permission", "most"), [(PUBLIC, 64 * 1024), (SIGNED_IN, 2_621_440)])
def test_body_that_anybody_may_send_is_a_small_one(permission: str, most: int) -> None:
    context = {"view": SimpleNamespace(permission=permission)}

    assert JSONParser().parse(io.BytesIO(b'"' + b"x" * (most - 2) + b'"'), parser_context=context) == "x" * (most - 2)
    with pytest.raises(TooLarge):
        JSONParser().parse(io.BytesIO(b'"' + b"x" * (most - 1) + b'"'), parser_context=context)


def test_strict_json_takes_twenty_levels() -> None:
    text = "[" * 20 + "1" + "]" * 20

    assert strict_json(text) == json.loads(text)


def seconds(work: Callable[[], object]) -> float:
    """Return the least processor time of three runs."""
    spent = []
    for _run in range(3):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return min(spent)


def test_repeated_key_among_very_many_is_found_in_one_pass() -> None:
    text = "{" + ",".join(f'"{number}":1' for number in range(200_000)) + ',"199999":2}'

    def refused() -> None:
        with pytest.raises(ValueError, match="The key “199999” occurs twice"):
            strict_json(text)

    assert seconds(refused) < 20 * seconds(lambda: json.loads(text))
