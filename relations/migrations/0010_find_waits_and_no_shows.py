from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # made beside a site that goes on writing

    dependencies = [("relations", "0009_give_people_calendars")]

    operations = [
        AddIndexConcurrently(
            model_name="usereventrelation",
            index=models.Index(condition=models.Q(("status", "no_show")), fields=["user"], name="relations_no_shows"),
        ),
        AddIndexConcurrently(
            model_name="relationtransition",
            index=models.Index(
                condition=models.Q(("to_status", "waitlisted")), fields=["relation"], name="relations_waits"
            ),
        ),
    ]
