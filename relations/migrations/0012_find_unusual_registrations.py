from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # made beside a site that goes on writing

    dependencies = [("relations", "0011_give_places_out_by_the_trigger")]

    operations = [
        AddIndexConcurrently(
            model_name="usereventrelation",
            index=models.Index(
                condition=models.Q(
                    ("role", "attendee"),
                    ("status__in", ("pending", "offered", "declined", "expired", "cancelled", "no_show")),
                ),
                fields=["event", "status", "seq"],
                name="relations_unusual",
            ),
        ),
    ]
