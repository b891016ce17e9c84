"""The sorts of mail to many, as people choose among them."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

KEY = r"[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?"


class MailCategory(models.Model):
    """A sort of mail to many that people can do without on its own."""

    key = models.CharField(
        max_length=50,
        unique=True,
        validators=[RegexValidator(rf"^{KEY}\Z", _("Small letters, digits and hyphens, as in event-news."))],
        help_text=_("Names it in the API and in the List-Id of its mails: mail programs sort by it. Do not change it."),
    )
    name = models.CharField(max_length=100, help_text=_("As people read it, where they choose what they get."))
    description = models.CharField(
        max_length=300, blank=True, help_text=_("What they would get, and how often, in a sentence.")
    )

    class Meta:
        verbose_name = _("mail category")
        verbose_name_plural = _("mail categories")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=rf"^{KEY}$"), name="mailing_mailcategory_key_is_plain"),
        ]

    def __str__(self) -> str:
        return self.name
