"""The campaigns that mails about registrations are deliveries of: one for each event and kind of mail."""

from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models.expressions import Combinable
from django.utils import timezone as clock

from mailing.models import Audience, Campaign, CampaignStatus, Lane, RegistrationMail

PARTS = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}


def open_campaign(event_id: UUID, kind: str) -> None:
    """Make the campaign of one kind of mail about an event, to which lines of the ledger add deliveries."""
    now = clock.now()
    campaign = _campaign(kind, status=CampaignStatus.SENDING, frozen_count=0, started_at=now)
    RegistrationMail.objects.create(campaign=campaign, event_id=event_id, kind=kind)


def mail_once(event_id: UUID, kind: str, *, edition: int, people: Combinable) -> None:
    """Make a campaign to ``people`` (a query for their ids), which a worker freezes in portions.

    An event has one for each ``edition`` of the ``kind``.
    """
    campaign = _campaign(kind, status=CampaignStatus.FREEZING)
    RegistrationMail.objects.create(campaign=campaign, event_id=event_id, kind=kind, edition=edition)
    Audience.objects.create(campaign=campaign, people=people)


def _campaign(kind: str, **fields: object) -> Campaign:
    campaign = Campaign(template=f"registration/{kind}", lane=Lane.TRANSACTIONAL, **content_of(kind), **fields)
    campaign.save(force_insert=True)
    return campaign


@cache
def content_of(kind: str) -> dict[str, str]:
    """Return the file templates of ``kind``, read once."""
    folder = Path(settings.BASE_DIR) / "templates" / "email" / "registration" / kind / "en"
    return {part: (folder / name).read_text("utf-8").strip() for part, name in PARTS.items()}
