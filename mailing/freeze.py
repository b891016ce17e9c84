"""Freezing: an audience becomes deliveries, a portion at a time, each with its checkpoint in the same transaction.

Killed at any moment and run again, it gives exactly the audience: nobody twice, and nobody missing.
"""

import logging
from time import monotonic
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import InvalidInput
from mailing.audience import next_people
from mailing.models import Audience, Campaign, CampaignStatus
from mailing.policy import Policy

logger = logging.getLogger(__name__)

# The address can be somebody else's delivery already where two people passed it on between two portions.
DELIVER = """
    INSERT INTO mailing_delivery (campaign_id, user_id, address, next_attempt_at)
    SELECT %(campaign)s, u.id, u.email, clock_timestamp()
      FROM users_user u LEFT JOIN mailing_suppression s ON s.address = u.email
     WHERE u.id = ANY(%(people)s) AND u.email IS NOT NULL AND u.is_active AND s.id IS NULL
     ORDER BY u.id
    ON CONFLICT DO NOTHING
"""
# Whoever of the portion has no delivery now is left out. That somebody was named twice matters only if they get mail.
LEAVE_OUT = """
    INSERT INTO mailing_campaignexclusion (campaign_id, user_id, given, email, reason)
    SELECT %(campaign)s, u.id, '', COALESCE(u.email, ''),
           CASE WHEN u.email IS NULL THEN 'no_address' WHEN NOT u.is_active THEN 'inactive'
                WHEN s.id IS NOT NULL THEN 'suppressed' ELSE 'duplicate' END
      FROM users_user u LEFT JOIN mailing_suppression s ON s.address = u.email
     WHERE u.id = ANY(%(people)s)
       AND NOT EXISTS (SELECT FROM mailing_delivery d WHERE d.campaign_id = %(campaign)s AND d.user_id = u.id)
     ORDER BY u.id
    ON CONFLICT (campaign_id, user_id) WHERE user_id IS NOT NULL DO UPDATE SET reason = EXCLUDED.reason
"""


def freeze_pending(policy: Policy, ends: float) -> None:
    """Freeze campaigns that wait for it, until ``ends`` (by the monotonic clock)."""
    while monotonic() < ends and (campaign := freeze_portion(policy)):
        if campaign.frozen_count is not None:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE mailing_delivery")  # the planner has not seen so many rows of one campaign yet


@transaction.atomic
def freeze_portion(policy: Policy) -> Campaign | None:
    """Freeze the next portion of a campaign that no other worker freezes, and return it; None when there is none."""
    waiting = Campaign.objects.filter(status=CampaignStatus.FREEZING).order_by("id")
    campaign = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if campaign is None:
        return None
    audience = Audience.objects.select_related("campaign__created_by").defer("people").get(campaign=campaign)
    try:
        if not freeze_next(audience, policy.freeze_size):
            complete(campaign)
    except InvalidInput as error:  # what the filter names was there when the campaign was made, and is gone
        hold(campaign, _("Its audience can no longer be found. %s") % error)
    return campaign


def freeze_next(audience: Audience, size: int) -> int:
    """Freeze the next ``size`` people of ``audience``, and return how many there were. The campaign is locked."""
    ids = next_people(audience, size)
    if ids:
        _divide(audience.pk, ids)
        audience.frozen_through = ids[-1]
        audience.save(update_fields=["frozen_through"])
    return len(ids)


def complete(campaign: Campaign) -> None:
    """Note how many deliveries the campaign became, and let it begin, now or at its time; of none, it is over."""
    campaign.frozen_count = campaign.deliveries.count()
    begin(campaign)
    if not campaign.frozen_count:
        campaign.status, campaign.finished_at, campaign.final_counts = CampaignStatus.SENT, clock.now(), {}
    campaign.save(update_fields=["frozen_count", "status", "started_at", "finished_at", "final_counts"])


def hold(campaign: Campaign, trouble: str) -> None:
    """Pause the campaign until somebody has mended what is wrong, and resumes it."""
    logger.warning("Campaign %s is paused. %s", campaign.pk, trouble)
    campaign.status, campaign.trouble = CampaignStatus.PAUSED, trouble
    campaign.save(update_fields=["status", "trouble"])


def begin(campaign: Campaign) -> None:
    """Set what a campaign that nothing holds back does now: freeze, wait for its time, or send."""
    if campaign.frozen_count is None:
        campaign.status = CampaignStatus.FREEZING
    elif campaign.scheduled_at and campaign.scheduled_at > clock.now():
        campaign.status = CampaignStatus.SCHEDULED
    else:
        campaign.status = CampaignStatus.SENDING
        campaign.started_at = campaign.started_at or clock.now()


def _divide(campaign_id: UUID, people: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DELIVER, {"campaign": campaign_id, "people": people})
        cursor.execute(LEAVE_OUT, {"campaign": campaign_id, "people": people})
