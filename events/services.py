"""What can be done to events. API, admin and commands all come through here."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking
from events.models import Event
from events.signals import admission_changed, event_created, event_deleting
from events.slugs import free_slug
from users.models import User

# A change of one of these can let somebody in who waits.
ADMITTING = ("max_capacity", "status", "start_at", "end_at")


@transaction.atomic
def create_event(*, event: Event, actor: User | None, host_ids: Sequence[UUID] | None = None) -> Event:
    """Store a new event and announce it: its creator becomes the owner and, unless ``host_ids`` says else, the host."""
    event.slug = event.slug or free_slug(event.title)
    event.full_clean()
    event.save(force_insert=True)
    event_created.send(Event, event=event, actor=actor, host_ids=host_ids)
    return event


@locking
def update_event(*, event: Event, changes: Mapping[str, object], actor: User | None) -> Event:
    """Change the named fields of ``event``, and announce a change of what decides who gets in.

    Locks the event's row; those who listen lock its capacity next.
    """
    before = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    for field, value in changes.items():
        setattr(event, field, value)
    event.slug = event.slug or free_slug(event.title)
    event.full_clean()
    if changes:
        event.save(update_fields={*changes, "slug"})
        event.refresh_from_db()
    if any(getattr(event, name) != getattr(before, name) for name in ADMITTING):
        admission_changed.send(Event, event=event, actor=actor)
    return event


@locking
def delete_event(*, event: Event) -> None:
    """Delete an event in which nobody has a part but by its creation, and the history of its record.

    Raises ``Conflict`` for an event that people registered for or became hosts of: cancel it instead.
    """
    try:
        with transaction.atomic():
            Event.objects.select_for_update().get(pk=event.pk)
            event_deleting.send(Event, event=event)
            event.history.all().delete()
            event.delete()
    except ProtectedError as error:
        raise Conflict(
            _("People have a part in “%(event)s”, which deleting would lose. Set its status to cancelled instead.")
            % {"event": event}
        ) from error
