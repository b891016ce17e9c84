from django.db import migrations

from users.languages import TAG

# Another case or underscores are written as tags are; what is none becomes the default. The history keeps what it was.
MEND = f"""
    UPDATE users_user u SET language = CASE WHEN m.tag ~ '{TAG}' THEN m.tag ELSE 'en' END
      FROM (SELECT id, lower(replace(btrim(language), '_', '-')) AS tag FROM users_user WHERE language !~ '{TAG}') m
     WHERE u.id = m.id
"""  # noqa: S608  # constants


class Migration(migrations.Migration):
    dependencies = [("users", "0013_hold_languages_to_the_form_of_tags")]

    operations = [migrations.RunSQL(MEND, migrations.RunSQL.noop)]
