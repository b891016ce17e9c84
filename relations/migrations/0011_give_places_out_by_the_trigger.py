import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("relations", "0010_find_waits_and_no_shows"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="usereventrelation",
            name="count_inserted",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="usereventrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="count_inserted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE delta record;",
                    func="\n    IF COALESCE(current_setting('crm.reason', true), '') = '' AND EXISTS (SELECT id AS relation_id, '' AS from_status, status AS to_status FROM new_rows ORDER BY event_id, seq) THEN\n        RAISE EXCEPTION 'A relation changes its status only through a service, which gives a reason.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_status_through_service';\n    END IF;\n\n    FOR delta IN\n        SELECT event_id AS id, SUM((role = 'attendee' AND status IN ('offered', 'confirmed', 'attended'))::int) AS a, SUM((role = 'attendee' AND status = 'waitlisted')::int) AS b, MAX(seq) + 1 AS next\n          FROM new_rows GROUP BY event_id ORDER BY id\n    LOOP\n        UPDATE relations_eventcapacity SET taken = taken + delta.a, waiting = waiting + delta.b,\n               next_seq = GREATEST(next_seq, delta.next) WHERE event_id = delta.id;\n    END LOOP;\n\n    FOR delta IN \n    SELECT user_id AS id, SUM(sign * (role = 'host' AND status <> 'cancelled')::int) AS a, SUM(sign * (role = 'attendee' AND status = 'attended')::int) AS b\n      FROM (SELECT 1 AS sign, n.* FROM new_rows n) r GROUP BY user_id\n    HAVING SUM(sign * (role = 'host' AND status <> 'cancelled')::int) <> 0 OR SUM(sign * (role = 'attendee' AND status = 'attended')::int) <> 0\n ORDER BY id LOOP\n        UPDATE users_eventcounts SET hosted = hosted + delta.a, attended = attended + delta.b WHERE user_id = delta.id;\n    END LOOP;\n\n    INSERT INTO relations_relationtransition (relation_id, from_status, to_status, actor_id, reason, at)\n    SELECT relation_id, from_status, to_status, NULLIF(current_setting('crm.actor', true), '')::uuid,\n           current_setting('crm.reason', true), clock_timestamp()\n      FROM (SELECT id AS relation_id, '' AS from_status, status AS to_status FROM new_rows ORDER BY event_id, seq) c;\n RETURN NULL;",
                    hash="d5cb145f4727e2d33878d6d3da3dea9ece057fac",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_inserted_86228",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="relations_usereventrelation",
                    when="AFTER",
                ),
            ),
        ),
    ]
