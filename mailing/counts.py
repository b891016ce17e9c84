"""The ledger: how many deliveries of a campaign are in each state, and their sum."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from mailing.models import CampaignExclusion, Delivery, DeliveryStatus


def counts_of(campaign_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the counts of several campaigns by one query: each state's, and ``frozen``, which is their sum."""
    counts = {pk: dict.fromkeys((*DeliveryStatus.values, "frozen"), 0) for pk in campaign_ids}
    rows = Delivery.objects.filter(campaign__in=counts).order_by().values_list("campaign", "status")
    for campaign, status, number in rows.annotate(number=Count("*")):
        counts[campaign][status] = number
        counts[campaign]["frozen"] += number
    return counts


def exclusions_of(campaign_id: UUID) -> dict[str, int]:
    """Return how many were left out of a campaign, by reason."""
    rows = CampaignExclusion.objects.filter(campaign=campaign_id).order_by("reason").values_list("reason")
    return dict(rows.annotate(number=Count("*")))
