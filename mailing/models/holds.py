"""What holds mail back: addresses that get none, and lanes that wait for a server in trouble."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from mailing.models.campaigns import Lane
from mailing.querysets import SuppressionQuerySet


class SuppressionReason(models.TextChoices):
    HARD_BOUNCE = "hard_bounce", _("hard bounce")
    COMPLAINT = "complaint", _("complaint")
    MANUAL = "manual", _("by hand")
    IMPORTED = "imported", _("imported")


class Suppression(models.Model):
    """An address that gets no mail of any kind."""

    address = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=16, choices=SuppressionReason)
    detail = models.TextField(blank=True, help_text=_("What the mail server said."))
    at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index("reason", "id", name="mailing_suppression_reason")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=SuppressionReason.values), name="mailing_suppression_reason_is_known"
            ),
            models.CheckConstraint(
                condition=Q(address=Lower(F("address"))), name="mailing_suppression_address_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_reason_display()}"


class SuppressionStep(models.TextChoices):
    ADDED = "added", _("added")
    REMOVED = "removed", _("removed")


class SuppressionChange(models.Model):
    """The history of suppressions: which address was held back or let go, when, why and by whom."""

    address = models.CharField(max_length=254)
    step = models.CharField(max_length=16, choices=SuppressionStep)
    reason = models.CharField(max_length=16, choices=SuppressionReason, help_text=_("Why mail was held back."))
    detail = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("Nobody: a worker, a provider, or an operator."),
    )
    at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=SuppressionStep.values, reason__in=SuppressionReason.values),
                name="mailing_suppressionchange_words_are_known",
            ),
        ]
        indexes = [models.Index("address", "id", name="mailing_suppressionchange_addr")]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_step_display()}"


class LanePause(models.Model):
    """A lane whose mail server refuses us or cannot be reached: tried again at a time, ever later."""

    lane = models.CharField(max_length=16, choices=Lane, primary_key=True)
    until = models.DateTimeField()
    failures = models.PositiveIntegerField(default=1, help_text=_("In a row, without a mail getting through."))
    trouble = models.TextField(help_text=_("What the mail server, or the way to it, said last."))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lane__in=Lane.values), name="mailing_lanepause_lane_is_known")
        ]

    def __str__(self) -> str:
        return f"{self.get_lane_display()}: {self.trouble}"
