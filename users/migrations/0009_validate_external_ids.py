from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0008_refuse_ids_that_paths_swallow")]

    operations = [ValidateConstraint(model_name="user", name="users_user_external_id_is_no_id_or_path")]
