"""SQL expressions that filters, orderings and indexes share, so that the planner finds the index."""

from django.db.models import F, Func, TextField
from django.db.models.functions import Collate


class SortKey(Func):
    """``crm_sort_key(text)``: without case and accents, the empty text for NULL."""

    function = "crm_sort_key"
    arity = 1
    output_field = TextField()


class NameKey(Func):
    """``crm_name_key(first_name, last_name)``: the last name first, without case and accents."""

    function = "crm_name_key"
    arity = 2
    output_field = TextField()


class SearchText(Func):
    """``crm_search_text(a, b, c, d)``: four columns as one text without case and accents, for trigram search."""

    function = "crm_search_text"
    arity = 4
    output_field = TextField()


def text_key(column: str) -> Collate:
    """Return the sort key of a text column in byte order, which is the same on every server."""
    return Collate(SortKey(F(column)), "C")


def name_key() -> Collate:
    """Return the sort key of a person's name in byte order."""
    return Collate(NameKey(F("first_name"), F("last_name")), "C")


def person_search_text() -> SearchText:
    """Return what a search for people looks through: name, e-mail and phone number."""
    return SearchText(F("first_name"), F("last_name"), F("email"), F("phone_number"))
