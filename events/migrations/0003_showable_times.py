from datetime import UTC, datetime

from django.db import migrations, models
from django.db.models import Q

EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
TOO_LATE = datetime(9999, 12, 30, tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [("events", "0002_drop_pattern_index")]

    operations = [
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=Q(start_at__gte=EARLIEST, start_at__lt=TOO_LATE)
                & (Q(end_at__isnull=True) | Q(end_at__gte=EARLIEST, end_at__lt=TOO_LATE)),
                name="events_event_at_a_showable_time",
                violation_error_message="An event starts and ends between 0001-01-03 and 9999-12-29 (UTC).",
            ),
        ),
    ]
