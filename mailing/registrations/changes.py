"""Mail about an event that was changed: to all who hold a place or wait for one, once for each version of the event."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.dispatch import receiver

from events.models import Event, EventStatus
from events.signals import event_changed
from mailing.doorbell import ring
from mailing.models import Campaign, CampaignStatus
from mailing.models import RegistrationMailKind as Kind
from mailing.registrations.campaigns import mail_once
from mailing.services import cancel_campaign
from relations.models import Role, UserEventRelation

LEFT_TO_SEND = (CampaignStatus.FREEZING, CampaignStatus.SENDING, CampaignStatus.PAUSED)


@receiver(event_changed)
def tell_of_change(*, event: Event, **_kwargs: Any) -> None:
    """Tell them, in the transaction of the change; what they have not been sent of an earlier change is cancelled.

    The mail shows the event as it is when it is sent. Nobody hears of drafts, or of what is cancelled or over.
    """
    people = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE).live()
    if event.status != EventStatus.ACTIVE or event.is_over() or not people.exists():
        return
    for earlier in Campaign.objects.filter(
        registration_mail__event=event, registration_mail__kind=Kind.CHANGED, status__in=LEFT_TO_SEND
    ):
        cancel_campaign(campaign=earlier)
    mail_once(event.pk, Kind.CHANGED, edition=event.version, people=ArraySubquery(people.order_by().values("user")))
    ring()
