"""What can be done to events. API, admin and commands all come through here."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import Conflict, Unavailable
from api.transactions import locking
from events.models import Event, EventStatus
from events.signals import admission_changed, event_changed, event_created, event_deleting
from events.slugs import free_slug
from users.models import User

# How often an event whose slug is made looks for one, when others take them at the same time.
SLUG_ATTEMPTS = 20
# A change of one of these can let somebody in who waits.
ADMITTING = ("max_capacity", "offer_minutes", "status", "start_at", "end_at")
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


@locking
def update_event(*, event: Event, changes: Mapping[str, object], actor: User | None, reason: str = "") -> Event:
    """Change the named fields of ``event`` and return it as stored.

    A change of what decides who gets in is announced, and one of what people plan by.
    Every other column stays, whoever wrote it. Locks the event's row; those who listen lock its capacity next, and keep
    ``reason`` in their ledgers. Raises ``Event.DoesNotExist`` for one that is gone, and ``Conflict`` for completing one
    that has not begun or was cancelled, and the other way round.
    """
    stored = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    before = {name: getattr(stored, name) for name in {*ADMITTING, *PLANNED_BY}}
    for field, value in changes.items():
        setattr(stored, field, value)
    if stored.status != before["status"]:
        _refuse_to_end(stored, before["status"])
    kept = {field.name for field in Event._meta.concrete_fields} - changes.keys()
    if changes.get("slug") == "":
        _save_with_free_slug(stored, kept=kept, update_fields=[*changes])
    else:
        stored.full_clean(exclude=kept)
        stored.save(update_fields=[*changes])
    if changes:
        stored.refresh_from_db()
    changed = {name: value for name, value in before.items() if getattr(stored, name) != value}
    if changed.keys() & set(ADMITTING):
        admission_changed.send(Event, event=stored, actor=actor, reason=reason)
    if told := {name: value for name, value in changed.items() if name in PLANNED_BY}:
        event_changed.send(Event, event=stored, actor=actor, changes=told)
    return stored


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
