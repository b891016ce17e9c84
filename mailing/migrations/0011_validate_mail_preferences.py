from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailing", "0010_let_people_choose_their_mail")]

    operations = [
        ValidateConstraint(model_name="campaignexclusion", name="mailing_exclusion_detail_is_of_who_unsubscribed"),
        ValidateConstraint(model_name="suppression", name="mailing_suppression_reason_is_known"),
    ]
