"""Mails that are written once and sent again and again: under a name, with every version that there was."""

from typing import Any

import uuid_utils.compat
from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from mailing.models.categories import MailCategory
from mailing.querysets import EmailTemplateQuerySet, EmailTemplateVersionQuerySet
from users.history import tracked
from users.triggers import raise_version

NAME = r"[a-z0-9][a-z0-9_-]{0,99}"
# What a version holds.
CONTENT = ("subject", "html", "text")
EDITED = ("name", "title", "description", "category_id", "archived", *CONTENT)
BODY_LENGTH = 200_000


@tracked(("name", "title", "description", "category", "archived", "current"))
class EmailTemplate(models.Model):
    """A mail under a name, as it reads now; its columns hold the version ``current``."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    name = models.CharField(
        max_length=100,
        unique=True,
        validators=[
            RegexValidator(rf"^{NAME}\Z", _("Small letters, digits, hyphens and underscores, as in thank-you."))
        ],
        help_text=_("By what the API, commands and settings call it, as in thank-you."),
    )
    title = models.CharField(max_length=200, help_text=_("By what people call it."))
    description = models.TextField(
        blank=True, validators=[MaxLengthValidator(1_000)], help_text=_("When it is sent, and to whom.")
    )
    category = models.ForeignKey(
        MailCategory,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="email_templates",
        help_text=_("The sort of mail that it is where the sending does not say so."),
    )
    archived = models.BooleanField(
        default=False, db_default=False, help_text=_("No longer offered, nor sent. Its name stays taken.")
    )
    subject = models.CharField(
        max_length=500, help_text=_("With placeholders, as in {{ first_name | default('you') }}.")
    )
    html = models.TextField(
        _("HTML"),
        blank=True,
        validators=[MaxLengthValidator(BODY_LENGTH)],
        help_text=_(
            "What stands in the layout: headings, paragraphs, lists, links. A whole document is sent as it is."
        ),
    )
    text = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(BODY_LENGTH)],
        help_text=_("For who reads mail as plain text. Empty: made from the HTML."),
    )
    current = models.PositiveIntegerField(default=1, db_default=1, editable=False, help_text=_("The present version."))
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = EmailTemplateQuerySet.as_manager()

    history: models.Manager[Any]  # made by the decorator

    class Meta:
        verbose_name = _("e-mail template")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=rf"^{NAME}$"), name="mailing_emailtemplate_name_is_plain"),
            models.CheckConstraint(
                condition=~Q(html="") | ~Q(text=""),
                name="mailing_emailtemplate_says_something",
                violation_error_message=_("Write an HTML or a text."),
            ),
        ]
        indexes = [
            models.Index("name", "id", name="mailing_emailtemplate_name"),
            models.Index("created_at", "id", name="mailing_emailtemplate_created"),
        ]
        triggers = [raise_version(EDITED)]

    def __str__(self) -> str:
        return self.title


class EmailTemplateVersion(models.Model):
    """How a template read once. Never changed; using it again makes a new one."""

    template = models.ForeignKey(EmailTemplate, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=500)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("Nobody: it came with the product, or an operator wrote it."),
    )
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    objects = EmailTemplateVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="mailing_emailtemplateversion_number")
        ]

    def __str__(self) -> str:
        return str(_("version %s") % self.number)
