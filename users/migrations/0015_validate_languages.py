from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0014_mend_languages")]

    operations = [ValidateConstraint(model_name="user", name="users_user_language_is_a_tag")]
