"""Series: events made from one by a rule, added to at the end, and changed one by one or from one on.

Who changes several events of a series locks the series first, then events in the order of keys, which is that of the
starts as they were made.
"""

import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking
from events.models import EDITED, Event, EventSeries, EventStatus
from events.recurrence import Occurrence, at_wall_time, ending, moved, normalised, occurrences
from events.services import update_events
from events.signals import events_repeated
from events.slugs import free_slugs
from users.models import User

# What names one event, and what an event says of itself alone.
OF_ONE_ALONE = ("external_id", "slug")
TIMES = ("start_at", "end_at")


@dataclass(frozen=True, slots=True)
class Extension:
    """What another end of a series comes to: its ``rule`` then, and the times at which there is no event yet.

    ``occurrences`` are when the rule says that the new ones begin, ``starts`` when they do.
    """

    rule: str
    occurrences: list[Occurrence]
    starts: list[Occurrence]


def preview(event: Event, rule: str) -> list[Occurrence]:
    """Return when ``event`` and those made from it by ``rule`` would begin. Raises ``ValidationError``."""
    return occurrences(rule, event.start_at, zoneinfo.ZoneInfo(event.timezone))


@locking
def repeat_event(*, event: Event, rule: str, actor: User | None) -> EventSeries:
    """Make a series of ``event`` and of copies of it at the other times of ``rule``, and announce them.

    The copies have its fields, its hours on the wall and its length; not its external_id, nor who attends. Those of one
    that was cancelled or completed are active: it is they that take people. Raises ``Conflict`` for an event that
    belongs to a series, and ``ValidationError`` for a rule that cannot be followed.
    """
    stored = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    if stored.series_id:
        raise Conflict(_("“%(event)s” belongs to a series already.") % {"event": stored}, "in_series")
    starts = preview(stored, rule)
    series = EventSeries.objects.create(rule=normalised(rule), timezone=stored.timezone, first_start_at=stored.start_at)
    Event.objects.filter(pk=stored.pk).update(series=series, occurrence_at=stored.start_at)
    _make_copies(stored, series, starts[1:], starts[1:], actor)
    return series


def extension(event: Event, *, count: int | None = None, until: date | None = None) -> Extension:
    """Return what the series of ``event`` gains where it has ``count`` events in all, or goes on until a last day.

    The new ones begin as far from the rule as ``event`` does, on the wall: they are copies of it. What the rule says
    already is not told, whether it was moved, cancelled or deleted. Raises ``Conflict`` for an event of no series, and
    ``ValidationError`` for an end before the present one, or too late.
    """
    series, begins = event.series, event.occurrence_at
    if series is None or begins is None:
        raise Conflict(_("“%(event)s” belongs to no series.") % {"event": event}, "no_series")
    zone, own = zoneinfo.ZoneInfo(series.timezone), zoneinfo.ZoneInfo(event.timezone)
    rule = ending(series.rule, count=count, until=until)
    known, found = (occurrences(one, series.first_start_at, zone) for one in (series.rule, rule))
    if len(found) < len(known):
        said = _("The series has %s events already. To have fewer, cancel or delete those that are too many.")
        raise ValidationError(said % len(known), "fewer")
    new, aside = found[len(known) :], _apart(begins, zone, event.start_at, own)
    with _within_the_calendar():
        return Extension(rule, new, [at_wall_time(one.wall + aside, own) for one in new])


@locking
def extend_series(
    *, event: Event, count: int | None = None, until: date | None = None, actor: User | None
) -> Extension:
    """Move the end of the series of ``event``, and make and announce what it gains by that: copies of ``event``.

    Moved to the same end again, it gains nothing. Every other event stays as it is. Raises as ``extension`` does.
    """
    series = _held_series(event)
    stored = Event.objects.select_related("series").get(pk=event.pk)
    gained = extension(stored, count=count, until=until)
    if gained.starts:
        EventSeries.objects.filter(pk=series.pk).update(rule=gained.rule)
        _make_copies(stored, series, gained.occurrences, gained.starts, actor)
    return gained


@locking
def update_following(
    *, event: Event, changes: Mapping[str, object], actor: User | None, reason: str = ""
) -> list[Event]:
    """Change the named fields of ``event`` and of all that follow it in its series, and return these events.

    A new time moves each by as many hours on its wall as it moves ``event``, so that one that was moved alone stays
    moved; a new zone keeps the hours on the wall. Cancelled, completed and begun events stay as they are, but for
    ``event`` itself. Raises ``Conflict`` for an event of no series, and ``ValidationError`` for what only one can have.
    """
    series = _held_series(event)
    if alone := [name for name in OF_ONE_ALONE if name in changes]:
        raise ValidationError({name: _("Only one event can have it: change that one alone.") for name in alone})
    members = Event.objects.filter(series=series, occurrence_at__gte=event.occurrence_at)
    following = members.filter(status__in=(EventStatus.DRAFT, EventStatus.ACTIVE), start_at__gt=clock.now())
    reference = Event.objects.get(pk=event.pk)
    keys = {event.pk, *following.values_list("pk", flat=True)}
    with _within_the_calendar():
        rows = Event.objects.filter(pk__in=keys).order_by("pk")
        changed = [(one, _for_another(reference, one, changes)) for one in rows]
    return update_events(changes={one.pk: own for one, own in changed}, actor=actor, reason=reason)


def _held_series(event: Event) -> EventSeries:
    """Return the series of ``event``, locked. Raises ``Conflict`` where it belongs to none."""
    if event.series_id is None:
        raise Conflict(_("“%(event)s” belongs to no series.") % {"event": event}, "no_series")
    return EventSeries.objects.select_for_update(no_key=True).get(pk=event.series_id)


@contextmanager
def _within_the_calendar() -> Iterator[None]:
    """Raise ``ValidationError`` for a time that no calendar has."""
    try:
        yield
    except OverflowError as error:
        raise ValidationError(_("An event would begin or end before the year 1 or after 9999."), "range") from error


def _make_copies(
    event: Event, series: EventSeries, times: Sequence[Occurrence], starts: Sequence[Occurrence], actor: User | None
) -> None:
    """Store copies of ``event`` that stand for the ``times`` of the rule and begin at ``starts``, and announce them."""
    with _within_the_calendar():
        copies = _copies(event, series, times, starts)
    copies[-1].full_clean(exclude={"series", "slug"})  # the latest: the others fit where it does
    Event.objects.bulk_create(copies)
    events_repeated.send(Event, original=event, events=copies, actor=actor)


def _copies(
    event: Event, series: EventSeries, times: Sequence[Occurrence], starts: Sequence[Occurrence]
) -> list[Event]:
    zone = zoneinfo.ZoneInfo(event.timezone)
    fields = {name: getattr(event, name) for name in EDITED if name not in (*OF_ONE_ALONE, *TIMES)}
    if event.status != EventStatus.DRAFT:
        fields["status"] = EventStatus.ACTIVE
    return [
        Event(
            **fields,
            slug=slug,
            start_at=one.start,
            end_at=event.end_at and moved(event.end_at, _apart(event.start_at, zone, one.start, zone), zone, zone),
            series=series,
            occurrence_at=by_rule.start,
        )
        for by_rule, one, slug in zip(times, starts, free_slugs([event.title] * len(starts)), strict=True)
    ]


def _for_another(reference: Event, one: Event, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``changes``, which are meant for ``reference``, as ``one`` has to change to follow it."""
    zone = zoneinfo.ZoneInfo(reference.timezone)
    named = zoneinfo.ZoneInfo(changes["timezone"]) if "timezone" in changes else None
    own = zoneinfo.ZoneInfo(one.timezone)
    followed = dict(changes)
    for name in TIMES:
        was, becomes, theirs = getattr(reference, name), changes.get(name), getattr(one, name)
        if name in changes and one.pk == reference.pk:
            continue
        if name not in changes:
            if named and theirs:
                followed[name] = moved(theirs, timedelta(), own, named)
        elif becomes and was and theirs:
            followed[name] = moved(theirs, _apart(was, zone, becomes, named or zone), own, named or own)
        elif becomes:  # an end where there was none: as long after the start
            start = followed.get("start_at", one.start_at)
            followed[name] = start + (becomes - changes.get("start_at", reference.start_at))
    return followed


def _apart(earlier: datetime, zone: zoneinfo.ZoneInfo, later: datetime, to_zone: zoneinfo.ZoneInfo) -> timedelta:
    """Return how far the clock on the wall moves from one moment, in its zone, to another, in another zone."""
    return later.astimezone(to_zone).replace(tzinfo=None) - earlier.astimezone(zone).replace(tzinfo=None)
