from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # made beside a site that goes on writing

    dependencies = [("relations", "0006_offer_places_and_settle_events")]

    operations = [
        AddIndexConcurrently(
            model_name="usereventrelation",
            index=models.Index(
                condition=models.Q(("status", "offered")), fields=["offer_expires_at"], name="relations_offers_by_end"
            ),
        ),
    ]
