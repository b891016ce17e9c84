import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# What was counted between the copy and this migration; nobody writes relations while their triggers are exchanged.
CATCH_UP = """
SELECT set_config('crm.repair', 'on', true);
UPDATE users_eventcounts c SET hosted = u.hosted_count, attended = u.attended_count FROM users_user u
 WHERE u.id = c.user_id AND (c.hosted, c.attended) <> (u.hosted_count, u.attended_count)
"""
COPY_BACK = """
LOCK TABLE relations_usereventrelation IN SHARE ROW EXCLUSIVE MODE;
SELECT set_config('crm.repair', 'on', true);
UPDATE users_user u SET hosted_count = c.hosted, attended_count = c.attended FROM users_eventcounts c
 WHERE u.id = c.user_id AND (u.hosted_count, u.attended_count) <> (c.hosted, c.attended)
"""


class Migration(migrations.Migration):
    dependencies = [("relations", "0002_keep_who_acted"), ("users", "0006_count_events_beside_people")]
    run_before = [("users", "0007_drop_counters_of_people")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="usereventrelation",
            name="count_inserted",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="usereventrelation",
            name="count_updated",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="usereventrelation",
            name="count_deleted",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="usereventrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="count_inserted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE delta record;",
                    func="\n    IF COALESCE(current_setting('crm.reason', true), '') = '' AND EXISTS (SELECT id AS relation_id, '' AS from_status, status AS to_status FROM new_rows ORDER BY event_id, seq) THEN\n        RAISE EXCEPTION 'A relation changes its status only through a service, which gives a reason.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_status_through_service';\n    END IF;\n\n    FOR delta IN \n    SELECT event_id AS id, SUM(sign * (role = 'attendee' AND status IN ('offered', 'confirmed', 'attended'))::int) AS a, SUM(sign * (role = 'attendee' AND status = 'waitlisted')::int) AS b\n      FROM (SELECT 1 AS sign, n.* FROM new_rows n) r GROUP BY event_id\n    HAVING SUM(sign * (role = 'attendee' AND status IN ('offered', 'confirmed', 'attended'))::int) <> 0 OR SUM(sign * (role = 'attendee' AND status = 'waitlisted')::int) <> 0\n ORDER BY id LOOP\n        UPDATE relations_eventcapacity SET taken = taken + delta.a, waiting = waiting + delta.b WHERE event_id = delta.id;\n    END LOOP;\n\n    FOR delta IN \n    SELECT user_id AS id, SUM(sign * (role = 'host' AND status <> 'cancelled')::int) AS a, SUM(sign * (role = 'attendee' AND status = 'attended')::int) AS b\n      FROM (SELECT 1 AS sign, n.* FROM new_rows n) r GROUP BY user_id\n    HAVING SUM(sign * (role = 'host' AND status <> 'cancelled')::int) <> 0 OR SUM(sign * (role = 'attendee' AND status = 'attended')::int) <> 0\n ORDER BY id LOOP\n        UPDATE users_eventcounts SET hosted = hosted + delta.a, attended = attended + delta.b WHERE user_id = delta.id;\n    END LOOP;\n\n    INSERT INTO relations_relationtransition (relation_id, from_status, to_status, actor_id, reason, at)\n    SELECT relation_id, from_status, to_status, NULLIF(current_setting('crm.actor', true), '')::uuid,\n           current_setting('crm.reason', true), clock_timestamp()\n      FROM (SELECT id AS relation_id, '' AS from_status, status AS to_status FROM new_rows ORDER BY event_id, seq) c;\n RETURN NULL;",
                    hash="2a13a14d3f423c2e2d0880fcd03a857d0287bc52",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_inserted_86228",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="relations_usereventrelation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="usereventrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="count_updated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE delta record;",
                    func="\n    IF COALESCE(current_setting('crm.reason', true), '') = '' AND EXISTS (\n    SELECT n.id AS relation_id, o.status AS from_status, n.status AS to_status\n      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status ORDER BY n.event_id, n.seq\n) THEN\n        RAISE EXCEPTION 'A relation changes its status only through a service, which gives a reason.'\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_status_through_service';\n    END IF;\n\n    FOR delta IN \n    SELECT event_id AS id, SUM(sign * (role = 'attendee' AND status IN ('offered', 'confirmed', 'attended'))::int) AS a, SUM(sign * (role = 'attendee' AND status = 'waitlisted')::int) AS b\n      FROM (SELECT 1 AS sign, n.* FROM new_rows n UNION ALL SELECT -1 AS sign, o.* FROM old_rows o) r GROUP BY event_id\n    HAVING SUM(sign * (role = 'attendee' AND status IN ('offered', 'confirmed', 'attended'))::int) <> 0 OR SUM(sign * (role = 'attendee' AND status = 'waitlisted')::int) <> 0\n ORDER BY id LOOP\n        UPDATE relations_eventcapacity SET taken = taken + delta.a, waiting = waiting + delta.b WHERE event_id = delta.id;\n    END LOOP;\n\n    FOR delta IN \n    SELECT user_id AS id, SUM(sign * (role = 'host' AND status <> 'cancelled')::int) AS a, SUM(sign * (role = 'attendee' AND status = 'attended')::int) AS b\n      FROM (SELECT 1 AS sign, n.* FROM new_rows n UNION ALL SELECT -1 AS sign, o.* FROM old_rows o) r GROUP BY user_id\n    HAVING SUM(sign * (role = 'host' AND status <> 'cancelled')::int) <> 0 OR SUM(sign * (role = 'attendee' AND status = 'attended')::int) <> 0\n ORDER BY id LOOP\n        UPDATE users_eventcounts SET hosted = hosted + delta.a, attended = attended + delta.b WHERE user_id = delta.id;\n    END LOOP;\n\n    INSERT INTO relations_relationtransition (relation_id, from_status, to_status, actor_id, reason, at)\n    SELECT relation_id, from_status, to_status, NULLIF(current_setting('crm.actor', true), '')::uuid,\n           current_setting('crm.reason', true), clock_timestamp()\n      FROM (\n    SELECT n.id AS relation_id, o.status AS from_status, n.status AS to_status\n      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status ORDER BY n.event_id, n.seq\n) c;\n RETURN NULL;",
                    hash="6582e70e3f8bfedb0326be6348d9054be16471c8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_count_updated_7ea19",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="relations_usereventrelation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="usereventrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="count_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE delta record;",
                    func="\n    FOR delta IN \n    SELECT event_id AS id, SUM(sign * (role = 'attendee' AND status IN ('offered', 'confirmed', 'attended'))::int) AS a, SUM(sign * (role = 'attendee' AND status = 'waitlisted')::int) AS b\n      FROM (SELECT -1 AS sign, o.* FROM old_rows o) r GROUP BY event_id\n    HAVING SUM(sign * (role = 'attendee' AND status IN ('offered', 'confirmed', 'attended'))::int) <> 0 OR SUM(sign * (role = 'attendee' AND status = 'waitlisted')::int) <> 0\n ORDER BY id LOOP\n        UPDATE relations_eventcapacity SET taken = taken + delta.a, waiting = waiting + delta.b WHERE event_id = delta.id;\n    END LOOP;\n\n    FOR delta IN \n    SELECT user_id AS id, SUM(sign * (role = 'host' AND status <> 'cancelled')::int) AS a, SUM(sign * (role = 'attendee' AND status = 'attended')::int) AS b\n      FROM (SELECT -1 AS sign, o.* FROM old_rows o) r GROUP BY user_id\n    HAVING SUM(sign * (role = 'host' AND status <> 'cancelled')::int) <> 0 OR SUM(sign * (role = 'attendee' AND status = 'attended')::int) <> 0\n ORDER BY id LOOP\n        UPDATE users_eventcounts SET hosted = hosted + delta.a, attended = attended + delta.b WHERE user_id = delta.id;\n    END LOOP;\n RETURN NULL;",
                    hash="3142d6836c481e993b00e64bae3b1352d5d5a22a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_deleted_33b62",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="relations_usereventrelation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(CATCH_UP, COPY_BACK),
    ]
