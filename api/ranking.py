"""The order of what a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

# As many of each tier are ranked: a common name has a hundred times as many, and ranking all of them takes seconds.
RANKED_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Ranking:
    """Which of a search's finds are looked at, by ``tiers``, and their order: expressions, the best first."""

    tiers: Sequence[Q]
    order_by: Sequence[Any]

    def first_of(self, rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
        """Return the keys of the first ``RANKED_AT_MOST`` of ``rows`` in each tier: no tier crowds out another."""
        keys = [rows.filter(tier).order_by().values("pk")[:RANKED_AT_MOST] for tier in self.tiers]
        return keys[0].union(*keys[1:]) if len(keys) > 1 else keys[0]
