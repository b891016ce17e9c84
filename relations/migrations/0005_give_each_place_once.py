from django.db import migrations, models

# An index whose making failed half-way is left behind, invalid.
MAKE_INDEX = [
    "DROP INDEX CONCURRENTLY IF EXISTS relations_one_per_place",
    "CREATE UNIQUE INDEX CONCURRENTLY relations_one_per_place ON relations_usereventrelation (event_id, seq)",
]
ADD_CONSTRAINT = """
ALTER TABLE relations_usereventrelation ADD CONSTRAINT relations_one_per_place UNIQUE USING INDEX relations_one_per_place
"""
DROP_CONSTRAINT = "ALTER TABLE relations_usereventrelation DROP CONSTRAINT relations_one_per_place"


class Migration(migrations.Migration):
    atomic = False  # made beside a site that goes on writing

    dependencies = [("relations", "0004_guard_ledger_seats_and_parts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(MAKE_INDEX, migrations.RunSQL.noop),
                migrations.RunSQL(ADD_CONSTRAINT, DROP_CONSTRAINT),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="usereventrelation",
                    constraint=models.UniqueConstraint(fields=("event", "seq"), name="relations_one_per_place"),
                ),
            ],
        ),
    ]
