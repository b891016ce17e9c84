from django.db import migrations, models
from django.db.models.functions import Coalesce

NO_LINE = Coalesce("transition", 0, output_field=models.BigIntegerField())
KEYS = {
    "mailing_delivery_one_per_person": "(user_id, campaign_id, COALESCE(transition_id, 0))",
    "mailing_delivery_one_per_address": "(address, campaign_id, COALESCE(transition_id, 0))",
    "mailing_delivery_one_per_line": "(transition_id) WHERE transition_id IS NOT NULL",
}


def concurrently(name: str) -> migrations.RunSQL:
    """Return the making of an index; one whose making failed half-way is left behind, invalid."""
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return migrations.RunSQL([drop, f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON mailing_delivery {KEYS[name]}"], drop)


class Migration(migrations.Migration):
    atomic = False  # made beside a site that goes on writing

    dependencies = [("mailing", "0008_tell_people_of_their_registrations")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[concurrently(name) for name in KEYS],
            state_operations=[
                migrations.AddConstraint(
                    model_name="delivery",
                    constraint=models.UniqueConstraint(
                        models.F("user"), models.F("campaign"), NO_LINE, name="mailing_delivery_one_per_person"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="delivery",
                    constraint=models.UniqueConstraint(
                        models.F("address"), models.F("campaign"), NO_LINE, name="mailing_delivery_one_per_address"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="delivery",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("transition__isnull", False)),
                        fields=("transition",),
                        name="mailing_delivery_one_per_line",
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="delivery", name="mailing_delivery_once_per_person"),
        migrations.RemoveConstraint(model_name="delivery", name="mailing_delivery_once_per_address"),
    ]
