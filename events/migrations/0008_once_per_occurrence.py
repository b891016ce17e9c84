from django.db import migrations, models

# An index whose making failed half-way is left behind, invalid.
MAKE_INDEX = [
    "DROP INDEX CONCURRENTLY IF EXISTS events_event_once_per_occurrence",
    (
        "CREATE UNIQUE INDEX CONCURRENTLY events_event_once_per_occurrence ON events_event (series_id, occurrence_at) "
        "WHERE series_id IS NOT NULL"
    ),
]
DROP_INDEX = "DROP INDEX CONCURRENTLY IF EXISTS events_event_once_per_occurrence"


class Migration(migrations.Migration):
    atomic = False  # made beside a site that goes on writing

    dependencies = [("events", "0007_repeat_events")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAKE_INDEX, DROP_INDEX)],
            state_operations=[
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("series__isnull", False)),
                        fields=("series", "occurrence_at"),
                        name="events_event_once_per_occurrence",
                    ),
                ),
            ],
        ),
    ]
