import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("relations", "0003_count_beside_people")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="eventcapacity",
            trigger=pgtrigger.compiler.Trigger(
                name="seats_by_triggers",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0 AND current_setting('crm.repair', true) IS DISTINCT FROM 'on')",
                    func="RAISE EXCEPTION 'Seats follow the relations: nobody writes them.' USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_seats_by_triggers';",
                    hash="1b4be4718c7f6b0db52871eaafd3aabdc0c76d10",
                    level="STATEMENT",
                    operation='INSERT OR UPDATE OF "event_id", "taken", "waiting"',
                    pgid="pgtrigger_seats_by_triggers_4d392",
                    table="relations_eventcapacity",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="eventcapacity",
            trigger=pgtrigger.compiler.Trigger(
                name="places_rise",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.next_seq < OLD.next_seq)",
                    func="RAISE EXCEPTION 'A place in the order of arrival is given out once.' USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_places_rise';",
                    hash="5a3d53aec966a6760b81d86410591ca75bb42e89",
                    operation='UPDATE OF "next_seq"',
                    pgid="pgtrigger_places_rise_4c00d",
                    table="relations_eventcapacity",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="relationtransition",
            trigger=pgtrigger.compiler.Trigger(
                name="lines_by_triggers",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0)",
                    func="RAISE EXCEPTION 'The ledger is written by triggers alone.' USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_lines_by_triggers';",
                    hash="c0d6525189ae5a89c5dff4068fb2a3f618c0e204",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_lines_by_triggers_04a31",
                    table="relations_relationtransition",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="relationtransition",
            trigger=pgtrigger.compiler.Trigger(
                name="lines_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (current_setting('crm.forgetting', true) IS DISTINCT FROM 'on')",
                    func="RAISE EXCEPTION 'The ledger keeps what happened.' USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_lines_stay';",
                    hash="aa6dd824a3855351be11407791984e6da2d3a05e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_lines_stay_34421",
                    table="relations_relationtransition",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="usereventrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="part_is_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."event_id" IS DISTINCT FROM (NEW."event_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."seq" IS DISTINCT FROM (NEW."seq") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))',
                    func="RAISE EXCEPTION 'A relation stays that of its person, event and role: end it and add another.' USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_part_is_fixed';",
                    hash="84fa52f1cd7559c104c2fefdf924d15fe9e8da81",
                    operation='UPDATE OF "event_id", "user_id", "role", "seq"',
                    pgid="pgtrigger_part_is_fixed_9d4f1",
                    table="relations_usereventrelation",
                    when="BEFORE",
                ),
            ),
        ),
    ]
