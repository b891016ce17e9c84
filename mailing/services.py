"""What can be done to campaigns. API, admin and commands all come through here."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from events.models import Event
from mailing.audience import Choice, first_people, forget_ahead
from mailing.content import Content
from mailing.counts import keep_counts
from mailing.doorbell import ring
from mailing.freeze import begin, complete, freeze_people
from mailing.models import Campaign, CampaignStatus, Delivery, DeliveryStatus, Lane, MailCategory
from mailing.policy import FROZEN_AT_ONCE
from users.models import User

STOPPABLE = (CampaignStatus.FREEZING, CampaignStatus.SCHEDULED, CampaignStatus.SENDING)
OUTCOMES = {"sent": DeliveryStatus.SENT, "failed": DeliveryStatus.FAILED, "resend": DeliveryStatus.QUEUED}


class AlreadySentError(Exception):
    """A form was sent twice, as by a double click; ``campaign`` is what the first time made."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(str(campaign))
        self.campaign = campaign


@transaction.atomic
def create_campaign(
    *,
    content: Content,
    choice: Choice,
    sender: User | None,
    scheduled_at: datetime | None = None,
    lane: str = Lane.CAMPAIGN,
    category: MailCategory | None = None,
    event: Event | None = None,
    form_token: UUID | None = None,
) -> Campaign:
    """Make a campaign and let it begin, at once or at ``scheduled_at``.

    Who does without its ``category`` (the content's own unless another is given), or without mail about its ``event``,
    is left out; of the transactional lane nobody does. An audience of up to 1,000 is frozen when this returns, a larger
    one by a worker. A sender of None is an operator. A ``form_token`` makes one campaign: once more, and it raises
    ``AlreadySentError`` with that one.
    """
    if form_token:
        _use_up(form_token)
    campaign = Campaign(
        template=content.template,
        subject=content.subject,
        text=content.text,
        html=content.html,
        lane=lane,
        category=category or content.category,
        event=event,
        scheduled_at=scheduled_at,
        created_by=sender,
        form_token=form_token,
        status=CampaignStatus.FREEZING,
    )
    campaign.full_clean()
    campaign.save(force_insert=True)
    audience = choice.store(campaign)
    ids = first_people(audience, FROZEN_AT_ONCE + 1)
    if len(ids) <= FROZEN_AT_ONCE:
        if ids:
            freeze_people(audience, ids)
        complete(campaign)
    ring()
    campaign.refresh_from_db()
    return campaign


def _use_up(form_token: UUID) -> None:
    """Raise ``AlreadySentError`` if the form was sent. Waits for another sending of it that is not over yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mailing.form/{form_token}"])
    if made := Campaign.objects.filter(form_token=form_token).first():
        raise AlreadySentError(made)


@transaction.atomic
def pause_campaign(*, campaign: Campaign) -> Campaign:
    """Stop a campaign for a while. Once this has committed nothing more of it is handed over."""
    locked = _locked(campaign)
    if locked.status == CampaignStatus.PAUSED:
        return locked
    if locked.status not in STOPPABLE:
        raise Conflict(_("This campaign is %s: there is nothing to pause.") % locked.get_status_display())
    return _changed(locked, CampaignStatus.PAUSED)


@transaction.atomic
def resume_campaign(*, campaign: Campaign) -> Campaign:
    """Let a paused campaign go on where it stopped."""
    locked = _locked(campaign)
    if locked.status in STOPPABLE:
        return locked
    if locked.status != CampaignStatus.PAUSED:
        raise Conflict(_("This campaign is %s: only a paused one can go on.") % locked.get_status_display())
    forget_ahead(locked)  # nobody knows how long it was paused
    begin(locked)
    locked.trouble = ""
    ring()
    return _stored(locked, "status", "started_at", "trouble")


@transaction.atomic
def cancel_campaign(*, campaign: Campaign) -> Campaign:
    """End a campaign for good. What is queued is taken out by a worker; what was sent stays sent."""
    locked = _locked(campaign)
    if locked.status == CampaignStatus.CANCELLED:
        return locked
    if locked.status == CampaignStatus.SENT:
        raise Conflict(_("This campaign is sent: there is nothing to cancel."))
    ring()
    return _changed(locked, CampaignStatus.CANCELLED)


@transaction.atomic
def settle_campaign(*, campaign: Campaign, outcome: str) -> int:
    """Decide on the deliveries that are in doubt, and return how many there were.

    ``outcome``: ``sent`` or ``failed`` takes their fate as known; ``resend`` sends them again, with the same
    Message-ID, at the risk that somebody gets two. Why they were in doubt is kept with those that failed alone.
    """
    locked = _locked(campaign)
    if outcome == "resend" and locked.status == CampaignStatus.CANCELLED:
        raise Conflict(_("This campaign is cancelled: what is in doubt can be settled as sent or failed only."))
    now = clock.now()
    doubtful = Delivery.objects.filter(campaign=locked, status=DeliveryStatus.IN_DOUBT)
    settled = doubtful.update(
        status=OUTCOMES[outcome],
        sent_at=now if outcome == "sent" else None,
        next_attempt_at=now,
        error=F("error") if outcome == "failed" else "",
    )
    if settled and outcome == "resend" and locked.status == CampaignStatus.SENT:
        locked.finished_at = locked.final_counts = None
        begin(locked)
        _stored(locked, "finished_at", "final_counts", "status", "started_at")
    elif settled and locked.finished_at:
        keep_counts(locked.pk)
    ring()
    return settled


def _locked(campaign: Campaign) -> Campaign:
    """Lock the campaign: waits for gates that are open, and later ones wait for it."""
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def _changed(campaign: Campaign, status: CampaignStatus) -> Campaign:
    campaign.status = status
    return _stored(campaign, "status")


def _stored(campaign: Campaign, *fields: str) -> Campaign:
    campaign.save(update_fields=fields)
    campaign.refresh_from_db()
    return campaign
