"""Which campaigns are mails about one event to those who registered for it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event
from mailing.models.campaigns import Campaign


class RegistrationMailKind(models.TextChoices):
    """Which mail; also the name of its templates. All but the last two are about one line of the ledger."""

    CONFIRMED = "confirmed", _("registration confirmed")
    WAITLISTED = "waitlisted", _("on the waitlist")
    PENDING = "pending", _("registration received")
    PROMOTED = "promoted", _("promoted from the waitlist")
    OFFERED = "offered", _("place offered")
    EXPIRED = "expired", _("offer expired")
    WITHDRAWN = "withdrawn", _("cancelled by the person")
    CANCELLED = "cancelled", _("cancelled by the organiser")
    EVENT_CANCELLED = "event_cancelled", _("event cancelled")
    DECLINED = "declined", _("registration declined")
    CHANGED = "changed", _("event changed")
    REMINDER = "reminder", _("reminder")


class RegistrationMail(models.Model):
    """A campaign of one kind of mail about one event; those about lines of the ledger go on growing with it."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="registration_mail")
    event = models.ForeignKey(Event, models.CASCADE, related_name="mails", db_index=False)
    kind = models.CharField(max_length=16, choices=RegistrationMailKind)
    edition = models.BigIntegerField(
        default=0, help_text=_("Of a change: the event's version; of a reminder: the start in seconds of Unix time.")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=RegistrationMailKind.values), name="mailing_registrationmail_kind_is_known"
            ),
            models.UniqueConstraint(fields=["event", "kind", "edition"], name="mailing_registrationmail_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.event_id}"
