"""A list's headings, made once: unfold makes them anew for every row, which is a third of the whole page's time."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from unfold.templatetags import unfold_list

Headings = Callable[[ChangeList], Iterator[dict[str, Any]]]


def made_once(headings: Headings) -> Headings:
    """Return ``headings`` with a memory: a list object lives for one request, in which its columns stay the same."""

    @wraps(headings)
    def remembered(cl: ChangeList) -> Iterator[dict[str, Any]]:
        if "made_headings" not in vars(cl):
            vars(cl)["made_headings"] = [_translated(heading) for heading in headings(cl)]
        return iter(vars(cl)["made_headings"])

    return remembered


def _translated(heading: dict[str, Any]) -> dict[str, Any]:
    """Translate the text now: every cell repeats it, and in narrow windows shows it. Markup stays as it is."""
    text = heading["text"]
    return heading | {"text": text if isinstance(text, SafeString) else capfirst(str(text))}


unfold_list.result_headers = made_once(unfold_list.result_headers)
