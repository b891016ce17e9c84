"""The outbox's statements: each takes rows from one state to the next, and only by the token of their claim.

All times are the database's. A row's way: queued → claimed → sending → sent (or failed, suppressed, in doubt).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from mailing.leaving import unsubscribe_address
from mailing.messages import Listing, message_id
from mailing.models import Lane
from mailing.optouts import OPTED_OUT
from mailing.policy import Policy
from mailing.rendering import values_of

CLAIM = """
    WITH picked AS (
        SELECT id FROM mailing_delivery
         WHERE campaign_id = %s AND status = 'queued' AND next_attempt_at <= clock_timestamp()
         ORDER BY next_attempt_at, id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    UPDATE mailing_delivery d
       SET status = 'claimed', token = %s, lease_until = clock_timestamp() + make_interval(secs => %s)
      FROM picked WHERE d.id = picked.id RETURNING d.id
"""
# Pausing or cancelling waits for this lock and is waited for: nothing is gated after its commit.
CAMPAIGN_IS_SENDING = "SELECT 1 FROM mailing_campaign WHERE id = %s AND status = 'sending' FOR SHARE"
HOLD = """
    SELECT id FROM mailing_delivery
     WHERE id = ANY(%s) AND token = %s AND status = 'claimed'
       AND lease_until > clock_timestamp() + make_interval(secs => %s)
     ORDER BY id FOR UPDATE
"""
# Suppressed addresses get no mail of any sort; opting out keeps back mail to many alone, not what somebody waits for.
WHY_NOT = """
           CASE WHEN s.id IS NOT NULL THEN 'suppressed'
                WHEN d.user_id IS NULL THEN ''
                WHEN NOT u.is_active THEN 'inactive'
                WHEN u.email IS DISTINCT FROM d.address THEN 'moved'
                WHEN o.scope IS NOT NULL THEN 'unsubscribed'
                ELSE '' END
"""
INSPECTED = f"""
      FROM mailing_delivery d
      JOIN mailing_campaign c ON c.id = d.campaign_id
      LEFT JOIN mailing_mailcategory k ON k.id = c.category_id
      LEFT JOIN users_user u ON u.id = d.user_id
      LEFT JOIN mailing_suppression s ON s.address = d.address {OPTED_OUT}
"""
# A statement of its own: it sees every suppression and every opt-out that was committed before the rows were locked.
INSPECT = f"""
    SELECT d.id, d.address, d.message_id, d.attempts, d.user_id, c.lane, k.key, {WHY_NOT},
           COALESCE(u.first_name, ''), COALESCE(u.last_name, ''), COALESCE(u.job_title, ''), COALESCE(u.company, ''),
           COALESCE(u.city, ''), COALESCE(u.state, '')
     {INSPECTED}
     WHERE d.id = ANY(%s) ORDER BY d.id
"""
INSPECT_AGAIN = f"SELECT {WHY_NOT} {INSPECTED} WHERE d.id = %s"
BARRED = {
    "suppressed": gettext_lazy("The address is suppressed."),
    "inactive": gettext_lazy("The person is no longer active."),
    "moved": gettext_lazy("The person has another address now."),
    "unsubscribed": gettext_lazy("The person has unsubscribed."),
}
REASON = 7  # the column that says why not
LET_THROUGH = """
    UPDATE mailing_delivery d
       SET status = 'sending', message_id = p.message_id, lease_until = clock_timestamp() + make_interval(secs => %s)
      FROM unnest(%s::bigint[], %s::text[]) AS p (id, message_id) WHERE d.id = p.id
"""
SUPPRESS = """
    UPDATE mailing_delivery d SET status = 'suppressed', error = p.error, token = NULL, lease_until = NULL
      FROM unnest(%s::bigint[], %s::text[]) AS p (id, error) WHERE d.id = p.id
"""
SETTLE = """
    UPDATE mailing_delivery
       SET status = %(status)s, error = %(error)s, token = NULL, lease_until = NULL, attempts = attempts + %(burnt)s,
           next_attempt_at = clock_timestamp() + make_interval(secs => %(wait)s),
           sent_at = CASE WHEN %(status)s = 'sent' THEN clock_timestamp() END
     WHERE id = %(id)s AND token = %(token)s AND status IN ('sending', 'claimed')
"""
HOLD_BACK = "UPDATE mailing_delivery SET status = 'claimed' WHERE id = %s AND token = %s AND status = 'sending'"
RELEASE = """
    UPDATE mailing_delivery SET status = 'queued', token = NULL, lease_until = NULL
     WHERE token = %s AND status IN ('claimed', 'sending') AND id = ANY(%s)
"""


@dataclass(slots=True)
class Claim:
    """Rows of one campaign that this worker alone may send, until ``ends`` by its own monotonic clock."""

    campaign_id: UUID
    lane: str
    ids: list[int]
    ends: float
    token: UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True, slots=True)
class Gated:
    """One row that may be handed over now, with what its templates are filled in with.

    ``listed`` is what receivers are told of mail to many; None: somebody waits for it.
    """

    id: int
    address: str
    message_id: str
    attempts: int
    values: dict[str, str]
    listed: Listing | None = None


def claim(campaign_id: UUID, lane: str, policy: Policy) -> Claim:
    """Claim the next rows of a campaign that are due, in their order."""
    claimed = Claim(campaign_id, lane, [], monotonic() + policy.lease)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [campaign_id, policy.claim_size, claimed.token, policy.lease])
        claimed.ids = sorted(row[0] for row in cursor.fetchall())  # RETURNING promises no order
    return claimed


def gate(claimed: Claim, ids: Sequence[int], policy: Policy) -> list[Gated] | None:
    """Take those of ``ids`` that may still be sent to ``sending``, and renew their lease.

    None when the campaign no longer sends, or the claim is lost. Locks the campaign (shared), then the rows by id.
    """
    started = monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CAMPAIGN_IS_SENDING, [claimed.campaign_id])
        if not cursor.fetchone():
            return None
        cursor.execute(HOLD, [list(ids), claimed.token, policy.deadline])
        held = [row[0] for row in cursor.fetchall()]
        if not held:
            return None
        cursor.execute(INSPECT, [held])
        rows = cursor.fetchall()
        refused = [(row[0], str(BARRED[row[REASON]])) for row in rows if row[REASON]]
        passed = [_gated(claimed.campaign_id, row) for row in rows if not row[REASON]]
        cursor.execute(SUPPRESS, [[row[0] for row in refused], [row[1] for row in refused]])
        cursor.execute(LET_THROUGH, [policy.lease, [row.id for row in passed], [row.message_id for row in passed]])
    claimed.ends = started + policy.lease
    return passed


def _gated(campaign_id: UUID, row: tuple[Any, ...]) -> Gated:
    delivery_id, address, stored, attempts, user_id, lane, category, _barred, *known = row
    first, last, job_title, company, city, state = known
    leaving = unsubscribe_address(campaign_id, user_id) if lane == Lane.CAMPAIGN and user_id else ""
    return Gated(
        id=delivery_id,
        address=address,
        message_id=stored or message_id(campaign_id, delivery_id),
        attempts=attempts,
        values=values_of(
            first_name=first,
            last_name=last,
            email=address,
            job_title=job_title,
            company=company,
            city=city,
            state=state,
            unsubscribe_url=leaving,
        ),
        listed=Listing(leaving, category or "", campaign_id) if leaving else None,
    )


def barred(delivery_id: int) -> str:
    """Return why a row that passed the gate may not be sent any more; nothing where it may."""
    with connection.cursor() as cursor:
        cursor.execute(INSPECT_AGAIN, [delivery_id])
        row = cursor.fetchone()
    return str(BARRED[row[0]]) if row and row[0] else ""


def settle(claimed: Claim, delivery_id: int, status: str, *, error: str = "", wait: float = 0, burnt: int = 1) -> bool:
    """Record what became of a row that was handed over. False when the claim was lost meanwhile: then hands off."""
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            {
                "id": delivery_id,
                "token": claimed.token,
                "status": status,
                "error": error,
                "wait": wait,
                "burnt": burnt,
            },
        )
        return bool(cursor.rowcount)


def hold_back(claimed: Claim, delivery_id: int) -> bool:
    """Take a row that was surely not sent out of ``sending``. False as for ``settle``."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD_BACK, [delivery_id, claimed.token])
        return bool(cursor.rowcount)


def release(claimed: Claim, ids: Sequence[int]) -> None:
    """Give rows that were not handed over back to the queue; no attempt is burnt."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [claimed.token, list(ids)])
