from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0010_refuse_people_who_are_nobody")]

    operations = [ValidateConstraint(model_name="user", name="users_user_is_somebody")]
