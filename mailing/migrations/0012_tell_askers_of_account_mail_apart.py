from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0011_validate_mail_preferences")]

    operations = [
        migrations.AddField(
            model_name="accountmail",
            name="asker",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
    ]
