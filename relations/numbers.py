"""People by how many relations of a kind they have."""

from typing import TYPE_CHECKING, Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from api.filters.trees import EVERYTHING
from api.pages import estimated_count

if TYPE_CHECKING:
    from relations.models import UserEventRelation

# As many relations are counted for everybody at once in about 0.2 s.
COUNTED_AT_ONCE = 200_000


def counter_between(counter: str, least: int, most: int | None) -> Q:
    """Return the people whose ``counter`` (a path) is at least ``least`` and at most ``most``."""
    enough = Q(**{f"{counter}__gte": least})
    return enough if most is None else enough & Q(**{f"{counter}__lte": most})


def with_so_many(relations: "QuerySet[UserEventRelation]", least: int, most: int | None, *, counter: str = "") -> Q:
    """Return the people who have at least ``least`` and at most ``most`` of ``relations``.

    They are counted once for everybody, unless the planner expects very many (one EXPLAIN tells) and ``counter`` says
    who may have enough: then most of those do, and counting for each who is looked at ends with the page.
    """
    if least <= 0 and most is None:
        return EVERYTHING
    if counter and estimated_count(relations) > COUNTED_AT_ONCE:
        return _counted_one_by_one(relations, least, most, counter)
    numbers = _numbers(relations)
    if least <= 0:
        return ~Q(pk__in=numbers.filter(number__gt=most).values("user"))
    enough = numbers.filter(number__gte=least)
    return Q(pk__in=(enough if most is None else enough.filter(number__lte=most)).values("user"))


def _counted_one_by_one(relations: "QuerySet[UserEventRelation]", least: int, most: int | None, counter: str) -> Q:
    own = _numbers(relations.filter(user=OuterRef("pk"))).values("number")
    number = Coalesce(Subquery(own, output_field=IntegerField()), Value(0))
    enough = Q(GreaterThanOrEqual(number, least))
    if least > 0:
        enough &= Q(**{f"{counter}__gte": least})  # has so many of all kinds; cheap, and by an index
    return enough if most is None else enough & Q(LessThanOrEqual(number, most))


def _numbers(relations: "QuerySet[UserEventRelation]") -> "QuerySet[Any, Any]":
    """Return ``user`` and ``number`` of relations for each person who has any."""
    return relations.order_by().values("user").annotate(number=Count("pk"))
