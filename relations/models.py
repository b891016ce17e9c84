"""Who owns, hosts and attends what; how full an event is; and the ledger of every change."""

import uuid_utils.compat
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from events.models import Event
from relations.guards import ledger_guards, offers_end, part_is_fixed, seat_guards
from relations.querysets import LIVE, RelationQuerySet
from relations.triggers import relation_triggers


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    HOST = "host", _("host")
    ATTENDEE = "attendee", _("attendee")


class Status(models.TextChoices):
    PENDING = "pending", _("pending")
    WAITLISTED = "waitlisted", _("waitlisted")
    OFFERED = "offered", _("offered")
    CONFIRMED = "confirmed", _("confirmed")
    ATTENDED = "attended", _("attended")
    NO_SHOW = "no_show", _("no-show")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")
    CANCELLED = "cancelled", _("cancelled")


# What most of an event's people are not.
UNUSUAL = (Status.PENDING, Status.OFFERED, Status.DECLINED, Status.EXPIRED, Status.CANCELLED, Status.NO_SHOW)
# What an owner or a host can be; an attendee can be any of them.
STATUSES_OF_STAFF = (Status.CONFIRMED, Status.ATTENDED, Status.CANCELLED)


class UserEventRelation(models.Model):
    """One person's part in one event: owner, host or attendee, and how that stands."""

    id = models.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="relations", db_index=False, verbose_name=_("person")
    )
    event = models.ForeignKey(Event, models.PROTECT, related_name="relations", db_index=False)
    role = models.CharField(max_length=16, choices=Role)
    status = models.CharField(max_length=16, choices=Status)
    seq = models.BigIntegerField(help_text=_("The place in the order of arrival, given out under the event's lock."))
    offer_expires_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Until when an offered place can be accepted.")
    )
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = models.Manager.from_queryset(RelationQuerySet)()

    class Meta:
        verbose_name = _("relation")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="relations_role_is_known"),
            models.CheckConstraint(
                condition=Q(role=Role.ATTENDEE, status__in=Status.values) | Q(status__in=STATUSES_OF_STAFF),
                name="relations_status_fits_role",
                violation_error_message=_("An owner or host is confirmed, attended or cancelled."),
            ),
            models.UniqueConstraint(
                fields=["event", "user"],
                condition=Q(role=Role.ATTENDEE, status__in=LIVE),
                name="relations_one_live_registration",
                violation_error_message=_("This person is registered for this event already."),
            ),
            models.UniqueConstraint(
                fields=["event", "user", "role"],
                condition=Q(role__in=(Role.OWNER, Role.HOST)),
                name="relations_one_per_staff_role",
                violation_error_message=_("This person has this role in this event already."),
            ),
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(role=Role.OWNER) & ~Q(status=Status.CANCELLED),
                name="relations_one_owner",
                violation_error_message=_("This event has an owner already."),
            ),
            models.UniqueConstraint(fields=["event", "seq"], name="relations_one_per_place"),
        ]
        indexes = [
            models.Index("event", "role", "created_at", "id", name="relations_by_event", include=["status"]),
            models.Index("user", "role", "created_at", "id", name="relations_by_user", include=["status"]),
            models.Index(
                fields=["event", "seq"],
                condition=Q(role=Role.ATTENDEE, status=Status.WAITLISTED),
                name="relations_queue",
            ),
            models.Index(
                fields=["offer_expires_at"], condition=Q(status=Status.OFFERED), name="relations_offers_by_end"
            ),
            models.Index(fields=["user"], condition=Q(status=Status.NO_SHOW), name="relations_no_shows"),
            # What few of an event's people are, which its index of all would be walked for. Without what registering
            # and checking in write, which this so costs nothing.
            models.Index(
                fields=["event", "status", "seq"],
                condition=Q(role=Role.ATTENDEE, status__in=UNUSUAL),
                name="relations_unusual",
            ),
        ]
        triggers = [*relation_triggers(), part_is_fixed(), offers_end()]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.event}"


class EventCapacity(models.Model):
    """How full one event is: the one row that a registration locks. Its counters belong to the triggers."""

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="capacity")
    taken = models.IntegerField(default=0, db_default=0)
    waiting = models.IntegerField(default=0, db_default=0)
    next_seq = models.BigIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name_plural = _("event capacities")
        triggers = seat_guards()

    def __str__(self) -> str:
        return f"{self.taken} of {self.event.max_capacity or '∞'}"

    def has_room(self) -> bool:
        """Tell whether a newcomer gets a seat at once: one is free, and nobody waits for it."""
        capacity = self.event.max_capacity
        return capacity is None or (self.taken < capacity and not self.waiting)


class Settlement(models.Model):
    """An event that was cancelled or completed, and whose attendees have not all been told what became of them."""

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="settlement")
    reason = models.CharField(max_length=200, help_text=_("What the ledger says of each of them."))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(
        max_length=16, choices=Status, help_text=_("What those become who were confirmed and not checked in.")
    )
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.event}: {self.reason}"


class RelationTransition(models.Model):
    """One line of the ledger: what a relation became, by whom and why. Appended by the triggers alone."""

    relation = models.ForeignKey(UserEventRelation, models.PROTECT, related_name="transitions")
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text=_("Nobody: the system.")
    )
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("line of the ledger")
        verbose_name_plural = _("lines in the ledger")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["relation"], condition=Q(to_status=Status.WAITLISTED), name="relations_waits"),
        ]
        triggers = ledger_guards()

    def __str__(self) -> str:
        return f"{self.from_status or '–'} → {self.to_status}: {self.reason}"


class CalendarFeed(models.Model):
    """The secret address of a person's calendar or of an event, of which only a digest is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="calendar_feed", verbose_name=_("person")
    )
    event = models.OneToOneField(Event, models.CASCADE, null=True, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, event__isnull=True) | Q(user__isnull=True, event__isnull=False),
                name="relations_feed_is_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.user or self.event}"
