from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0004_mail_about_accounts")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="trouble",
            field=models.TextField(
                blank=True, db_default="", default="", editable=False, help_text="Why a worker has paused it."
            ),
        ),
    ]
