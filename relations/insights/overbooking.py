"""How many to let in to an event, since not everybody comes who has a place. It suggests, and lets nobody in."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from events.models import Event
from relations.insights.arrivals import chance_of_more_than
from relations.insights.show_rates import Kind, Prior, prior_of
from relations.transitions import OPEN, state_of

RISK = 0.05
LEAST_RISK, MOST_RISK = 0.001, 0.5
# Below so many registrations of which it is known who came, a rate may be off by a tenth: too little is known.
LEAST_KNOWN = 100
# The habits of fewer people are left out: from their sum one could tell how often one of them came elsewhere.
FEWEST = 5
# Nobody lets in more than twice the seats on such grounds.
MOST_TIMES = 2
# Up to so many, a suggestion takes less than a second.
MOST_SEATS = 10_000

# Those with a place first, then the queue in its order: how many of their other registrations came to what.
_HISTORIES = """
    SELECT r.status = 'attended', r.status = 'waitlisted', COALESCE(h.k, 0), COALESCE(h.n, 0)
      FROM relations_usereventrelation r LEFT JOIN LATERAL (
        SELECT count(*) AS n, count(*) FILTER (WHERE p.status = 'attended') AS k
          FROM relations_usereventrelation p
         WHERE p.user_id = r.user_id AND p.role = 'attendee' AND p.status IN ('attended', 'no_show')
           AND p.id <> r.id) h ON true
     WHERE r.event_id = %(event)s AND r.role = 'attendee'
       AND r.status IN ('offered', 'confirmed', 'attended', 'waitlisted')
     ORDER BY 2, r.seq
     LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Overbooking:
    """How many people an event may let in at a ``risk`` that more come than it has seats.

    ``let_in`` counts those who have a place already; None: too little is known, ``n`` registrations where ``least``
    are wanted. ``known`` of them came before or did not. ``expected`` come of those who have a place, and ``chance``
    is that of more than the seats coming if nobody else is let in.
    """

    risk: float
    let_in: int | None
    extra: int | None
    expected: float | None
    chance: float | None
    known: int
    n: int
    least: int


def overbooking_of(event: Event, risk: float = RISK) -> Overbooking | None:
    """Return how many to let in; None for an event that is over, has no limit, or is very large or far too full.

    Everybody's own rate is drawn towards that of all. People are taken to decide by themselves: where the weather
    decides for all of them, the risk is greater. Three queries.
    """
    seats = event.max_capacity
    if not seats or seats > MOST_SEATS or state_of(event) not in OPEN:
        return None
    most = MOST_TIMES * seats
    rows = _histories(event, most + 1)
    if len(rows) > most and not rows.pop()[1]:
        return None  # more have a place than anybody would let in
    if len(rows) < FEWEST:
        rows = [(here, waits, 0, 0) for here, waits, _attended, _n in rows]
    prior = prior_of(Kind.PERSON)
    known = sum(1 for _here, _waits, _attended, n in rows if n)
    if prior is None or prior.n < LEAST_KNOWN:
        n = prior.n if prior else 0
        return Overbooking(risk, None, None, None, None, known, n, LEAST_KNOWN)
    inside = [_chance(prior, row) for row in rows if not row[1]]
    let_in = most_to_let_in(seats, inside, [_chance(prior, row) for row in rows if row[1]], prior.mean, risk)
    chance = chance_of_more_than(seats, inside)
    return Overbooking(risk, let_in, max(0, let_in - seats), sum(inside), chance, known, prior.n, LEAST_KNOWN)


def most_to_let_in(seats: int, inside: list[float], queue: list[float], unknown: float, risk: float) -> int:
    """Return how many may be let in, those ``inside`` among them, at ``risk`` of more than ``seats`` coming.

    Next come those in the ``queue``, then people of whom nothing is known. Never fewer than the seats or those inside,
    and no more than ``MOST_TIMES`` the seats.
    """
    everybody = [*inside, *queue]
    most = MOST_TIMES * seats
    everybody += [unknown] * (most - len(everybody))
    low, high = max(seats, len(inside)), max(most, len(inside))
    while low < high:  # the chance rises with each person
        middle = (low + high + 1) // 2
        if chance_of_more_than(seats, everybody[:middle]) < risk:
            low = middle
        else:
            high = middle - 1
    return low


def _histories(event: Event, most: int) -> list[tuple[bool, bool, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_HISTORIES, {"event": event.pk, "most": most})
        found: list[Any] = cursor.fetchall()
    return found


def _chance(prior: Prior, row: tuple[bool, bool, int, int]) -> float:
    is_here, _waits, attended, n = row
    return 1.0 if is_here else prior.shrunk(attended, n)
