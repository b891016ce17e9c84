from django.db import migrations, models


class Migration(migrations.Migration):
    """Gives the column's field a wider name; the column, which older code still writes, keeps its own."""

    dependencies = [("mailing", "0006_make_one_campaign_of_one_form")]

    operations = [
        migrations.AlterField(
            model_name="accountmail", name="signup", field=models.UUIDField(db_column="signup", null=True)
        ),
        migrations.RenameField(model_name="accountmail", old_name="signup", new_name="key"),
    ]
