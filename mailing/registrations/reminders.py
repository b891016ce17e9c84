"""Reminders: some hours before an event begins, everybody who is confirmed for it gets one, in good time or late.

Who was told of their place, or of a change, within these hours has just had a mail with the time and the place, and
gets no other. Whom an import let in was not told.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone as clock

from events.models import Event, EventStatus
from mailing.doorbell import ring
from mailing.models import RegistrationMail
from mailing.models import RegistrationMailKind as Kind
from mailing.registrations.campaigns import Notice, mail_once
from mailing.registrations.rendering import edition_of
from relations.models import RelationTransition, Role, Status, UserEventRelation


def remind() -> int:
    """Have reminders written for the events that begin soon, and return for how many.

    Each event has one for each time at which it is to begin; none with ``REMINDER_HOURS`` of 0.
    """
    reminders = RegistrationMail.objects.filter(kind=Kind.REMINDER, event__in=due())
    written = set(reminders.values_list("event", "edition"))
    begin_soon = due().order_by("start_at", "pk").values_list("pk", "start_at")
    return sum(_remind_of(key) for key, start in begin_soon if (key, edition_of(start)) not in written)


def due() -> "QuerySet[Event]":
    """Return the events that begin soon, and have people to remind."""
    now = clock.now()
    soon = now + _hours()
    events = Event.objects.filter(status=EventStatus.ACTIVE, start_at__gt=now, start_at__lte=soon)
    return events.filter(Exists(_confirmed(OuterRef("pk"))))


@transaction.atomic
def _remind_of(event_id: UUID) -> bool:
    """Write the reminders of one event. Locks it: another worker waits, and finds them written."""
    event = due().select_for_update(no_key=True).filter(pk=event_id).first()
    if event is None:
        return False
    since = event.start_at - _hours()
    mails = RegistrationMail.objects.filter(event=event)
    if mails.filter(kind=Kind.REMINDER, edition=edition_of(event.start_at)).exists():
        return False
    if mails.filter(kind=Kind.CHANGED, campaign__created_at__gt=since).exists():
        return False
    lines = RelationTransition.objects.filter(relation=OuterRef("pk"), to_status=Status.CONFIRMED, at__gt=since)
    people = _confirmed(event.pk).exclude(Exists(lines.filter(deliveries__isnull=False)))
    if not people.exists():
        return False
    mail_once(Kind.REMINDER, [Notice(event.pk, edition_of(event.start_at), ArraySubquery(people.values("user")))])
    ring()
    return True


def _confirmed(event: Any) -> "QuerySet[UserEventRelation]":
    return UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE, status=Status.CONFIRMED).order_by()


def _hours() -> timedelta:
    return timedelta(hours=settings.REMINDER_HOURS)
