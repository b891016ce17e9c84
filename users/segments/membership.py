"""Who is in a segment: the filter ``segment`` of people.

A segment's filter may name other segments, and is evaluated in place: whom it finds costs what its filter costs. It is
evaluated for the caller of the whole filter, whoever owns the segment.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput, Path
from api.filters import FilterContext, FilterSet, IdFilter
from users.segments.models import Segment

# Each time that one filter comes to a segment counts: two that name two that name two would be a filter without end.
MOST_ENTERED = 50
KEY = "segments"


@dataclass(frozen=True, slots=True)
class Saved:
    """A segment's name and the JSON tree of its filter."""

    name: str
    filter: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return it as it can be stored."""
        return {"name": self.name, "filter": self.filter}


@dataclass(frozen=True, slots=True)
class Judged:
    """Why a segment cannot be evaluated (nothing: it can), and how many it comes to, itself among them."""

    trouble: str
    entered: int


@dataclass(slots=True)
class Found:
    """The segments that one evaluation has come to, and how often it has come to any.

    However often it comes to one, that one is read, judged and made a condition once. None: there is no such segment.
    """

    segments: dict[UUID, Saved | None] = field(default_factory=dict)
    entered: int = 0
    judged: dict[UUID, Judged] = field(default_factory=dict)
    conditions: dict[UUID, Q] = field(default_factory=dict)


class SegmentFilter(IdFilter):
    """People in one of the segments named by their UUIDs, each evaluated by ``filters`` for the caller."""

    def __init__(self, name: str, *, filters: FilterSet, **options: Any) -> None:
        super().__init__(name, of="users.Segment", external=None, **options)
        self.filters = filters

    def q(self, value: Sequence[UUID | str], context: FilterContext) -> Q:
        """Return the condition. Of a segment that there is not nobody is found: ``strangers`` says so first."""
        conditions = [self._condition(key, one, context) for key, one in _look_up(value, context).items()]
        return reduce(or_, conditions) if conditions else Q(pk__in=[])

    def strangers(self, value: object, context: FilterContext) -> list[Fault]:
        """Return a fault, too, for each segment whose own filter can no longer be evaluated."""
        ids = self.read(value)
        paths: list[Path] = [(index,) for index in range(len(ids))] if isinstance(value, list) else [()]
        segments = _look_up(ids, context)
        faults = super().strangers(value, context)
        for one, path in zip(ids, paths, strict=True):
            trouble = self._judge(one, segments[one], context) if one in segments else ""
            if trouble:
                faults.append(Fault(trouble, "broken_segment", path))
        return faults

    def known(self, ids: Iterable[UUID | str], context: FilterContext) -> Collection[UUID | str]:
        return _look_up(ids, context).keys()

    def _condition(self, key: UUID, segment: Saved, context: FilterContext) -> Q:
        conditions = _found(context).conditions
        if key not in conditions:
            conditions[key] = self.filters.read(segment.filter).tree.q(context)
        return conditions[key]

    def _judge(self, key: UUID, segment: Saved, context: FilterContext) -> str:
        """Return why the segment cannot be evaluated, nothing where it can, and count what it comes to."""
        found = _found(context)
        before, judged = found.entered, found.judged.get(key)
        found.entered += judged.entered if judged else 1
        if found.entered > MOST_ENTERED:
            return _("This filter comes to more than %(most)s segments, counted each time.") % {"most": MOST_ENTERED}
        if judged is None:
            trouble = self._trouble(segment, context)
            judged = found.judged[key] = Judged(trouble, found.entered - before)
        return judged.trouble

    def _trouble(self, segment: Saved, context: FilterContext) -> str:
        try:
            self.filters.read(segment.filter).refuse_strangers(context)
        except InvalidInput as error:
            return _("The segment “%(name)s” cannot be evaluated: change its filter. %(why)s") % {
                "name": segment.name,
                "why": error,
            }
        return ""


def pinned_segments(filters: FilterSet, tree: dict[str, Any], context: FilterContext) -> dict[str, Any]:
    """Return what ``tree`` and the segments in it name, as it is now, so that it can be stored beside the tree.

    Raises ``InvalidInput`` for a tree that cannot be evaluated.
    """
    filters.read(tree).refuse_strangers(context)
    return {str(key): one.as_json() for key, one in _found(context).segments.items() if one}


def context_with(
    caller: AbstractBaseUser | AnonymousUser, pinned: Mapping[str, Any], *, entered: int = 0
) -> FilterContext:
    """Return the context in which segments are what ``pinned_segments`` returned, whatever became of them.

    ``entered``: how many segments it has come to already; 1 for a segment's own filter, since it counts where named.
    """
    segments: dict[UUID, Saved | None] = {UUID(key): Saved(**one) for key, one in pinned.items()}
    return FilterContext(caller, {KEY: Found(segments, entered)})


def is_too_large(filters: FilterSet, tree: dict[str, Any], context: FilterContext) -> bool:
    """Tell whether ``tree`` comes to more segments than one filter may, whatever else is wrong with it."""
    with suppress(InvalidInput):
        filters.read(tree).refuse_strangers(context)
    return _found(context).entered > MOST_ENTERED


def segments_named(tree: object) -> set[UUID]:
    """Return the ids of the segments that a tree which was read without fault names, without those that these name."""
    if not isinstance(tree, dict):
        return set()
    named = tree.get("segment", [])
    own = {UUID(one) for one in (named if isinstance(named, list) else [named])}
    parts: Iterable[object] = (*tree.get("and", ()), *tree.get("or", ()), tree.get("not"))
    return own.union(*map(segments_named, parts))


def _found(context: FilterContext) -> Found:
    found: Found = context.found.setdefault(KEY, Found())
    return found


def _look_up(ids: Iterable[UUID | str], context: FilterContext) -> dict[UUID, Saved]:
    """Return those of the segments that the caller may know of; one query for those not read yet."""
    segments, wanted = _found(context).segments, [one for one in ids if isinstance(one, UUID)]
    if missing := set(wanted) - segments.keys():
        caller: Any = context.caller
        rows = Segment.objects.visible_to(caller).filter(pk__in=missing).values_list("pk", "name", "filter")
        segments.update(dict.fromkeys(missing) | {key: Saved(name, tree) for key, name, tree in rows})
    return {key: found for key in wanted if (found := segments[key])}
