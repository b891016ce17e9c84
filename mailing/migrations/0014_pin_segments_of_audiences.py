from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailing", "0013_write_registration_mail_in_a_function"),
    ]

    operations = [
        migrations.AddField(
            model_name="audience",
            name="segments",
            field=models.JSONField(
                help_text="The segments that the filter names, as they were when the campaign was made.", null=True
            ),
        ),
    ]
