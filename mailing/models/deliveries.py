"""The outbox: one row for each mail to one person, and the truth of what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Coalesce, Lower, Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from mailing.models.campaigns import Campaign
from mailing.querysets import DeliveryQuerySet
from relations.models import RelationTransition


class DeliveryStatus(models.TextChoices):
    """Claimed: a worker holds it. Sending: it is about to be, or is being, handed over. In doubt: nobody knows."""

    QUEUED = "queued", _("queued")
    CLAIMED = "claimed", _("claimed")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("suppressed")
    IN_DOUBT = "in_doubt", _("in doubt")
    CANCELLED = "cancelled", _("cancelled")


HELD = (DeliveryStatus.CLAIMED, DeliveryStatus.SENDING)
LIVE = (DeliveryStatus.QUEUED, *HELD)
NO_LINE = Coalesce("transition", 0, output_field=BigIntegerField())


class Delivery(models.Model):
    """One campaign's mail to one person at one address. Its status changes only by the claim's token or a service."""

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="deliveries", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("person"),
        help_text=_("Nobody: an address that somebody signs up with, or that a person has left."),
    )
    address = models.CharField(max_length=254)
    transition = models.ForeignKey(
        RelationTransition,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("line of the ledger"),
        help_text=_("What happened to a registration, of which this mail tells. Empty: it tells of none."),
    )
    status = models.CharField(
        max_length=16, choices=DeliveryStatus, default=DeliveryStatus.QUEUED, db_default=DeliveryStatus.QUEUED.value
    )
    token = models.UUIDField(null=True, editable=False, help_text=_("The claim of the worker that holds it."))
    lease_until = models.DateTimeField(null=True, editable=False, help_text=_("When the claim ends by itself."))
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(default=clock.now, db_default=Now())
    message_id = models.CharField(max_length=200, blank=True, db_default="")
    error = models.TextField(blank=True, db_default="")
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("deliveries")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DeliveryStatus.values), name="mailing_delivery_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=HELD, token__isnull=False, lease_until__isnull=False)
                | (~Q(status__in=HELD) & Q(token__isnull=True, lease_until__isnull=True)),
                name="mailing_delivery_held_by_token",
            ),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="mailing_delivery_sent_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(address=Lower(F("address"))), name="mailing_delivery_address_is_lower_case"
            ),
            # In this order both also serve look-ups: of a person's mail, and of an address that is being suppressed.
            # A mail about registrations tells somebody of each line of the ledger, any other tells them once.
            models.UniqueConstraint("user", "campaign", NO_LINE, name="mailing_delivery_one_per_person"),
            models.UniqueConstraint("address", "campaign", NO_LINE, name="mailing_delivery_one_per_address"),
            models.UniqueConstraint(
                fields=["transition"], condition=Q(transition__isnull=False), name="mailing_delivery_one_per_line"
            ),
        ]
        indexes = [
            models.Index("campaign", "id", name="mailing_delivery_campaign"),
            models.Index("campaign", "status", "id", name="mailing_delivery_status"),
            # By campaign, so that the rows of a paused one are never scanned past.
            models.Index(
                fields=["campaign", "next_attempt_at", "id"],
                condition=Q(status=DeliveryStatus.QUEUED),
                name="mailing_delivery_queue",
            ),
            models.Index(fields=["lease_until"], condition=Q(status__in=HELD), name="mailing_delivery_held"),
            # Of all campaigns. Of what most rows are, queued and sent, a page is full soon without it.
            models.Index(
                fields=["status", "id"],
                condition=~Q(status__in=(DeliveryStatus.SENT, DeliveryStatus.QUEUED)),
                name="mailing_delivery_unusual",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_status_display()}"
