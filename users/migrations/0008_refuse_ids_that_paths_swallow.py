from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations

from users.external_ids import external_id_is_no_id_or_path, refuse_stored_ids


class Migration(migrations.Migration):
    """Holds new rows to the rule at once; the next migration looks at the old ones, and locks nobody out for it."""

    dependencies = [("users", "0007_drop_counters_of_people")]

    operations = [
        migrations.RunPython(refuse_stored_ids("users", "user"), migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="user", name="users_user_external_id_is_no_id_or_path"),
        AddConstraintNotValid(model_name="user", constraint=external_id_is_no_id_or_path("users_user")),
    ]
