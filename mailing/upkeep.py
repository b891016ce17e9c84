"""What keeps campaigns moving besides sending: claims that expired, times that came, ends that were reached."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mailing.counts import COUNTED
from mailing.policy import DEFAULT, Policy

ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtext('mailing.recover'))"
# Rows of one claim are sent in the order of their ids and each outcome is committed before the next is handed over:
# only the lowest one in 'sending' may have been accepted. Somebody waits for transactional mail: it is sent again, but
# not for ever.
RECOVER = """
    WITH expired AS (
        SELECT d.id, d.token, d.status, c.lane
          FROM mailing_delivery d JOIN mailing_campaign c ON c.id = d.campaign_id
         WHERE d.status IN ('claimed', 'sending') AND d.lease_until < clock_timestamp()
         ORDER BY d.id FOR UPDATE OF d
    ), ambiguous AS (
        SELECT min(id) AS id FROM expired WHERE status = 'sending' GROUP BY token
    )
    UPDATE mailing_delivery d
       SET status = CASE WHEN a.id IS NOT NULL AND (e.lane = 'campaign' OR d.attempts + 1 >= %s) THEN 'in_doubt'
                         ELSE 'queued' END,
           error = CASE WHEN a.id IS NOT NULL THEN %s ELSE d.error END,
           attempts = attempts + (a.id IS NOT NULL)::int, token = NULL, lease_until = NULL
      FROM expired e LEFT JOIN ambiguous a ON a.id = e.id WHERE d.id = e.id
"""
START_DUE = """
    UPDATE mailing_campaign SET status = 'sending', started_at = clock_timestamp()
     WHERE status = 'scheduled' AND scheduled_at <= clock_timestamp()
"""
SWEEP = """
    WITH cancelled AS (
        SELECT d.id FROM mailing_campaign c JOIN mailing_delivery d ON d.campaign_id = c.id
         WHERE c.status = 'cancelled' AND c.finished_at IS NULL AND d.status IN ('queued', 'claimed')
         ORDER BY d.id LIMIT %s FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE mailing_delivery d SET status = 'cancelled', token = NULL, lease_until = NULL
      FROM cancelled c WHERE d.id = c.id
"""
OPEN = """
    SELECT id FROM mailing_campaign
     WHERE status IN ('sending', 'cancelled') AND finished_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED
"""
# A statement of its own: it sees what was queued again before the campaign was locked. Mail about registrations grew
# until now, any other has long been counted.
FINISH = f"""
    UPDATE mailing_campaign c
       SET status = CASE status WHEN 'sending' THEN 'sent' ELSE status END, finished_at = clock_timestamp(),
           final_counts = {COUNTED},
           frozen_count = CASE WHEN EXISTS (SELECT FROM mailing_registrationmail m WHERE m.campaign_id = c.id)
                               THEN (SELECT count(*) FROM mailing_delivery d WHERE d.campaign_id = c.id)
                               ELSE c.frozen_count END
     WHERE c.id = ANY(%s)
       AND NOT EXISTS (SELECT FROM mailing_delivery d
                        WHERE d.campaign_id = c.id AND d.status IN ('queued', 'claimed', 'sending'))
"""  # noqa: S608  # a constant


@transaction.atomic
def recover(policy: Policy = DEFAULT) -> int:
    """Take rows from workers whose lease is over, and return how many. One at a time: the lowest row must be seen."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(RECOVER, [policy.attempts, _("The worker was lost while it handed the message over.")])
        return int(cursor.rowcount)


def start_due() -> int:
    """Let campaigns begin whose time has come, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute(START_DUE)
        return int(cursor.rowcount)


def sweep_portion(policy: Policy) -> int:
    """Take some of what is queued of cancelled campaigns out of the queue, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, [policy.sweep_size])
        return int(cursor.rowcount)


@transaction.atomic
def finish() -> None:
    """Close campaigns of which nothing is left to send. One that somebody else holds is closed the next time."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        cursor.execute(FINISH, [[row[0] for row in cursor.fetchall()]])
