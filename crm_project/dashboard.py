"""The first page of the admin: figures, events and attendance by month, what comes next, how mail goes."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm_project.attendance import attendance_by_month
from events.admin.markup import capacity_bar
from events.models import Event
from mailing.admin.markup import campaign_badge, progress_bar
from mailing.counts import counts_of
from mailing.models import Campaign, Delivery
from users.admin.changelist import capped_count, shown_count
from users.markup import link, moment
from users.models import User

EVENTS_SHOWN = 6
CAMPAIGNS_SHOWN = 5
COUNTED_AT_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Card:
    """One figure and where it leads."""

    title: str
    figure: str
    icon: str
    href: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the caller may see: about ten queries, none of which reads a whole big table."""
    user: Any = request.user
    sees_events, sees_mail = user.has_perm("events.view_event"), user.has_perm("mailing.view_campaign")
    return {
        **context,
        "title": _("Dashboard"),
        "cards": _cards(user),
        "chart": attendance_by_month(user) if sees_events else None,
        "event_table": _events(user) if sees_events else None,
        "campaign_table": _campaigns(user) if sees_mail else None,
    }


def _cards(user: Any) -> list[Card]:
    lists = (
        ("users.view_user", _("People"), "group", "users_user", "", User.objects.visible_to(user)),
        ("events.view_event", _("Events"), "event", "events_event", "", Event.objects.visible_to(user)),
        ("events.view_event", _("Upcoming events"), "upcoming", "events_event", "?when=upcoming", _upcoming(user)),
        ("mailing.view_delivery", _("Mails sent"), "outgoing_mail", "mailing_delivery", "?status=sent", _sent(user)),
    )
    return [
        Card(title, _figure(rows), icon, reverse(f"admin:{model}_changelist") + query)
        for permission, title, icon, model, query, rows in lists
        if user.has_perm(permission)
    ]


def _figure(rows: Any) -> str:
    return shown_count(rows, capped_count(rows, COUNTED_AT_MOST), COUNTED_AT_MOST)


def _upcoming(user: Any) -> Any:
    return Event.objects.visible_to(user).upcoming()


def _sent(user: Any) -> Any:
    return Delivery.objects.visible_to(user).filter(status="sent")


def _events(user: Any) -> dict[str, Any]:
    """Return the next events or, where nothing is ahead, the latest ones."""
    events = Event.objects.visible_to(user).annotate(taken=F("capacity__taken"), waiting=F("capacity__waiting"))
    ahead = events.filter(status="active", start_at__gte=clock.now()).order_by("start_at", "pk")
    shown, title = list(ahead[:EVENTS_SHOWN]), _("Next events")
    if not shown:
        shown, title = list(events.order_by("-start_at", "-pk")[:EVENTS_SHOWN]), _("Latest events")
    headings = [_("Event"), _("Start"), _("Seats")]
    return {"title": title, "table": {"headers": headings, "rows": [_event_row(event) for event in shown]}}


def _event_row(event: Any) -> list[SafeString | str]:
    seats = capacity_bar(event.max_capacity, event.taken or 0, event.waiting or 0)
    return [link(event), moment(event.start_at, event.timezone), seats]


def _campaigns(user: Any) -> dict[str, Any]:
    campaigns = list(Campaign.objects.visible_to(user).with_events().order_by("-pk")[:CAMPAIGNS_SHOWN])
    counts = counts_of(campaign.pk for campaign in campaigns)
    rows = [
        [link(campaign), campaign_badge(campaign.status), progress_bar(counts[campaign.pk])] for campaign in campaigns
    ]
    return {"table": {"headers": [_("Campaign"), _("Status"), _("Done")], "rows": rows}}
