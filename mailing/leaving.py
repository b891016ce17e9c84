"""Links that unsubscribe: a token names one campaign's mail to one person, and only this installation can make it.

Whoever has the mail has the link, so it can do no more than say what its person wants; it shows their address masked.
It stands for a person and a campaign by their ids, not for a row that is counted: a link of old mail does not become
another person's in a database that was restored or begun anew.
"""

import base64
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from mailing.models import Campaign, Delivery
from users.models import User

LENGTH = 32  # bytes: two ids


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a token stands for. ``campaign`` is None where it is gone; ``address`` is the one that had the mail."""

    person: User
    campaign: Campaign | None
    address: str


def unsubscribe_token(campaign_id: UUID, user_id: UUID) -> str:
    """Return the token of a mail: 87 characters that are safe in addresses and that mail programs leave alone."""
    return _signer().sign(base64.urlsafe_b64encode(campaign_id.bytes + user_id.bytes).rstrip(b"=").decode())


def unsubscribe_address(campaign_id: UUID, user_id: UUID) -> str:
    """Return where this mail is unsubscribed from: by whoever opens it and says so, or by their mail program."""
    return f"{settings.PUBLIC_URL}{reverse('unsubscribe', args=[unsubscribe_token(campaign_id, user_id)])}"


def leaving_of(token: str) -> Leaving | None:
    """Return what ``token`` stands for; None: we did not make it, or the person is gone (three queries at most)."""
    try:
        named = base64.urlsafe_b64decode(_signer().unsign(token) + "=")
    except (BadSignature, ValueError):
        return None
    if len(named) != LENGTH:
        return None
    campaign_id, user_id = UUID(bytes=named[:16]), UUID(bytes=named[16:])
    person = User.objects.filter(pk=user_id).first()
    if person is None:
        return None
    campaign = Campaign.objects.select_related("category", "event").filter(pk=campaign_id).first()
    mailed = Delivery.objects.filter(campaign=campaign_id, user=user_id).values_list("address", flat=True).first()
    return Leaving(person, campaign, mailed or person.email or "")


def masked(address: str) -> str:
    """Return an address as its owner knows it again, and nobody else learns it: ``a…@example.com``."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}" if name else "…"


def _signer() -> Signer:
    return Signer(sep=".", salt="mailing.unsubscribe")  # signs with SECRET_KEY, and reads what its fallbacks signed
