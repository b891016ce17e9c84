from django.db import migrations

# As in mailing.registrations.outbox at the time.
FUNCTION = """
CREATE OR REPLACE FUNCTION mailing_write_registration_mail(about uuid, changed uuid[])
RETURNS TABLE (told_as text, has_campaign boolean) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    WITH lines AS MATERIALIZED (
        SELECT t.id, r.user_id,
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
 AS kind
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
;
END
$$
"""
DROP = "DROP FUNCTION mailing_write_registration_mail(uuid, uuid[])"


class Migration(migrations.Migration):
    dependencies = [("mailing", "0012_tell_askers_of_account_mail_apart")]

    operations = [migrations.RunSQL(FUNCTION, DROP)]
