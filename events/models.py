"""Events: when and where people meet, and how many of them there is room for."""

import zoneinfo
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from api.validation import CheckedAtOnce
from events.expressions import event_search_text
from events.querysets import EventQuerySet, SeriesQuerySet
from events.recurrence import LONGEST_RULE
from users.expressions import text_key
from users.external_ids import ExternalIdField, external_id_is_no_id_or_path
from users.history import tracked
from users.triggers import raise_version
from users.zones import validate_zone

EDITED = (
    "external_id",
    "slug",
    "title",
    "description",
    "organizer",
    "start_at",
    "end_at",
    "timezone",
    "venue",
    "max_capacity",
    "waitlist_enabled",
    "requires_approval",
    "offer_minutes",
    "status",
)
# Two days within what a datetime holds, so that a time can be shown in every zone.
EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
TOO_LATE = datetime(9999, 12, 30, tzinfo=UTC)


LONGEST_OFFER = 60 * 24 * 60  # sixty days


class EventStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    CANCELLED = "cancelled", _("cancelled")
    COMPLETED = "completed", _("completed")


class EventSeries(models.Model):
    """Events made from one by a rule; each is an event of its own, which may be changed and moved alone."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    rule = models.CharField(max_length=LONGEST_RULE, help_text=_("When it repeats: an RRULE of RFC 5545."))
    timezone = models.CharField(max_length=64, validators=[validate_zone])
    first_start_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = models.Manager.from_queryset(SeriesQuerySet)()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.rule


@tracked(EDITED)
class Event(CheckedAtOnce):
    """A meeting of people at a time, with room for so many of them."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    external_id = ExternalIdField(
        max_length=200, unique=True, null=True, blank=True, help_text=_("The event's id in another system.")
    )
    slug = models.SlugField(max_length=120, unique=True, help_text=_("Made from the title when empty."))
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    organizer = models.CharField(max_length=200, blank=True, help_text=_("Free text, as shown to the public."))
    start_at = models.DateTimeField(_("start"))
    end_at = models.DateTimeField(_("end"), null=True, blank=True)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    venue = models.CharField(max_length=200, blank=True)
    max_capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, help_text=_("Empty: unlimited."))
    waitlist_enabled = models.BooleanField(_("waitlist"), default=True, help_text=_("Queue people once it is full."))
    requires_approval = models.BooleanField(
        _("approval"),
        default=False,
        db_default=False,
        help_text=_("Who registers waits until somebody who leads the event approves."),
    )
    offer_minutes = models.PositiveIntegerField(
        _("offers last (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_OFFER)],
        help_text=_("How long a freed place is kept for the head of the queue to accept. Empty: given at once."),
    )
    status = models.CharField(max_length=16, choices=EventStatus, default=EventStatus.ACTIVE)
    series = models.ForeignKey(
        EventSeries, models.PROTECT, null=True, blank=True, editable=False, related_name="events", db_index=False
    )
    occurrence_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the series' rule says it begins, wherever it was moved."),
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = models.Manager.from_queryset(EventQuerySet)()

    history: models.Manager[Any]  # made by the decorator

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_at__isnull=True) | Q(end_at__gte=F("start_at")),
                name="events_event_ends_after_start",
                violation_error_message=_("The event ends before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(start_at__gte=EARLIEST, start_at__lt=TOO_LATE)
                & (Q(end_at__isnull=True) | Q(end_at__gte=EARLIEST, end_at__lt=TOO_LATE)),
                name="events_event_at_a_showable_time",
                violation_error_message=_("An event starts and ends between 0001-01-03 and 9999-12-29 (UTC)."),
            ),
            models.CheckConstraint(condition=Q(status__in=EventStatus.values), name="events_event_status_is_known"),
            models.CheckConstraint(
                condition=Q(offer_minutes__isnull=True) | Q(offer_minutes__gte=1, offer_minutes__lte=LONGEST_OFFER),
                name="events_event_offers_last_a_while",
                violation_error_message=_("An offer lasts from one minute to sixty days."),
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=True, occurrence_at__isnull=True)
                | Q(series__isnull=False, occurrence_at__isnull=False),
                name="events_event_of_a_series_at_its_time",
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence_at"],
                condition=Q(series__isnull=False),
                name="events_event_once_per_occurrence",
            ),
            external_id_is_no_id_or_path("events_event"),
        ]
        indexes = [
            models.Index("start_at", "id", name="events_event_start_at"),
            models.Index("status", "start_at", "id", name="events_event_status_start"),
            models.Index(text_key("title"), "id", name="events_event_title"),
            models.Index(text_key("venue"), "id", name="events_event_venue"),
            models.Index("created_at", "id", name="events_event_created_at"),
            GinIndex(OpClass(event_search_text(), "gin_trgm_ops"), name="events_event_search"),
        ]
        triggers = [raise_version(EDITED)]

    def __str__(self) -> str:
        return self.title

    @property
    def local_start(self) -> datetime:
        """The start in the event's own zone."""
        return self.start_at.astimezone(zoneinfo.ZoneInfo(self.timezone))

    def is_over(self) -> bool:
        """Tell whether the event has ended (or begun, where no end is known)."""
        return (self.end_at or self.start_at) < clock.now()
