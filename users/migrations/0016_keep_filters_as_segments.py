import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

import users.expressions


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("users", "0015_validate_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="Unique, without regard to case and accents.", max_length=200)),
                ("description", models.TextField(blank=True, help_text="What it is for.", max_length=2000)),
                ("filter", models.JSONField(help_text="The JSON of POST /users/filter/.")),
                (
                    "uses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        db_default=[],
                        default=list,
                        editable=False,
                        help_text="The segments that it names.",
                        size=None,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        editable=False,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        help_text="Who changes it besides administrators.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="segments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="SegmentHistory",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, serialize=False)),
                ("name", models.CharField(help_text="Unique, without regard to case and accents.", max_length=200)),
                ("description", models.TextField(blank=True, help_text="What it is for.", max_length=2000)),
                ("filter", models.JSONField(help_text="The JSON of POST /users/filter/.")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="users.segment",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(
                django.db.models.functions.comparison.Collate(users.expressions.SortKey(models.F("name")), "C"),
                models.F("id"),
                name="users_segment_name",
            ),
        ),
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(models.F("created_at"), models.F("id"), name="users_segment_created_at"),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Collate(users.expressions.SortKey(models.F("name")), "C"),
                name="users_segment_name_is_unique",
                violation_error_code="unique",
                violation_error_message="There is a segment of this name already: another owner may have made it.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segment",
            trigger=pgtrigger.compiler.Trigger(
                name="raise_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            NEW.version := OLD.version;\n            NEW.updated_at := OLD.updated_at;\n            IF OLD.name IS DISTINCT FROM NEW.name OR OLD.description IS DISTINCT FROM NEW.description OR OLD.filter IS DISTINCT FROM NEW.filter THEN\n                NEW.version := OLD.version + 1;\n                NEW.updated_at := clock_timestamp();\n            END IF;\n            RETURN NEW;\n        ",
                    hash="2ff61e522e7e8ad9e7037d386ce9b5292d70a3cd",
                    operation='UPDATE OF "name", "description", "filter", "version", "updated_at"',
                    pgid="pgtrigger_raise_version_140a0",
                    table="users_segment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "users_segmenthistory" ("description", "filter", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."description", new_values."filter", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4cedc63badc36b2b39a7c7bc67fd624ab665d4f7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7ee3d",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="users_segment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="segment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."filter" IS DISTINCT FROM (NEW."filter") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                    func='INSERT INTO "users_segmenthistory" ("description", "filter", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."description", NEW."filter", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="f3bd4013c53ca3177ef70e42760926c16d133b92",
                    operation='UPDATE OF "name", "description", "filter"',
                    pgid="pgtrigger_update_update_bd99b",
                    table="users_segment",
                    when="AFTER",
                ),
            ),
        ),
    ]
