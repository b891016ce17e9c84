"""Search by free text."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput
from api.filters.declarations import Filter, read_text

LONGEST_TEXT = 200
MOST_TERMS = 10

Tiers = Callable[[str], Sequence[Q]]


class SearchFilter(Filter):
    """Free text of bounded length. ``tiers(text)`` find rows, the surest first; ``rank(text)`` orders them."""

    json_type = "string"

    def __init__(self, name: str = "q", *, tiers: Tiers, rank: Callable[[str], Sequence[Any]], **options: Any) -> None:
        super().__init__(name, **options)
        self.tiers = tiers
        self.rank = rank

    def read(self, value: object) -> str:
        text = read_text(value).strip()
        if not text:
            raise InvalidInput(Fault(_("Give at least one character to search for."), "empty"))
        if len(text) > LONGEST_TEXT:
            detail = _("Search for at most %(most)s characters.") % {"most": LONGEST_TEXT}
            raise InvalidInput(Fault(detail, "too_long"))
        if len(text.split()) > MOST_TERMS:
            raise InvalidInput(Fault(_("Search for at most %(most)s words.") % {"most": MOST_TERMS}, "too_many"))
        return text

    def compare(self, value: Any) -> Q:
        return reduce(or_, self.tiers(value))

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "minLength": 1, "maxLength": LONGEST_TEXT}
