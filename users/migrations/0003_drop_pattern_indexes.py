from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0002_record_imports")]

    operations = [
        # Django adds an index for LIKE to each unique text column. Nobody looks for the beginning of an id or an
        # e-mail there (search has indexes of its own), and every import pays for them.
        migrations.RunSQL(
            "DROP INDEX IF EXISTS users_user_external_id_ff3064b9_like",
            "CREATE INDEX users_user_external_id_ff3064b9_like ON users_user (external_id varchar_pattern_ops)",
        ),
        migrations.RunSQL(
            "DROP INDEX IF EXISTS users_user_email_243f6e77_like",
            "CREATE INDEX users_user_email_243f6e77_like ON users_user (email varchar_pattern_ops)",
        ),
    ]
