from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0005_say_why_a_campaign_is_paused")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="form_token",
            field=models.UUIDField(
                editable=False,
                help_text="Of the form it was sent by: each makes one campaign.",
                null=True,
                unique=True,
            ),
        ),
    ]
