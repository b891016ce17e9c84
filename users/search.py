"""Search over a trigram index: every term contained, or one word that resembles the text (typos forgiven).

The columns are an expression of one ``gin_trgm_ops`` index, so that both conditions read it.
"""

import re
from typing import Any

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, Func, Q, TextField, Value, When
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.lookups import Contains, Exact, StartsWith

from users.expressions import SortKey

# Terms that are shorter have no trigram of their own and would scan the table.
SHORTEST_TERM = 3
# How alike a word must be. PostgreSQL's own default (0.6) misses two letters that changed places in a name of seven.
THRESHOLD = "0.45"

# One letter off is another address: these are meant as they stand.
AN_ADDRESS_OR_NUMBER = re.compile(r"[@\d]")


class _Threshold(Func):
    """Sets the threshold of ``%>`` for this one statement, before its scan begins: a session setting would leak."""

    template = f"(SELECT set_config('pg_trgm.word_similarity_threshold', '{THRESHOLD}', true))"
    output_field = TextField()


def found_in(columns: Combinable, prefixes: list[Any], text: str) -> Q:
    """Return the condition that ``columns`` hold every term of ``text``, or a word like it.

    A text of one or two characters matches the beginnings of ``prefixes``, which have ordered indexes.
    """
    if len(text) < SHORTEST_TERM:
        beginnings = Q()
        for prefix in prefixes:
            beginnings |= Q(StartsWith(prefix, SortKey(Value(text))))
        return beginnings
    if AN_ADDRESS_OR_NUMBER.search(text):
        return _holds_every_term(columns, text)
    similar = Q(TrigramWordSimilar(columns, SortKey(Value(text))))
    return Q(Exact(_Threshold(), Value(THRESHOLD))) & (_holds_every_term(columns, text) | similar)


def best_first(columns: Combinable, text: str) -> list[OrderBy]:
    """Return the order of what was found: those that hold every term, then the most alike, then the oldest."""
    holds = Case(When(_holds_every_term(columns, text), then=Value(0)), default=Value(1))
    similarity = TrigramWordSimilarity(SortKey(Value(text)), columns)  # type: ignore[arg-type]  # takes expressions too
    return [OrderBy(holds), OrderBy(similarity, descending=True)]


def _holds_every_term(columns: Combinable, text: str) -> Q:
    condition = Q()
    for term in text.split():
        condition &= Q(Contains(columns, SortKey(Value(term))))
    return condition
