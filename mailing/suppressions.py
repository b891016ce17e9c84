"""Keeping mail from an address."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mailing.models import Suppression

# Waits for a gate that holds one of the rows: nothing is gated once this has committed.
WITHDRAW = """
    WITH held_back AS (
        SELECT id FROM mailing_delivery WHERE address = %s AND status IN ('queued', 'claimed') ORDER BY id FOR UPDATE
    )
    UPDATE mailing_delivery d SET status = 'suppressed', error = %s, token = NULL, lease_until = NULL
      FROM held_back h WHERE h.id = d.id
"""


@transaction.atomic
def suppress(*, address: str, reason: str, detail: str = "") -> None:
    """Send no more mail to ``address``, nor what is queued for it. An address that is suppressed stays as it is."""
    address = address.lower()
    Suppression.objects.bulk_create([Suppression(address=address, reason=reason, detail=detail)], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, [address, _("The address is suppressed.")])
