from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations

from users.identity import is_somebody, refuse_stored_nobodies


class Migration(migrations.Migration):
    """Holds new rows to the rule at once; the next migration looks at the old ones, and locks nobody out for it."""

    dependencies = [("users", "0009_validate_external_ids")]

    operations = [
        migrations.RunPython(refuse_stored_nobodies, migrations.RunPython.noop),
        AddConstraintNotValid(model_name="user", constraint=is_somebody()),
    ]
