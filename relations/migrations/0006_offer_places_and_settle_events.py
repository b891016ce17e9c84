import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0006_ask_for_approval_and_offer_places"),
        ("relations", "0005_give_each_place_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="settlement",
                        serialize=False,
                        to="events.event",
                    ),
                ),
                ("reason", models.CharField(help_text="What the ledger says of each of them.", max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("waitlisted", "waitlisted"),
                            ("offered", "offered"),
                            ("confirmed", "confirmed"),
                            ("attended", "attended"),
                            ("no_show", "no-show"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("cancelled", "cancelled"),
                        ],
                        help_text="What those become who were confirmed and not checked in.",
                        max_length=16,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
                    ),
                ),
            ],
            options={
                "ordering": ["created_at"],
            },
        ),
        migrations.AddField(
            model_name="usereventrelation",
            name="offer_expires_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="Until when an offered place can be accepted.", null=True
            ),
        ),
        migrations.AddField(
            model_name="settlement",
            name="actor",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
