from django.db import migrations, models

# Sets the counts of what is finished; the older code, which may still run, neither reads nor needs them.
COUNT_ALL = """
    UPDATE mailing_campaign c SET final_counts = (
        SELECT COALESCE(jsonb_object_agg(s.status, s.number), '{}')
          FROM (SELECT d.status, count(*) AS number
                  FROM mailing_delivery d WHERE d.campaign_id = c.id GROUP BY d.status) s
    ) WHERE c.finished_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("mailing", "0002_index_unusual_deliveries")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="final_counts",
            field=models.JSONField(
                null=True,
                editable=False,
                help_text="How many deliveries are in each state. Empty: not finished, so count.",
            ),
        ),
        migrations.RunSQL(COUNT_ALL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("final_counts__isnull", True), ("finished_at__isnull", False), _connector="OR"),
                name="mailing_campaign_counts_final_once_finished",
            ),
        ),
    ]
