"""What people do without: all mail to many, that of one category, or that about one event."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from events.models import Event
from mailing.models.campaigns import Campaign, OptOutScope
from mailing.models.categories import MailCategory


class OptOutSource(models.TextChoices):
    """By which door it was said."""

    ONE_CLICK = "one_click", _("button of a mail program")
    PAGE = "page", _("page that a mail links to")
    ACCOUNT = "account", _("the person's account")
    API = "api", _("API")
    ADMIN = "admin", _("admin")


class OptOut(models.Model):
    """One person's wish to get no mail of a scope, from when until when; mail that they wait for is sent all the same.

    Undone, the row stays: it is the proof of who wanted what, and when.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="opt_outs", db_index=False, verbose_name=_("person")
    )
    category = models.ForeignKey(MailCategory, models.PROTECT, null=True, related_name="opt_outs")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="opt_outs")
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, related_name="opt_outs", help_text=_("By a link of which mail.")
    )
    source = models.CharField(max_length=16, choices=OptOutSource)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("Who said so, signed in. Nobody: whoever had the link of a mail."),
    )
    at = models.DateTimeField(default=clock.now, db_default=Now())
    ended_at = models.DateTimeField(null=True, help_text=_("When it was undone. Empty: it holds."))
    ended_source = models.CharField(max_length=16, choices=OptOutSource, blank=True, default="", db_default="")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(event__isnull=True), name="mailing_optout_has_one_scope"
            ),
            models.CheckConstraint(
                condition=Q(source__in=OptOutSource.values, ended_source__in=["", *OptOutSource.values]),
                name="mailing_optout_source_is_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_source="") | (Q(ended_at__isnull=False) & ~Q(ended_source="")),
                name="mailing_optout_ends_by_some_door",
            ),
            # These also serve the look-ups of freeze and gate: a person's wishes that hold.
            models.UniqueConstraint(
                fields=["user", "category", "event"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="mailing_optout_holds_once",
            ),
        ]
        indexes = [models.Index("user", "id", name="mailing_optout_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.category or self.event or self.scope.label}"

    @property
    def scope(self) -> OptOutScope:
        """How much it is about."""
        if self.category_id:
            return OptOutScope.CATEGORY
        return OptOutScope.EVENT if self.event_id else OptOutScope.ALL
