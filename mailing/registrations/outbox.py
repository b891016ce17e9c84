"""From the ledger to the outbox: each line that somebody is to hear of becomes one delivery, in its own transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.dispatch import receiver

from mailing.doorbell import ring
from mailing.registrations.campaigns import open_campaign
from relations.signals import registrations_changed

# What a line of the ledger is told as. Check-ins, their undoing and no-shows are not told: those people were there. Nor
# is what had ended before it was written down here: nobody has been told that it began.
KIND = """
    CASE WHEN t.from_status = '' AND t.to_status IN ('cancelled', 'declined', 'expired') THEN NULL ELSE
    CASE t.to_status
         WHEN 'confirmed' THEN
             CASE t.from_status WHEN 'waitlisted' THEN 'promoted' WHEN 'attended' THEN NULL ELSE 'confirmed' END
         WHEN 'cancelled' THEN
             CASE WHEN e.status = 'cancelled' THEN 'event_cancelled' WHEN t.actor_id = r.user_id THEN 'withdrawn'
                  ELSE 'cancelled' END
         WHEN 'expired' THEN CASE e.status WHEN 'cancelled' THEN 'event_cancelled' ELSE 'expired' END
         WHEN 'attended' THEN NULL WHEN 'no_show' THEN NULL
         ELSE t.to_status END END
"""
# One statement, however many people. A campaign may not be closed while it grows: the worker that would do so locks it
# for update, which waits for this share of its key or is waited for (it then says that it was closed, and is opened).
# One that was cancelled by an administrator stays so, and what is added is swept out of the queue.
_WRITE = f"""
    WITH lines AS MATERIALIZED (
        SELECT t.id, r.user_id,{KIND} AS kind
          FROM relations_usereventrelation r
          JOIN events_event e ON e.id = r.event_id
         CROSS JOIN LATERAL (SELECT * FROM relations_relationtransition l
                              WHERE l.relation_id = r.id ORDER BY l.id DESC LIMIT 1) t
         WHERE r.id = ANY(changed) AND r.role = 'attendee' AND e.status IN ('active', 'cancelled')
           AND COALESCE(e.end_at, e.start_at) >= clock_timestamp()
    ), held AS MATERIALIZED (
        SELECT c.id, m.kind, c.finished_at
          FROM mailing_registrationmail m JOIN mailing_campaign c ON c.id = m.campaign_id
         WHERE m.event_id = about AND m.edition = 0 AND m.kind IN (SELECT kind FROM lines)
         ORDER BY c.id FOR KEY SHARE OF c
    ), opened AS (
        UPDATE mailing_campaign c
           SET status = CASE c.status WHEN 'sent' THEN 'sending' ELSE c.status END,
               finished_at = NULL, final_counts = NULL
          FROM held h WHERE c.id = h.id AND h.finished_at IS NOT NULL
    ), people AS MATERIALIZED (
        SELECT h.id AS campaign_id, l.id AS line, u.id, u.email,
               CASE WHEN u.email IS NULL THEN 'no_address' WHEN NOT u.is_active THEN 'inactive'
                    WHEN s.id IS NOT NULL THEN 'suppressed' END AS reason
          FROM lines l JOIN held h ON h.kind = l.kind
          JOIN users_user u ON u.id = l.user_id LEFT JOIN mailing_suppression s ON s.address = u.email
    ), written AS (
        INSERT INTO mailing_delivery (campaign_id, user_id, address, transition_id, next_attempt_at)
        SELECT campaign_id, id, email, line, clock_timestamp() FROM people WHERE reason IS NULL ORDER BY line
        ON CONFLICT DO NOTHING
    ), left_out AS (
        INSERT INTO mailing_campaignexclusion (campaign_id, user_id, given, email, reason)
        SELECT DISTINCT ON (campaign_id, id) campaign_id, id, '', COALESCE(email, ''), reason
          FROM people WHERE reason IS NOT NULL ORDER BY campaign_id, id
        ON CONFLICT (campaign_id, user_id) WHERE user_id IS NOT NULL DO UPDATE SET reason = EXCLUDED.reason
    )
    SELECT DISTINCT kind::text, kind IN (SELECT kind FROM held) FROM lines WHERE kind IS NOT NULL
"""  # noqa: S608  # a constant
NAME = "mailing_write_registration_mail"
# A function keeps its plan: to plan this anew takes the server three times as long as to do it, while others wait.
FUNCTION = f"""
CREATE OR REPLACE FUNCTION {NAME}(about uuid, changed uuid[])
RETURNS TABLE (told_as text, has_campaign boolean) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY{_WRITE};
END
$$
"""


@receiver(registrations_changed)
def tell(*, event_id: UUID, relation_ids: Sequence[UUID], **_kwargs: object) -> None:
    """Put a mail about the last line of each relation's ledger into the outbox.

    The lock on the event's capacity is held: nobody else opens campaigns of its kinds. Imports are not announced, and
    drafts and what is over are nobody's news.
    """
    kinds = _write(event_id, relation_ids)
    missing = [kind for kind, is_held in kinds.items() if not is_held]
    for kind in missing:
        open_campaign(event_id, kind)
    if missing:
        _write(event_id, relation_ids)  # what has its mail already does not get another
    if kinds:
        ring()


def _write(event_id: UUID, relation_ids: Sequence[UUID]) -> dict[str, bool]:
    """Write what there are campaigns for; return the kinds of mail that are due, and whether there is one."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {NAME}(%s, %s::uuid[])", [event_id, list(relation_ids)])  # noqa: S608  # a constant
        return dict(cursor.fetchall())
