"""Who has met whom: people who were at the same events, the smaller these were the more.

Each event that two attended adds ``1 / (n - 1)`` for its ``n`` attendees: at an event of two they met, at one of a
hundred each met the other ninety-nine by a hundredth. Crowds of more than ``CROWD`` say next to nothing and are left
out, so that an answer reads at most ``EVENTS`` times ``CROWD`` registrations, whatever has been attended.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, FloatField, Func, JSONField, Max, Q, Sum, TextField, Value
from django.db.models.functions import Cast

from relations.models import Role, Status, UserEventRelation
from relations.querysets import RelationQuerySet
from users.models import User

CROWD = 1_000
EVENTS = 200

CHECKED_IN = Q(role=Role.ATTENDEE, status=Status.ATTENDED)


def no_crowd(most: int) -> Q:
    """Return the relations to events of ``most`` attendees: the seats taken tell it without counting the crowd."""
    return Q(event__capacity__taken__lte=most)


NO_CROWD = no_crowd(CROWD)


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody who was at the same events: how much (``weight``), at how many, and when last."""

    user: User
    weight: float
    events: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Meetings:
    """Whom somebody has met, the best first; by so many events, while ``left_out`` were crowds or too long ago."""

    met: list[Met]
    events: int
    left_out: int


def meetings_of(user: User, caller: User, limit: int) -> Meetings:
    """Return whom ``user`` has met as far as ``caller`` may know of people and registrations. Five queries."""
    visible = UserEventRelation.objects.visible_to(caller).filter(CHECKED_IN)
    own = visible.filter(user=user)
    small = list(own.filter(NO_CROWD).order_by("-event__start_at").values_list("event", flat=True)[:EVENTS])
    rows = _best(visible.filter(event__in=small), user, limit, caller)
    people = User.objects.in_bulk([row["user"] for row in rows])
    met = [Met(people[row["user"]], row["weight"], row["number"], row["last_at"]) for row in rows]
    return Meetings(met, len(small), own.count() - len(small))


def _best(relations: RelationQuerySet, user: User, limit: int, caller: User) -> list[dict[str, Any]]:
    sizes = relations.order_by().values_list("event").annotate(Count("pk"))
    weights = {str(event): 1 / (size - 1) for event, size in sizes if size > 1}
    others = relations.exclude(user=user).filter(user__in=User.objects.visible_to(caller).order_by().values("pk"))
    scored = (
        others.order_by()
        .values("user")
        .annotate(weight=Sum(_weight(weights)), number=Count("pk"), last_at=Max("event__start_at"))
    )
    return list(scored.order_by("-weight", "-last_at", "user")[:limit])


def _weight(weights: dict[str, float]) -> Any:
    """Return the expression for the weight of a relation's event, out of one constant of the query."""
    event = Cast(F("event"), TextField())
    text = Func(Value(weights, JSONField()), event, function="jsonb_extract_path_text", output_field=TextField())
    return Cast(text, FloatField())
