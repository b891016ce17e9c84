"""Freezing: an audience becomes deliveries, a portion at a time, each with its checkpoint in the same transaction.

Whom a filter finds is looked up in larger steps and kept beside the checkpoint for the portions that follow.
Killed at any moment and run again, it gives exactly the audience: nobody twice, and nobody missing.
"""

import logging
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import InvalidInput
from mailing.audience import look_ahead, next_people
from mailing.models import Audience, Campaign, CampaignStatus
from mailing.optouts import OPTED_OUT
from mailing.policy import Policy

logger = logging.getLogger(__name__)
MAY_SEND = "mailing.add_campaign"

# The address can be somebody else's delivery already where two people passed it on between two portions.
DELIVER = f"""
    INSERT INTO mailing_delivery (campaign_id, user_id, address, next_attempt_at)
    SELECT %(campaign)s, u.id, u.email, clock_timestamp()
      FROM users_user u JOIN mailing_campaign c ON c.id = %(campaign)s
      LEFT JOIN mailing_suppression s ON s.address = u.email {OPTED_OUT}
     WHERE u.id = ANY(%(people)s) AND u.email IS NOT NULL AND u.is_active AND s.id IS NULL AND o.scope IS NULL
     ORDER BY u.id
    ON CONFLICT DO NOTHING
"""  # noqa: S608  # a constant
# Whoever of the portion has no delivery now is left out. That somebody was named twice matters only if they get mail.
LEAVE_OUT = f"""
    INSERT INTO mailing_campaignexclusion (campaign_id, user_id, given, email, reason, detail)
    SELECT %(campaign)s, u.id, '', COALESCE(u.email, ''), r.reason,
           CASE r.reason WHEN 'unsubscribed' THEN o.scope ELSE '' END
      FROM users_user u JOIN mailing_campaign c ON c.id = %(campaign)s
      LEFT JOIN mailing_suppression s ON s.address = u.email {OPTED_OUT}
     CROSS JOIN LATERAL (
               SELECT CASE WHEN u.email IS NULL THEN 'no_address' WHEN NOT u.is_active THEN 'inactive'
                           WHEN s.id IS NOT NULL THEN 'suppressed' WHEN o.scope IS NOT NULL THEN 'unsubscribed'
                           ELSE 'duplicate' END AS reason) r
     WHERE u.id = ANY(%(people)s)
       AND NOT EXISTS (SELECT FROM mailing_delivery d WHERE d.campaign_id = %(campaign)s AND d.user_id = u.id)
     ORDER BY u.id
    ON CONFLICT (campaign_id, user_id) WHERE user_id IS NOT NULL
    DO UPDATE SET reason = EXCLUDED.reason, detail = EXCLUDED.detail
"""  # noqa: S608  # a constant


class SenderError(Exception):
    """The campaign's sender lost the right to send before its audience was complete."""


@transaction.atomic
def freeze_portion(policy: Policy) -> Campaign | None:
    """Freeze the next portion of a campaign that no other worker freezes, and return it; None when there is none.

    One that cannot be frozen is paused and says why: it keeps no other from being frozen or sent.
    """
    waiting = Campaign.objects.filter(status=CampaignStatus.FREEZING).order_by(
        "-lane", "id"
    )  # transactional ones first
    campaign = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if campaign is None:
        return None
    try:
        with transaction.atomic():
            _freeze(campaign, policy)
    except SenderError as error:
        hold(campaign, str(error))
    except (OperationalError, InterfaceError):
        raise
    except InvalidInput as error:  # what the filter names was there when the campaign was made, and is gone
        hold(campaign, _("Its audience can no longer be found. %s") % error)
    except Exception as error:
        logger.exception("Campaign %s cannot be frozen.", campaign.pk)
        hold(campaign, _("Its audience cannot be found: %s") % error)
    return campaign


def _freeze(campaign: Campaign, policy: Policy) -> None:
    audience = Audience.objects.select_related("campaign__created_by").defer("people", "ahead").get(campaign=campaign)
    sender = audience.campaign.created_by
    if sender and not sender.has_perm(MAY_SEND):  # who sees nobody would mail nobody, and nobody would know
        raise SenderError(_("Its sender, %s, may no longer send mail: restore this right, or cancel it.") % sender)
    if ids := next_people(audience, policy.freeze_size):
        freeze_people(audience, ids)
    elif not look_ahead(audience, policy.look_ahead):  # a step of its own, so that no step takes longer for it
        complete(campaign)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE mailing_delivery")  # the planner has not seen so many rows of one campaign yet


def freeze_people(audience: Audience, ids: list[UUID]) -> None:
    """Freeze the people ``ids``, who come next in ``audience``, in their order. The campaign is locked."""
    _divide(audience.pk, ids)
    audience.frozen_through = ids[-1]
    audience.save(update_fields=["frozen_through"])


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


@transaction.atomic
def hold_campaign(campaign_id: UUID, trouble: str) -> None:
    """Pause the campaign as ``hold`` does, if it still sends. Locks it."""
    sending = Campaign.objects.filter(pk=campaign_id, status=CampaignStatus.SENDING)
    if campaign := sending.select_for_update(no_key=True).first():
        hold(campaign, trouble)


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
