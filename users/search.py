"""Search over a trigram index: every term contained, or one word that resembles the text (typos forgiven).

The columns are an expression of one ``gin_trgm_ops`` index, so that both conditions read it. No text scans the table:
a term without a trigram of its own is looked for beside longer ones, or else at the beginning of the ordered columns.
"""

import re
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, Func, Q, TextField, Value, When
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.lookups import Contains, Exact, Regex, StartsWith

from users.expressions import SortKey

# Three letters or digits in a row; a term without them has no trigram that the index could look up.
A_TRIGRAM = re.compile(r"[^\W_]{3}")
# How alike a word must be. PostgreSQL's own default (0.6) misses two letters that changed places in a name of seven.
THRESHOLD = "0.45"

# Names shorter than this have too many others one letter away; beside another word, one letter less tells enough.
SHORTEST_FORGIVEN = 4
LONGEST_FORGIVEN = 60
LONG = 12
A_LETTER = re.compile(r"[^\W\d_]")

# One letter off is another address: these are meant as they stand.
AN_ADDRESS_OR_NUMBER = re.compile(r"[@\d]")


class _Threshold(Func):
    """Sets the threshold of ``%>`` for this one statement, before its scan begins: a session setting would leak."""

    template = f"(SELECT set_config('pg_trgm.word_similarity_threshold', '{THRESHOLD}', true))"
    output_field = TextField()


def search_tiers(columns: Combinable, prefixes: Sequence[Any], text: str) -> list[Q]:
    """Return the conditions that find ``text``: ``columns`` hold every term, and then: they hold words like the terms.

    A text of short terms alone is what one of ``prefixes`` begins with; these have ordered indexes.
    """
    terms = text.split()
    long = [term for term in terms if A_TRIGRAM.search(term)]
    if not long:
        return [_begins(prefixes, terms)]
    holds = _holds_every_term(columns, terms)
    if AN_ADDRESS_OR_NUMBER.search(text):
        return [holds]
    similar = Q(TrigramWordSimilar(columns, SortKey(Value(" ".join(long)))))
    return [holds, Q(Exact(_Threshold(), Value(THRESHOLD))) & similar]


def one_letter_off(columns: Combinable, text: str) -> Q | None:
    """Return the condition that ``columns`` hold each term with at most one letter missing, wrong, extra or swapped.

    None where no term is long enough to be forgiven. It compares every row: for the people of one event, who are told
    apart by a letter, and not for all. Whole words of names and e-mails are compared; numbers are meant as they stand.
    """
    terms = text.split()
    shortest = SHORTEST_FORGIVEN - (len(terms) > 1)
    forgiven = [shortest <= len(term) <= LONGEST_FORGIVEN and bool(A_LETTER.search(term)) for term in terms]
    if not any(forgiven):
        return None
    conditions = [
        _resembles(columns, term) if is_forgiven else _holds(columns, term)
        for term, is_forgiven in zip(terms, forgiven, strict=True)
    ]
    return reduce(and_, conditions)


def _resembles(columns: Combinable, term: str) -> Q:
    """Return the condition for one term; of a long one, such as an e-mail, a half is right and looked up first."""
    alike = Q(Regex(columns, SortKey(Value(_spellings(term)))))
    if len(term) < LONG:
        return alike
    half = len(term) // 2
    # Without the letter between them: two that changed places there leave one half alone.
    halves = [Q(Contains(columns, SortKey(Value(part)))) for part in (term[:half], term[half + 1 :])]
    return reduce(or_, halves) & alike


def _spellings(term: str) -> str:
    r"""Return a regular expression of the words one letter away from ``term``, and of itself.

    Made of what the sort key leaves alone: ``\y`` is the edge of a word, and any sign stands for any other.
    """
    signs = [sign if sign.isalpha() or sign.isdecimal() else "[^ ]" for sign in term]
    return rf"\y{_one_off(signs)}\y"


def _one_off(signs: Sequence[str]) -> str:
    """Return a regular expression of ``signs`` with one change in either half, or with those between them swapped.

    As halves of halves it grows with their number; all spellings side by side take the database seconds for an e-mail.
    """
    if len(signs) == 1:
        return f"(?:[^ ]?{signs[0]}?|{signs[0]}[^ ])"
    half = len(signs) // 2
    first, second = signs[:half], signs[half:]
    swapped = "".join([*first[:-1], second[0], first[-1], *second[1:]])
    return f"(?:{''.join(first)}{_one_off(second)}|{_one_off(first)}{''.join(second)}|{swapped})"


def best_first(columns: Combinable, text: str) -> list[OrderBy]:
    """Return the order of what was found: those that hold every term, then the most alike, then the oldest."""
    holds = Case(When(_holds_every_term(columns, text.split()), then=Value(0)), default=Value(1))
    similarity = TrigramWordSimilarity(SortKey(Value(text)), columns)  # type: ignore[arg-type]  # takes expressions too
    return [OrderBy(holds), OrderBy(similarity, descending=True)]


def _begins(prefixes: Sequence[Any], terms: Sequence[str]) -> Q:
    """Return the condition that a column begins with the terms as they stand, or with the last one first."""
    spellings = {" ".join(terms), " ".join([terms[-1], *terms[:-1]])}
    return reduce(or_, (Q(StartsWith(prefix, SortKey(Value(one)))) for prefix in prefixes for one in sorted(spellings)))


def _holds_every_term(columns: Combinable, terms: Sequence[str]) -> Q:
    return reduce(and_, (_holds(columns, term) for term in terms))


def _holds(columns: Combinable, term: str) -> Q:
    """Return the condition for one term; short letters must begin a word, so that the index knows them.

    Digits need not: numbers are typed in groups, and stored without spaces.
    """
    if A_TRIGRAM.search(term) or AN_ADDRESS_OR_NUMBER.search(term):
        return Q(Contains(columns, SortKey(Value(term))))
    return Q(StartsWith(columns, SortKey(Value(term)))) | Q(Contains(columns, SortKey(Value(f" {term}"))))
