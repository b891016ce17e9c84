import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    # The triggers of relations stop writing the columns before: their migration says so.
    dependencies = [("users", "0006_count_events_beside_people")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="user",
            name="keep_counters",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="user",
            name="start_counters_at_zero",
        ),
        migrations.RemoveIndex(
            model_name="user",
            name="users_user_hosted_count",
        ),
        migrations.RemoveIndex(
            model_name="user",
            name="users_user_attended_count",
        ),
        migrations.RemoveField(
            model_name="user",
            name="attended_count",
        ),
        migrations.RemoveField(
            model_name="user",
            name="hosted_count",
        ),
    ]
