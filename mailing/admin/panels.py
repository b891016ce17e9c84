"""What mail shows on the pages of campaigns and people."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailing.admin.markup import delivery_badge
from mailing.counts import counts_of, exclusions_of
from mailing.models import Campaign, CampaignExclusion, Delivery, DeliveryStatus, ExclusionReason
from users.admin.panels import Link, TablePanel, with_parameters
from users.markup import NOTHING, link, moment, number
from users.models import User

MAY_VIEW = "mailing.view_delivery"


def narrowings(request: HttpRequest, name: str, numbers: list[tuple[str, Any, int]]) -> list[Link]:
    """Return the links that narrow a panel to one value of the parameter ``name``, with their numbers."""
    chosen = request.GET.get(name, "")
    every = ("", _("all"), sum(many for *_value, many in numbers))
    return [
        Link(f"{word} {number(many)}", with_parameters(request, **{name: value, "page": ""}), active=value == chosen)
        for value, word, many in (every, *numbers)
    ]


class DeliveriesOfCampaign(TablePanel):
    """Every mail of a campaign, and what became of it."""

    slug = "deliveries"
    title = gettext_lazy("Deliveries")
    permission = MAY_VIEW
    headings = (
        gettext_lazy("Person"),
        gettext_lazy("Address"),
        gettext_lazy("Status"),
        gettext_lazy("Attempts"),
        gettext_lazy("Sent"),
        gettext_lazy("Trouble"),
    )
    empty = gettext_lazy("No deliveries here.")

    def rows(self, request: HttpRequest, record: Campaign) -> "QuerySet[Any]":
        deliveries = Delivery.objects.visible_to(request.user).filter(campaign=record)
        if (status := request.GET.get("status")) in DeliveryStatus.values:
            deliveries = deliveries.filter(status=status)
        return deliveries.select_related("user").order_by("pk")

    def cells(self, request: HttpRequest, row: Delivery) -> list[Any]:
        outcome = [delivery_badge(row.status), row.attempts, moment(row.sent_at), row.error or NOTHING]
        return [link(row.user), link(row, row.address), *outcome]

    def choices(self, request: HttpRequest, record: Campaign) -> list[Link]:
        counts = counts_of([record.pk])[record.pk]
        occurring = [(state.value, state.label, counts[state]) for state in DeliveryStatus if counts[state]]
        return narrowings(request, "status", occurring)


class LeftOutOfCampaign(TablePanel):
    """Whom a campaign was meant for and who gets no mail, and why."""

    slug = "left-out"
    title = gettext_lazy("Left out")
    permission = "mailing.view_campaignexclusion"
    headings = (gettext_lazy("Who"), gettext_lazy("Address"), gettext_lazy("Why"))
    empty = gettext_lazy("Nobody was left out.")

    def rows(self, request: HttpRequest, record: Campaign) -> "QuerySet[Any]":
        excluded = CampaignExclusion.objects.visible_to(request.user).filter(campaign=record)
        if (reason := request.GET.get("reason")) in ExclusionReason.values:
            excluded = excluded.filter(reason=reason)
        return excluded.select_related("user").order_by("pk")

    def cells(self, request: HttpRequest, row: CampaignExclusion) -> list[Any]:
        said = [row.get_reason_display(), row.get_detail_display()]
        return [link(row.user) if row.user else row.given, row.email or NOTHING, ": ".join(filter(None, said))]

    def choices(self, request: HttpRequest, record: Campaign) -> list[Link]:
        numbers = exclusions_of(record.pk)
        return narrowings(request, "reason", [(key, ExclusionReason(key).label, many) for key, many in numbers.items()])


class MailOfPerson(TablePanel):
    """The mail that a person was sent."""

    slug = "mail"
    title = gettext_lazy("Mail")
    permission = MAY_VIEW
    headings = (
        gettext_lazy("Subject"),
        gettext_lazy("Address"),
        gettext_lazy("Status"),
        gettext_lazy("Sent"),
        gettext_lazy("Trouble"),
    )
    empty = gettext_lazy("No mail was sent to this person.")

    def rows(self, request: HttpRequest, record: User) -> "QuerySet[Any]":
        deliveries = Delivery.objects.visible_to(request.user).filter(user=record)
        return deliveries.select_related("campaign__registration_mail__event").order_by("-pk")

    def cells(self, request: HttpRequest, row: Delivery) -> list[Any]:
        outcome = [delivery_badge(row.status), moment(row.sent_at), row.error or NOTHING]
        return [link(row.campaign), link(row, row.address), *outcome]
