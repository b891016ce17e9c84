"""The outbox against what must be true of it at any moment: the check that operators run."""

from django.db import connection

from mailing.counts import COUNTED

# Each finds what cannot be, however often workers were killed.
CHECKS = {
    "has %s deliveries, but froze into %s": """
        SELECT c.id, count(d.id), c.frozen_count
          FROM mailing_campaign c LEFT JOIN mailing_delivery d ON d.campaign_id = c.id
         WHERE c.frozen_count IS NOT NULL AND (c.finished_at IS NOT NULL OR NOT EXISTS (
                   SELECT FROM mailing_registrationmail m WHERE m.campaign_id = c.id AND m.edition = 0))
         GROUP BY c.id HAVING count(d.id) <> c.frozen_count ORDER BY c.id
    """,
    "is %s and finished, but %s of its deliveries are not": """
        SELECT c.id, c.status, count(*)
          FROM mailing_campaign c JOIN mailing_delivery d ON d.campaign_id = c.id
         WHERE c.finished_at IS NOT NULL AND d.status IN ('queued', 'claimed', 'sending')
         GROUP BY c.id ORDER BY c.id
    """,
    "keeps the counts %s, but %s are counted": f"""
        SELECT id, final_counts, counted
          FROM (SELECT c.id, c.final_counts, {COUNTED} AS counted
                  FROM mailing_campaign c WHERE c.finished_at IS NOT NULL) f
         WHERE final_counts IS DISTINCT FROM counted ORDER BY id
    """,  # noqa: S608  # a constant
    "has status %s, but finished at %s": """
        SELECT id, status, finished_at FROM mailing_campaign
         WHERE (status = 'sent' AND finished_at IS NULL)
            OR (status NOT IN ('sent', 'cancelled') AND finished_at IS NOT NULL) ORDER BY id
    """,
    "mailed %s people whom it left out as %s": """
        SELECT e.campaign_id, count(*), e.reason
          FROM mailing_campaignexclusion e
          JOIN mailing_delivery d
            ON d.campaign_id = e.campaign_id AND d.user_id = e.user_id AND d.transition_id IS NULL
         WHERE e.reason <> 'duplicate' GROUP BY e.campaign_id, e.reason ORDER BY 1, 3
    """,
    "has %s deliveries that were handed over without a Message-ID%s": """
        SELECT campaign_id, count(*), '' FROM mailing_delivery
         WHERE status IN ('sending', 'sent', 'in_doubt') AND message_id = ''
         GROUP BY campaign_id ORDER BY campaign_id
    """,
    "has %s deliveries whose worker is gone since %s: no other one has taken them back": """
        SELECT campaign_id, count(*), min(lease_until) FROM mailing_delivery
         WHERE status IN ('claimed', 'sending') AND lease_until < clock_timestamp() - interval '10 minutes'
         GROUP BY campaign_id ORDER BY campaign_id
    """,
}


def find_faults() -> list[str]:
    """Return what is wrong, a line for each campaign and fault; empty when the ledger is sound."""
    found = []
    with connection.cursor() as cursor:
        for fault, query in CHECKS.items():
            cursor.execute(query)
            found += [f"Campaign {campaign} {fault % tuple(rest)}." for campaign, *rest in cursor.fetchall()]
    return found
