from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations

import users.fields
from users.languages import language_is_a_tag


class Migration(migrations.Migration):
    """Holds new rows to the rule at once; the next migrations mend the old ones and look at all of them."""

    dependencies = [("users", "0012_keep_emails_to_be_confirmed")]

    operations = [
        *(
            migrations.AlterField(
                model_name=model,
                name="language",
                field=users.fields.LanguageField(
                    default="en", help_text="A tag such as en, de or pt-BR.", max_length=16
                ),
            )
            for model in ("user", "userhistory")
        ),
        AddConstraintNotValid(model_name="user", constraint=language_is_a_tag()),
    ]
