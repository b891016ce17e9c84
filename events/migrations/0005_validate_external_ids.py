from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0004_refuse_ids_that_paths_swallow")]

    operations = [ValidateConstraint(model_name="event", name="events_event_external_id_is_no_id_or_path")]
