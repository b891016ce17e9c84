"""How often people come who have a place: of one person, of the events of a host or of a series.

Of few registrations little is known, so a rate is drawn towards that of everybody, the more the less there is to go by:
the mean of a beta-binomial model whose two parameters are estimated from all groups (empirical Bayes).

With ``k`` of ``n`` having come, the rate is ``(k + mean * strength) / (n + strength)``. ``mean`` is that of everybody;
``strength`` is as many registrations as the prior is worth, ``(1 - rho) / rho`` for the correlation ``rho`` within
groups. ``rho`` is the moment estimator with the weights ``n`` of J. C. Kleinman, "Proportions with extraneous variance:
single and independent samples", Journal of the American Statistical Association 68 (1973), pages 46 to 54.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from events.models import EventSeries
from relations.models import Role, Status, UserEventRelation
from relations.querysets import RelationQuerySet
from users.models import User

SETTLED = Q(role=Role.ATTENDEE, status__in=(Status.ATTENDED, Status.NO_SHOW))


class Kind(StrEnum):
    """What registrations are grouped by."""

    PERSON = "person"
    HOST = "host"
    SERIES = "series"


# Of many groups some are drawn, always the same ones while the table stays as it is: people by blocks of their table,
# hosts and series, which are fewer and have many registrations each, by a hash.
_DRAWN = {
    Kind.PERSON: """
        SELECT r.user_id AS key, r.status
          FROM users_eventcounts d TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (1)
          JOIN relations_usereventrelation r ON r.user_id = d.user_id
    """,
    Kind.HOST: """
        SELECT d.user_id AS key, r.status
          FROM (SELECT user_id FROM users_eventcounts WHERE hosted > 0 ORDER BY md5(user_id::text) LIMIT 100) d
          JOIN relations_usereventrelation h ON h.user_id = d.user_id AND h.role = 'host' AND h.status <> 'cancelled'
          JOIN relations_usereventrelation r ON r.event_id = h.event_id
    """,
    Kind.SERIES: """
        SELECT d.id AS key, r.status
          FROM (SELECT id FROM events_eventseries ORDER BY md5(id::text) LIMIT 100) d
          JOIN events_event e ON e.series_id = d.id
          JOIN relations_usereventrelation r ON r.event_id = e.id
    """,
}
# The sums that the estimator needs.
_SUMS = """
    WITH grouped AS (
        SELECT count(*)::float AS n, count(*) FILTER (WHERE status = 'attended')::float AS k
          FROM ({drawn} WHERE r.role = 'attendee' AND r.status IN ('attended', 'no_show')) one GROUP BY key
    )
    SELECT count(*), COALESCE(sum(n), 0), COALESCE(sum(k), 0), COALESCE(sum(n * n), 0), COALESCE(sum(k * k / n), 0)
      FROM grouped
"""
_PEOPLE = "SELECT GREATEST(reltuples, 1)::float FROM pg_class WHERE oid = 'users_eventcounts'::regclass"
PEOPLE_DRAWN = 5_000
# Within a group nobody is taken to do exactly as the others.
MOST_ALIKE = 0.99


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before anything is known of somebody: the ``mean`` of everybody, and how much it weighs.

    ``strength`` is infinite where groups differ no more than by chance. ``n`` is the number of registrations behind it.
    """

    mean: float
    strength: float
    n: int

    def shrunk(self, attended: int, n: int) -> float:
        """Return the rate of a group of which ``attended`` of ``n`` came."""
        if math.isinf(self.strength):
            return self.mean
        return (attended + self.mean * self.strength) / (n + self.strength)


@dataclass(frozen=True, slots=True)
class ShrunkRate:
    """A rate drawn towards ``overall``, and the ``n`` registrations of its own that it goes by."""

    rate: float
    attended: int
    n: int
    overall: float


def prior_from(groups: int, n: float, attended: float, squares: float, quotients: float) -> Prior | None:
    """Return the prior that fits the groups; None where nobody is known to have come or not.

    ``squares`` is the sum of n², ``quotients`` that of k²/n over the groups, ``n`` and ``attended`` those of n and k.
    """
    if not n:
        return None
    mean = attended / n
    within, between = groups - 1, n - squares / n
    spread = quotients - attended * attended / n
    if mean in (0.0, 1.0) or between <= within:
        return Prior(mean, math.inf, round(n))
    rho = (spread / (mean * (1 - mean)) - within) / (between - within)
    rho = min(rho, MOST_ALIKE)
    return Prior(mean, math.inf if rho <= 0 else (1 - rho) / rho, round(n))


def prior_of(kind: Kind) -> Prior | None:
    """Return what is known of such a group beforehand, from all of them or a good number. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE)
        percent: float = min(100.0, 100.0 * PEOPLE_DRAWN / cursor.fetchone()[0])
        cursor.execute(_SUMS.format(drawn=_DRAWN[kind]), {"percent": percent})
        row: Any = cursor.fetchone()
    return prior_from(*row)


def show_rate_of_person(user: User, caller: User) -> ShrunkRate | None:
    """Return how often ``user`` came, by the registrations that ``caller`` may know of; None: nothing is known."""
    relations = UserEventRelation.objects.visible_to(caller).filter(user=user)
    return _rate_of(relations, Kind.PERSON)


def show_rate_of_host(user: User, caller: User) -> ShrunkRate | None:
    """Return how often people came to what ``user`` hosts, by the registrations that ``caller`` may know of."""
    hosted = UserEventRelation.objects.filter(user=user, role=Role.HOST).exclude(status=Status.CANCELLED)
    relations = UserEventRelation.objects.visible_to(caller).filter(event__in=hosted.order_by().values("event"))
    return _rate_of(relations, Kind.HOST)


def show_rate_of_series(series: EventSeries, caller: User) -> ShrunkRate | None:
    """Return how often people came to the events of ``series``, by the registrations that ``caller`` may know of."""
    relations = UserEventRelation.objects.visible_to(caller).filter(event__series=series)
    return _rate_of(relations, Kind.SERIES)


def _rate_of(relations: RelationQuerySet, kind: Kind) -> ShrunkRate | None:
    """Return the rate of those of ``relations`` of which it is known who came; None where there is nothing."""
    found = relations.filter(SETTLED).aggregate(n=Count("pk"), attended=Count("pk", filter=Q(status=Status.ATTENDED)))
    prior = prior_of(kind) if found["n"] else None  # which costs far more than the count
    if prior is None:
        return None
    return ShrunkRate(prior.shrunk(found["attended"], found["n"]), found["attended"], found["n"], prior.mean)
