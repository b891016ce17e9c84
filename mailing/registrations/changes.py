"""Mail about an event that was changed: to all who hold a place or wait for one, once for each version of the event."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.dispatch import receiver

from events.models import Event, EventStatus
from events.signals import events_changed
from mailing.doorbell import ring
from mailing.models import Campaign, CampaignStatus
from mailing.models import RegistrationMailKind as Kind
from mailing.registrations.campaigns import Notice, mail_once
from mailing.services import cancel_campaign
from relations.models import Role, UserEventRelation

LEFT_TO_SEND = (CampaignStatus.FREEZING, CampaignStatus.SENDING, CampaignStatus.PAUSED)


@receiver(events_changed)
def tell_of_changes(*, events: Sequence[Event], **_kwargs: Any) -> None:
    """Tell them, in the transaction of the change; what they have not been sent of an earlier change is cancelled.

    The mail shows the event as it is when it is sent. Nobody hears of drafts, or of what is cancelled or over.
    """
    told = [one for one in events if one.status == EventStatus.ACTIVE and not one.is_over()]
    with_people = _with_people(told) if told else set()
    told = [one for one in told if one.pk in with_people]
    if not told:
        return
    outdated = Campaign.objects.filter(
        registration_mail__event__in=told, registration_mail__kind=Kind.CHANGED, status__in=LEFT_TO_SEND
    )
    for earlier in outdated.select_for_update(of=("self",)).order_by("pk"):
        cancel_campaign(campaign=earlier)
    mail_once(Kind.CHANGED, [Notice(one.pk, one.version, ArraySubquery(_people(one).values("user"))) for one in told])
    ring()


def _people(event: Any) -> "QuerySet[UserEventRelation]":
    return UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE).live().order_by()


def _with_people(events: Sequence[Event]) -> set[UUID]:
    """Return those of ``events`` that have somebody to tell."""
    rows = Event.objects.filter(Exists(_people(OuterRef("pk"))), pk__in=[one.pk for one in events])
    return set(rows.values_list("pk", flat=True))
