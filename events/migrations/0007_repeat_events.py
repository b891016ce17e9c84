import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

import users.zones


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0006_ask_for_approval_and_offer_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventSeries",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(help_text="When it repeats: an RRULE of RFC 5545.", max_length=300)),
                ("timezone", models.CharField(max_length=64, validators=[users.zones.validate_zone])),
                ("first_start_at", models.DateTimeField()),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="event",
            name="occurrence_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the series' rule says it begins, wherever it was moved.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="series",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="events.eventseries",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("occurrence_at__isnull", True), ("series__isnull", True)),
                    models.Q(("occurrence_at__isnull", False), ("series__isnull", False)),
                    _connector="OR",
                ),
                name="events_event_of_a_series_at_its_time",
            ),
        ),
    ]
