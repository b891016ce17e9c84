import django.db.models.deletion
from django.db import migrations, models

KINDS = {
    "confirmed": "registration confirmed",
    "waitlisted": "on the waitlist",
    "pending": "registration received",
    "promoted": "promoted from the waitlist",
    "offered": "place offered",
    "expired": "offer expired",
    "withdrawn": "cancelled by the person",
    "cancelled": "cancelled by the organiser",
    "event_cancelled": "event cancelled",
    "declined": "registration declined",
    "changed": "event changed",
    "reminder": "reminder",
}


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0006_ask_for_approval_and_offer_places"),
        ("mailing", "0007_key_what_waits_to_be_confirmed"),
        ("relations", "0007_find_offers_by_their_end"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistrationMail",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="registration_mail",
                        serialize=False,
                        to="mailing.campaign",
                    ),
                ),
                ("kind", models.CharField(choices=list(KINDS.items()), max_length=16)),
                (
                    "edition",
                    models.BigIntegerField(
                        default=0,
                        help_text=(
                            "Of a change: the event's version; of a reminder: the start in seconds of Unix time."
                        ),
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", list(KINDS))), name="mailing_registrationmail_kind_is_known"
                    ),
                    models.UniqueConstraint(fields=("event", "kind", "edition"), name="mailing_registrationmail_once"),
                ],
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="transition",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="What happened to a registration, of which this mail tells. Empty: it tells of none.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="relations.relationtransition",
                verbose_name="line of the ledger",
            ),
        ),
    ]
