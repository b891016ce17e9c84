from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds no index concurrently within a transaction

    dependencies = [("mailing", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                fields=["status", "id"],
                condition=models.Q(("status__in", ("sent", "queued")), _negated=True),
                name="mailing_delivery_unusual",
            ),
        ),
    ]
