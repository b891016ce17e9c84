"""One mail to many people: its content, whom it is for, and who was left out."""

import uuid_utils.compat
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from events.models import Event
from mailing.description import described, described_subject
from mailing.models.categories import MailCategory
from mailing.querysets import CampaignQuerySet, ExclusionQuerySet
from users.triggers import raise_version

EDITED = ("subject", "text", "html", "status", "scheduled_at")


class Lane(models.TextChoices):
    """What may overtake what: mail that somebody waits for is not held up by mail to many."""

    TRANSACTIONAL = "transactional", _("transactional")
    CAMPAIGN = "campaign", _("campaign")


class CampaignStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    FREEZING = "freezing", _("freezing")
    SCHEDULED = "scheduled", _("scheduled")
    SENDING = "sending", _("sending")
    PAUSED = "paused", _("paused")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("cancelled")


class Campaign(models.Model):
    """A mail with its content as it was when it was made; its templates are filled in for each recipient."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    template = models.CharField(max_length=100, blank=True, help_text=_("The template that it was made from."))
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    lane = models.CharField(max_length=16, choices=Lane, default=Lane.CAMPAIGN)
    category = models.ForeignKey(
        MailCategory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        help_text=_("Who does without this sort of mail is left out. Empty: only who does without all mail to many."),
    )
    event = models.ForeignKey(
        Event,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        help_text=_("What it is about: who wants no mail about this event is left out."),
    )
    status = models.CharField(max_length=16, choices=CampaignStatus, default=CampaignStatus.DRAFT)
    scheduled_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: at once."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        help_text=_("With whose rights the audience is chosen. Nobody: an operator, who sees everybody."),
    )
    frozen_count = models.PositiveIntegerField(
        null=True, editable=False, help_text=_("How many deliveries it became. Empty: not all are made yet.")
    )
    trouble = models.TextField(
        blank=True, default="", db_default="", editable=False, help_text=_("Why a worker has paused it.")
    )
    final_counts = models.JSONField(
        null=True, editable=False, help_text=_("How many deliveries are in each state. Empty: not finished, so count.")
    )
    form_token = models.UUIDField(
        null=True, unique=True, editable=False, help_text=_("Of the form it was sent by: each makes one campaign.")
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(lane__in=Lane.values), name="mailing_campaign_lane_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=CampaignStatus.values), name="mailing_campaign_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(frozen_count__isnull=False) | ~Q(status__in=("scheduled", "sending", "sent")),
                name="mailing_campaign_sends_once_frozen",
            ),
            models.CheckConstraint(
                condition=Q(final_counts__isnull=True) | Q(finished_at__isnull=False),
                name="mailing_campaign_counts_final_once_finished",
            ),
        ]
        indexes = [
            models.Index("created_at", "id", name="mailing_campaign_created_at"),
            models.Index("status", "created_at", "id", name="mailing_campaign_status"),
            models.Index("created_by", name="mailing_campaign_created_by"),
            models.Index(
                fields=["lane", "id"],
                condition=Q(finished_at__isnull=True) & ~Q(status="draft"),
                name="mailing_campaign_unfinished",
            ),
        ]
        triggers = [raise_version(EDITED)]

    def __str__(self) -> str:
        """Return the subject with names for what differs from person to person.

        An event that it is about is named where ``with_events`` has read it along.
        """
        title = self.event_title
        return described_subject(self.subject, event=title) if title else described(self.subject).subject

    @property
    def is_automatic(self) -> bool:
        """Whether the product itself made it, of what happened to a registration or an account."""
        return self.lane == Lane.TRANSACTIONAL and self.created_by_id is None

    @property
    def event_title(self) -> str:
        """The title of the event that it is about, if ``with_events`` has read it along."""
        about = self._state.fields_cache.get("registration_mail")
        return about.event.title if about else ""


class Audience(models.Model):
    """Whom a campaign is for, and how far the freeze has come: people are taken in the order of their ids."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="audience")
    people = ArrayField(models.UUIDField(), null=True, help_text=_("Ids of people who were picked one by one."))
    filter = models.JSONField(null=True, help_text=_("The filter that chooses them, in the API's grammar."))
    segments = models.JSONField(
        null=True, help_text=_("The segments that the filter names, as they were when the campaign was made.")
    )
    ahead = ArrayField(
        models.UUIDField(),
        null=True,
        help_text=_("Whom the filter found when it was last evaluated, to be frozen next."),
    )
    frozen_through = models.UUIDField(null=True, help_text=_("The last person who was frozen or left out."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(people__isnull=True) ^ Q(filter__isnull=True), name="mailing_audience_is_people_or_filter"
            )
        ]

    def __str__(self) -> str:
        return f"audience of {self.campaign_id}"


class OptOutScope(models.TextChoices):
    """How much of the mail to many somebody does without."""

    ALL = "all", _("all mail to many")
    CATEGORY = "category", _("this sort of mail")
    EVENT = "event", _("mail about this event")


class ExclusionReason(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    SUPPRESSED = "suppressed", _("suppressed address")
    INACTIVE = "inactive", _("inactive person")
    NO_ADDRESS = "no_address", _("no address")
    DUPLICATE = "duplicate", _("duplicate")
    UNKNOWN = "unknown", _("unknown")


class CampaignExclusion(models.Model):
    """Somebody whom the campaign was meant for and who gets no mail (or not another one), and why."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="exclusions", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="campaign_exclusions",
        verbose_name=_("person"),
    )
    given = models.CharField(max_length=254, blank=True, help_text=_("The id or address that is nobody's."))
    email = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=16, choices=ExclusionReason)
    detail = models.CharField(
        max_length=16,
        choices=OptOutScope,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of somebody who unsubscribed: from all mail to many, this category, or this event."),
    )

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=ExclusionReason.values), name="mailing_exclusion_reason_is_known"
            ),
            models.CheckConstraint(
                condition=Q(detail="") | Q(detail__in=OptOutScope.values, reason="unsubscribed"),
                name="mailing_exclusion_detail_is_of_who_unsubscribed",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, given="") | Q(user__isnull=True, reason="unknown"),
                name="mailing_exclusion_is_a_person_or_unknown",
            ),
            models.UniqueConstraint(
                fields=["campaign", "user"], condition=Q(user__isnull=False), name="mailing_exclusion_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["campaign", "given"], condition=Q(user__isnull=True), name="mailing_exclusion_once_per_unknown"
            ),
        ]
        indexes = [
            models.Index("campaign", "id", name="mailing_exclusion_campaign"),
            models.Index("campaign", "reason", "id", name="mailing_exclusion_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.email or self.given or self.user_id}: {self.get_reason_display()}"
