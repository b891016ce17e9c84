from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations

from users.external_ids import external_id_is_no_id_or_path, refuse_stored_ids


class Migration(migrations.Migration):
    """Holds new rows to the rule at once; the next migration looks at the old ones, and locks nobody out for it."""

    dependencies = [("events", "0003_showable_times")]

    operations = [
        migrations.RunPython(refuse_stored_ids("events", "event"), migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="event", name="events_event_external_id_is_no_id_or_path"),
        AddConstraintNotValid(model_name="event", constraint=external_id_is_no_id_or_path("events_event")),
    ]
