"""What can be done to events. API, admin and commands all come through here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import Conflict, Unavailable
from api.transactions import locking
from events.models import Event, EventStatus
from events.signals import admission_changed, event_created, event_deleting, event_reopening, events_changed
from events.slugs import free_slug
from users.models import User

# How often an event whose slug is made looks for one, when others take them at the same time.
SLUG_ATTEMPTS = 20
# A change of one of these can let somebody in who waits.
ADMITTING = ("max_capacity", "offer_minutes", "status", "start_at", "end_at")
# In which an event takes nobody any more.
CLOSED = (EventStatus.CANCELLED, EventStatus.COMPLETED)
# What people plan by who take part.
PLANNED_BY = ("title", "start_at", "end_at", "timezone", "venue")


@locking
def create_event(*, event: Event, actor: User | None, host_ids: Sequence[UUID] | None = None) -> Event:
    """Store a new event and announce it: its creator becomes the owner and, unless ``host_ids`` says else, the host."""
    if event.slug:
        event.full_clean()
        event.save(force_insert=True)
    else:
        _save_with_free_slug(event, force_insert=True)
    event_created.send(Event, event=event, actor=actor, host_ids=host_ids)
    return event


def update_event(*, event: Event, changes: Mapping[str, object], actor: User | None, reason: str = "") -> Event:
    """Change the named fields of ``event`` as ``update_events`` does, and return it as stored."""
    return update_events(changes={event.pk: changes}, actor=actor, reason=reason)[0]


@locking
def update_events(*, changes: Mapping[UUID, Mapping[str, object]], actor: User | None, reason: str = "") -> list[Event]:
    """Change the fields that ``changes`` names for each event by its key; return the events as stored, by their keys.

    A change of what decides who gets in is announced, and one of what people plan by. Every other column stays, whoever
    wrote it. Locks the events' rows; those who listen lock their capacities next, and keep ``reason`` in their ledgers.
    Raises ``Event.DoesNotExist`` for one that is gone, and ``Conflict`` for completing one that has not begun or was
    cancelled, and the other way round, and for opening one again whose end is under way.
    Three queries for however many events, and those of who listens.
    """
    rows = Event.objects.filter(pk__in=changes).order_by("pk")
    stored = list(rows.select_for_update(no_key=True))
    if len(stored) < len(changes):
        raise Event.DoesNotExist
    before = {one.pk: _noted(one) for one in stored}
    for one in stored:
        _take_over(one, changes[one.pk], before[one.pk]["status"], is_first=one is stored[0])
    if named := list(dict.fromkeys(chain.from_iterable(changes.values()))):
        _save_changes(stored, named)
        stored = list(rows)
    _announce(stored, before, actor, reason)
    return stored


def _noted(event: Event) -> dict[str, Any]:
    """Return the values of which a change is announced."""
    return {name: getattr(event, name) for name in (*ADMITTING, *PLANNED_BY)}


def _take_over(event: Event, changes: Mapping[str, object], was: str, *, is_first: bool) -> None:
    """Set ``changes`` on an event that ``was`` of some status, and check them.

    Constraints, each of which asks the database, are checked of the first of several: it refuses them of the others.
    """
    for field, value in changes.items():
        setattr(event, field, value)
    if event.status != was:
        _refuse_to_end(event, was)
        if was in CLOSED and event.status not in CLOSED:
            event_reopening.send(Event, event=event, was=was)
    if changes.get("slug") != "":
        event.full_clean(exclude=_kept(changes), validate_constraints=is_first)


def _kept(named: Collection[str]) -> set[str]:
    return {field.name for field in Event._meta.concrete_fields} - set(named)


def _save_changes(events: Sequence[Event], named: Sequence[str]) -> None:
    """Store the ``named`` fields of ``events`` by one statement; a slug is made for one event alone."""
    if "slug" in named and events[0].slug == "":
        _save_with_free_slug(events[0], kept=_kept(named), update_fields=named)
    elif len(events) == 1:
        events[0].save(update_fields=named)
    else:
        Event.objects.bulk_update(events, named)


def _announce(
    events: Sequence[Event], before: Mapping[UUID, Mapping[str, Any]], actor: User | None, reason: str
) -> None:
    """Tell of those ``events`` in which something changed that others go by."""

    def changed(names: Iterable[str]) -> list[Event]:
        return [one for one in events if any(getattr(one, name) != before[one.pk][name] for name in names)]

    if admitting := changed(ADMITTING):
        admission_changed.send(Event, events=admitting, actor=actor, reason=reason)
    if planned_by := changed(PLANNED_BY):
        events_changed.send(Event, events=planned_by, actor=actor)


@locking
def delete_event(*, event: Event) -> None:
    """Delete an event in which nobody has a part but by its creation, and the history of its record.

    Raises ``Conflict`` for an event that people registered for or became hosts of: cancel it instead.
    """
    try:
        with transaction.atomic():
            Event.objects.select_for_update(no_key=True).get(pk=event.pk)  # a registration's key check may pass
            event_deleting.send(Event, event=event)
            event.history.all().delete()
            event.delete()
    except ProtectedError as error:
        raise Conflict(
            _("People have a part in “%(event)s”, which deleting would lose. Set its status to cancelled instead.")
            % {"event": event}
        ) from error


def _refuse_to_end(event: Event, was: str) -> None:
    """Raise ``Conflict`` for a close that contradicts what is known of the event."""
    if event.status == EventStatus.COMPLETED and event.start_at > clock.now():
        raise Conflict(_("“%(event)s” has not begun: cancel it instead.") % {"event": event}, "not_begun")
    if event.status == EventStatus.COMPLETED and was == EventStatus.CANCELLED:
        said = _("“%(event)s” was cancelled. Set it active first, if it took place.")
        raise Conflict(said % {"event": event}, "cancelled")
    if event.status == EventStatus.CANCELLED and was == EventStatus.COMPLETED:
        said = _("“%(event)s” took place. Set it active first, if that is wrong.")
        raise Conflict(said % {"event": event}, "completed")


def _save_with_free_slug(event: Event, *, kept: Collection[str] = (), **saving: Any) -> None:
    """Store ``event`` under a slug of its title; whoever took that in the same moment has it, and the next is tried.

    The fields that are ``kept`` are not looked at, and ``saving`` is said to ``save()``.
    """
    others = Event.objects.exclude(pk=event.pk)
    for _attempt in range(SLUG_ATTEMPTS):
        event.slug = free_slug(event.title, but_of=None if event._state.adding else event)
        event.full_clean(exclude={"slug", *kept})
        try:
            with transaction.atomic():
                event.save(**saving)
        except IntegrityError as error:
            if others.filter(slug=event.slug).exists():
                continue
            raise error from None
        return
    raise Unavailable
