import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy

from api.renderers import JSONRenderer, json_bytes


def test_json_writes_times_with_offset() -> None:
    moment = dt.datetime(2026, 3, 1, 18, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))

    assert json_bytes(moment) == b'"2026-03-01T18:30:00+02:00"'


def test_json_writes_uuids_decimals_and_lazy_texts_as_text() -> None:
    key = uuid.UUID(int=1)

    written = json_bytes([key, Decimal("1.50"), gettext_lazy("draft"), {1: (2, 3)}])

    assert written == b'["00000000-0000-0000-0000-000000000001","1.50","draft",{"1":[2,3]}]'


def test_json_writes_sets_as_lists() -> None:
    assert json_bytes(frozenset([1])) == b"[1]"


def test_json_refuses_what_it_does_not_know() -> None:
    with pytest.raises(TypeError):
        json_bytes(object())


def test_renderer_of_nothing_is_empty() -> None:
    assert JSONRenderer().render(None) == b""


def test_renderer_indents_for_the_browsable_api() -> None:
    assert JSONRenderer().render({"a": 1}, None, {"indent": 4}) == b'{\n  "a": 1\n}'
