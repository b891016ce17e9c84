"""Keeping mail from an address, and letting it flow again; each step of it is written down."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mailing.models import Suppression, SuppressionChange, SuppressionStep
from users.models import User

ADD = """
    INSERT INTO mailing_suppression (address, reason, detail)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) ON CONFLICT (address) DO NOTHING
    RETURNING address, reason, detail
"""
# Waits for a gate that holds one of the rows: nothing is gated once this has committed.
WITHDRAW = """
    WITH held_back AS (
        SELECT id FROM mailing_delivery
         WHERE address = ANY(%s) AND status IN ('queued', 'claimed') ORDER BY id FOR UPDATE
    )
    UPDATE mailing_delivery d SET status = 'suppressed', error = %s, token = NULL, lease_until = NULL
      FROM held_back h WHERE h.id = d.id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """An address that is to get no mail, and why; ``reason`` is one of ``SuppressionReason``."""

    address: str
    reason: str
    detail: str = ""


def suppress(*, address: str, reason: str, detail: str = "", actor: User | None = None) -> bool:
    """Send no more mail to ``address``, nor what is queued for it. False: it was suppressed, and stays as it is."""
    return bool(suppress_all(held=[Held(address, reason, detail)], actor=actor))


@transaction.atomic
def suppress_all(*, held: Sequence[Held], actor: User | None) -> list[str]:
    """Do the same for many; each address once. Return the addresses that were not suppressed before.

    Locks the suppressions in the order of their addresses, then the deliveries by id.
    """
    rows = sorted((one.address.lower(), one.reason, one.detail) for one in held)
    with connection.cursor() as cursor:
        cursor.execute(ADD, [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []])
        added = [Held(*row) for row in cursor.fetchall()]
        cursor.execute(WITHDRAW, [[row[0] for row in rows], _("The address is suppressed.")])
    _note(SuppressionStep.ADDED, added, actor)
    return [one.address for one in added]


@transaction.atomic
def lift(*, suppression: Suppression, actor: User | None) -> bool:
    """Let mail go to the address again; what was withheld stays so. False: it was let go already."""
    deleted = Suppression.objects.filter(pk=suppression.pk).delete()[0]
    if deleted:
        held = Held(suppression.address, suppression.reason, suppression.detail)
        _note(SuppressionStep.REMOVED, [held], actor)
    return bool(deleted)


def _note(step: SuppressionStep, held: Sequence[Held], actor: User | None) -> None:
    SuppressionChange.objects.bulk_create(
        SuppressionChange(step=step, address=one.address, reason=one.reason, detail=one.detail, by=actor)
        for one in held
    )
