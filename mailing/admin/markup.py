"""How campaigns and deliveries look."""

import re
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mailing.models import CampaignStatus, DeliveryStatus
from users.markup import badge, bar, number

CAMPAIGN_COLOURS = {
    CampaignStatus.DRAFT: "",
    CampaignStatus.FREEZING: "info",
    CampaignStatus.SCHEDULED: "info",
    CampaignStatus.SENDING: "primary",
    CampaignStatus.PAUSED: "warning",
    CampaignStatus.SENT: "success",
    CampaignStatus.CANCELLED: "danger",
}
# In the order of the bar: what is done first.
DELIVERY_COLOURS = {
    DeliveryStatus.SENT: "success",
    DeliveryStatus.FAILED: "danger",
    DeliveryStatus.SUPPRESSED: "muted",
    DeliveryStatus.CANCELLED: "muted",
    DeliveryStatus.IN_DOUBT: "warning",
    DeliveryStatus.SENDING: "info",
    DeliveryStatus.CLAIMED: "info",
    DeliveryStatus.QUEUED: "",
}
UNDONE = (DeliveryStatus.QUEUED, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING)


def campaign_badge(status: str) -> SafeString:
    """Return a campaign's status as a label."""
    known = CampaignStatus(status)
    return badge(known.label, CAMPAIGN_COLOURS[known])


def delivery_badge(status: str) -> SafeString:
    """Return a delivery's status as a label."""
    known = DeliveryStatus(status)
    colour = DELIVERY_COLOURS[known]
    return badge(known.label, "" if colour == "muted" else colour)


def progress_bar(counts: dict[str, int]) -> SafeString:
    """Return how far a campaign came: a part for each state, and how many are done of how many."""
    frozen = counts["frozen"]
    parts = [(counts[state], colour, state.label) for state, colour in DELIVERY_COLOURS.items() if colour]
    done = frozen - sum(counts[state] for state in UNDONE)
    return bar(parts, frozen, f"{number(done)} / {number(frozen)}")


def ledger(counts: dict[str, int]) -> SafeString | str:
    """Return the ledger in words: what was frozen is the sum of what is in each state."""
    parts = [f"{number(counts[state])} {state.label}" for state in DELIVERY_COLOURS if counts[state]]
    return _("%(frozen)s frozen = %(parts)s") % {"frozen": number(counts["frozen"]), "parts": " + ".join(parts) or "0"}


def state_counts(counts: dict[str, int]) -> str:
    """Return the states that occur with their numbers, in a few words."""
    return " · ".join(f"{number(counts[state])} {state.label}" for state in DELIVERY_COLOURS if counts[state]) or "–"


# A picture that comes with each mail (RFC 2392), and a square in its place where there is no mail.
_BROUGHT = re.compile(r"(?<=[\"'])cid:[\w.@-]+")
_BLANK = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#ddd"/></svg>'
)


def framed(html: str, title: Any) -> SafeString:
    """Return markup of a mail in a frame without scripts, forms, or our cookies; pictures that it brings are blank."""
    html = _BROUGHT.sub(_BLANK, html)
    return format_html('<iframe class="crm-mail" sandbox="" title="{}" srcdoc="{}"></iframe>', title, html)


def preformatted(text: str) -> SafeString:
    """Return plain text with its lines."""
    return format_html('<pre class="crm-text">{}</pre>', text)


def step_page(campaign: Any, step: str) -> str:
    """Return the address of one step that a campaign can take."""
    return reverse("admin:mailing_campaign_step", args=[campaign.pk, step])
