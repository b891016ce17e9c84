from typing import Any

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# To begin with: what many organisers send. Administrators rename them, add others, and delete what they do not send.
CATEGORIES = {
    "newsletter": ("Newsletter", "What is new with us, now and then."),
    "invitations": ("Invitations", "Events to come that may be something for you."),
    "event-news": ("News about events", "What organisers tell the people of an event beside what taking part needs."),
    "feedback": ("Feedback", "A few questions after an event."),
}


def begin_with_some(apps: Any, _schema: Any) -> None:
    """Store the first categories."""
    category = apps.get_model("mailing", "MailCategory")
    for key, (name, description) in CATEGORIES.items():
        category.objects.create(key=key, name=name, description=description)


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0008_once_per_occurrence"),
        ("mailing", "0009_mail_people_once_per_line_of_the_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="Names it in the API and in the List-Id of its mails: mail programs sort by it. Do not change it.",
                        max_length=50,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?\\Z",
                                "Small letters, digits and hyphens, as in event-news.",
                            )
                        ],
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="As people read it, where they choose what they get.", max_length=100),
                ),
                (
                    "description",
                    models.CharField(
                        blank=True, help_text="What they would get, and how often, in a sentence.", max_length=300
                    ),
                ),
            ],
            options={
                "verbose_name": "mail category",
                "verbose_name_plural": "mail categories",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("one_click", "button of a mail program"),
                            ("page", "page that a mail links to"),
                            ("account", "the person's account"),
                            ("api", "API"),
                            ("admin", "admin"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
                    ),
                ),
                ("ended_at", models.DateTimeField(help_text="When it was undone. Empty: it holds.", null=True)),
                (
                    "ended_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("one_click", "button of a mail program"),
                            ("page", "page that a mail links to"),
                            ("account", "the person's account"),
                            ("api", "API"),
                            ("admin", "admin"),
                        ],
                        db_default="",
                        default="",
                        max_length=16,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SuppressionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=254)),
                ("step", models.CharField(choices=[("added", "added"), ("removed", "removed")], max_length=16)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("hard_bounce", "hard bounce"),
                            ("complaint", "complaint"),
                            ("manual", "by hand"),
                            ("imported", "imported"),
                        ],
                        help_text="Why mail was held back.",
                        max_length=16,
                    ),
                ),
                ("detail", models.TextField(blank=True, default="")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="suppression",
            name="mailing_suppression_reason_is_known",
        ),
        migrations.AddField(
            model_name="campaign",
            name="event",
            field=models.ForeignKey(
                blank=True,
                help_text="What it is about: who wants no mail about this event is left out.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="events.event",
            ),
        ),
        migrations.AddField(
            model_name="campaignexclusion",
            name="detail",
            field=models.CharField(
                blank=True,
                choices=[
                    ("all", "all mail to many"),
                    ("category", "this sort of mail"),
                    ("event", "mail about this event"),
                ],
                db_default="",
                default="",
                help_text="Of somebody who unsubscribed: from all mail to many, this category, or this event.",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="reason",
            field=models.CharField(
                choices=[
                    ("hard_bounce", "hard bounce"),
                    ("complaint", "complaint"),
                    ("manual", "by hand"),
                    ("imported", "imported"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(models.F("reason"), models.F("id"), name="mailing_suppression_reason"),
        ),
        AddConstraintNotValid(
            model_name="campaignexclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("detail", ""),
                    models.Q(("detail__in", ["all", "category", "event"]), ("reason", "unsubscribed")),
                    _connector="OR",
                ),
                name="mailing_exclusion_detail_is_of_who_unsubscribed",
            ),
        ),
        AddConstraintNotValid(
            model_name="suppression",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["hard_bounce", "complaint", "manual", "imported"])),
                name="mailing_suppression_reason_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailcategory",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__regex", "^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$")),
                name="mailing_mailcategory_key_is_plain",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="category",
            field=models.ForeignKey(
                blank=True,
                help_text="Who does without this sort of mail is left out. Empty: only who does without all mail to many.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="mailing.mailcategory",
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="by",
            field=models.ForeignKey(
                help_text="Who said so, signed in. Nobody: whoever had the link of a mail.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="campaign",
            field=models.ForeignKey(
                help_text="By a link of which mail.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="opt_outs",
                to="mailing.campaign",
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="category",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="opt_outs",
                to="mailing.mailcategory",
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="event",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="opt_outs", to="events.event"
            ),
        ),
        migrations.AddField(
            model_name="optout",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opt_outs",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="suppressionchange",
            name="by",
            field=models.ForeignKey(
                help_text="Nobody: a worker, a provider, or an operator.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="optout",
            index=models.Index(models.F("user"), models.F("id"), name="mailing_optout_user"),
        ),
        migrations.AddConstraint(
            model_name="optout",
            constraint=models.CheckConstraint(
                condition=models.Q(("category__isnull", True), ("event__isnull", True), _connector="OR"),
                name="mailing_optout_has_one_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="optout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_source__in", ["", "one_click", "page", "account", "api", "admin"]),
                    ("source__in", ["one_click", "page", "account", "api", "admin"]),
                ),
                name="mailing_optout_source_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="optout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_source", "")),
                    models.Q(("ended_at__isnull", False), models.Q(("ended_source", ""), _negated=True)),
                    _connector="OR",
                ),
                name="mailing_optout_ends_by_some_door",
            ),
        ),
        migrations.AddConstraint(
            model_name="optout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("user", "category", "event"),
                name="mailing_optout_holds_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="suppressionchange",
            index=models.Index(models.F("address"), models.F("id"), name="mailing_suppressionchange_addr"),
        ),
        migrations.AddConstraint(
            model_name="suppressionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["hard_bounce", "complaint", "manual", "imported"]),
                    ("step__in", ["added", "removed"]),
                ),
                name="mailing_suppressionchange_words_are_known",
            ),
        ),
        migrations.RunPython(begin_with_some, migrations.RunPython.noop),
    ]
