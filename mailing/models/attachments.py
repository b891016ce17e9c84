"""Files that go along with a mail."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mailing.models.campaigns import Campaign


class Attachment(models.Model):
    """A file of a mail to one person, kept until a week after the mail is finished."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="mailing_attachment_has_a_name")]

    def __str__(self) -> str:
        return _("%(name)s (%(bytes)s bytes)") % {"name": self.name, "bytes": len(self.content)}
