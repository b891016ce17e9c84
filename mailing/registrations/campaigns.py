"""The campaigns that mails about registrations are deliveries of: one for each event and kind of mail."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models.expressions import Combinable
from django.utils import timezone as clock

from mailing.models import Audience, Campaign, CampaignStatus, Lane, RegistrationMail

PARTS = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}
# A line of a template in whose place comes a piece that several of them share.
INCLUDE = re.compile(r"^ *\{% include \"([a-z]+\.(?:html|txt))\" %\}\n", re.MULTILINE)


def open_campaign(event_id: UUID, kind: str) -> None:
    """Make the campaign of one kind of mail about an event, to which lines of the ledger add deliveries."""
    now = clock.now()
    campaign = _campaign(kind, status=CampaignStatus.SENDING, frozen_count=0, started_at=now)
    campaign.save(force_insert=True)
    RegistrationMail.objects.create(campaign=campaign, event_id=event_id, kind=kind)


@dataclass(frozen=True, slots=True)
class Notice:
    """An ``edition`` of a mail about one event, and a query for the ids of the ``people`` who are to get it."""

    event_id: UUID
    edition: int
    people: Combinable


def mail_once(kind: str, notices: Iterable[Notice]) -> None:
    """Make a campaign of each notice, which a worker freezes in portions: three queries, however many they are.

    An event has one for each edition of the ``kind``.
    """
    made = [(_campaign(kind, status=CampaignStatus.FREEZING), notice) for notice in notices]
    Campaign.objects.bulk_create(campaign for campaign, _notice in made)
    RegistrationMail.objects.bulk_create(
        RegistrationMail(campaign=campaign, event_id=notice.event_id, kind=kind, edition=notice.edition)
        for campaign, notice in made
    )
    Audience.objects.bulk_create(Audience(campaign=campaign, people=notice.people) for campaign, notice in made)


def _campaign(kind: str, **fields: object) -> Campaign:
    return Campaign(template=f"registration/{kind}", lane=Lane.TRANSACTIONAL, **content_of(kind), **fields)


@cache
def content_of(kind: str) -> dict[str, str]:
    """Return the file templates of ``kind``, read once, with the pieces in them that they share."""
    return {part: INCLUDE.sub(_piece, _read(kind, name)).strip() for part, name in PARTS.items()}


def _piece(found: re.Match[str]) -> str:
    return _read("pieces", found[1])


def _read(folder: str, name: str) -> str:
    return (Path(settings.BASE_DIR) / "templates" / "email" / "registration" / folder / "en" / name).read_text("utf-8")
