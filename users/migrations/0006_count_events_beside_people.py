import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# The trigger is made first: it keeps writers of people out until the copy is committed, so that nobody is forgotten.
# Indexes and the foreign key come after the rows, which builds each of them once.
COPY_COUNTS = """
INSERT INTO users_eventcounts (user_id, hosted, attended) SELECT id, hosted_count, attended_count FROM users_user
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0005_keep_accounts")]

    operations = [
        migrations.CreateModel(
            name="EventCounts",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="counts",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                ("hosted", models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name="hosted")),
                (
                    "attended",
                    models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name="attended"),
                ),
            ],
            options={
                "verbose_name": "event counts",
                "verbose_name_plural": "event counts",
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="start_counts",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO users_eventcounts (user_id) SELECT id FROM new_rows ORDER BY id; RETURN NULL;",
                    hash="90a3b6a49f0b4219c3becfc119fe0d919dbe5792",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_start_counts_94c0d",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="users_user",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(COPY_COUNTS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="eventcounts",
            index=models.Index(models.F("hosted"), models.F("user"), name="users_eventcounts_hosted"),
        ),
        migrations.AddIndex(
            model_name="eventcounts",
            index=models.Index(models.F("attended"), models.F("user"), name="users_eventcounts_attended"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="eventcounts",
            trigger=pgtrigger.compiler.Trigger(
                name="written_by_triggers",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0 AND current_setting('crm.repair', true) IS DISTINCT FROM 'on')",
                    func="\n            RAISE EXCEPTION 'Counts follow the relations: nobody writes them.'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'users_counts_by_triggers';\n        ",
                    hash="4b6c05c463b98381a5682a9e9e5fa2a3b7492000",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_written_by_triggers_31a5b",
                    table="users_eventcounts",
                    when="BEFORE",
                ),
            ),
        ),
    ]
