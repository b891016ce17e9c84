"""The ledger: how many deliveries of a campaign are in each state, and their sum.

Deliveries of a campaign that goes on are counted when asked. One that is finished keeps its counts: whoever changes a
delivery of it holds the campaign's lock and calls ``keep_counts``; ``check_deliveries`` compares.
"""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Count

from mailing.models import CampaignExclusion, DeliveryStatus

# The names of the counts in their order.
COUNT_NAMES = (*DeliveryStatus.values, "frozen")
# The deliveries of the campaign ``c``, counted; a state without any is left out.
COUNTED = """(
    SELECT COALESCE(jsonb_object_agg(s.status, s.number), '{}')
      FROM (SELECT d.status, count(*) AS number FROM mailing_delivery d WHERE d.campaign_id = c.id GROUP BY d.status) s
)"""
KNOWN = f"SELECT c.id, COALESCE(c.final_counts, {COUNTED}) FROM mailing_campaign c WHERE c.id = ANY(%s)"  # noqa: S608  # a constant
KEEP = f"UPDATE mailing_campaign c SET final_counts = {COUNTED} WHERE c.id = %s"  # noqa: S608  # a constant


def counts_of(campaign_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the counts of several campaigns by one query: each state's, and ``frozen``, which is their sum."""
    counts = {pk: dict.fromkeys(COUNT_NAMES, 0) for pk in campaign_ids}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(counts)])
        for campaign, known in cursor.fetchall():
            numbers: dict[str, int] = json.loads(known)
            counts[campaign] |= numbers
            counts[campaign]["frozen"] = sum(numbers.values())
    return counts


def keep_counts(campaign_id: UUID) -> None:
    """Count the deliveries of a finished campaign once more. The caller holds the campaign's lock."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [campaign_id])


def exclusions_of(campaign_id: UUID) -> dict[str, int]:
    """Return how many were left out of a campaign, by reason."""
    rows = CampaignExclusion.objects.filter(campaign=campaign_id).order_by("reason").values_list("reason")
    return dict(rows.annotate(number=Count("*")))
