from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        # For LIKE on a unique column, which nobody uses on an id of another system.
        migrations.RunSQL(
            "DROP INDEX IF EXISTS events_event_external_id_3614f13d_like",
            "CREATE INDEX events_event_external_id_3614f13d_like ON events_event (external_id varchar_pattern_ops)",
        ),
    ]
