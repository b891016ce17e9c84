"""The vocabulary for sets of relations between people and events."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone as clock

from events.models import Event
from users.models import User
from users.roles import Role, holds

if TYPE_CHECKING:
    from relations.models import UserEventRelation  # noqa: F401  # named by the base class below

LIVE = ("pending", "waitlisted", "offered", "confirmed", "attended")
GIVEN_UP_BY_ONESELF = ("pending", "waitlisted", "offered", "confirmed")
HOLDING_A_PLACE = ("offered", "confirmed", "attended")


class RelationQuerySet(QuerySet["UserEventRelation"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the relations that ``user`` may know of.

        All for administrators and agents, those of their own events for organizers, and for everybody their own; in
        drafts, which only staff may know of, for staff alone.
        """
        if holds(user, Role.ADMIN, Role.AGENT):
            return self
        if holds(user, Role.ORGANIZER):
            return self.filter(Q(event__in=_events_of(user)) | Q(user=user))
        return self.filter(user=user).exclude(event__status="draft") if user.is_active else self.none()

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Return the relations that ``user`` may end.

        All for administrators, those of their own events for organizers, and for everybody what they can still give up.
        """
        if holds(user, Role.ADMIN):
            return self
        if not user.is_active:
            return self.none()
        own = Q(user=user, role="attendee", status__in=GIVEN_UP_BY_ONESELF, event__status="active")
        own &= _not_over()
        return self.filter(own | Q(event__in=_events_of(user))) if holds(user, Role.ORGANIZER) else self.filter(own)

    def live(self) -> Self:
        """Return those that have not ended."""
        return self.filter(status__in=LIVE)

    def latest_of_each(self) -> Self:
        """Return of those that one person has in one event in one role the last, which alone can be live."""
        later = self.model._default_manager.filter(
            user=OuterRef("user"), event=OuterRef("event"), role=OuterRef("role"), seq__gt=OuterRef("seq")
        )
        return self.filter(~Exists(later))

    def ahead(self) -> Self:
        """Return those in events that are not over."""
        return self.filter(_not_over())

    def behind(self) -> Self:
        """Return those in events that are over."""
        now = clock.now()
        return self.filter(Q(event__end_at__lte=now) | Q(event__end_at__isnull=True, event__start_at__lte=now))

    def leading(self) -> Self:
        """Return the present owners and hosts."""
        return self.filter(role__in=("owner", "host"), status__in=("confirmed", "attended"))

    def waiting(self) -> Self:
        """Return the queue in the order in which it is served."""
        return self.filter(role="attendee", status="waitlisted").order_by("seq")

    def offers_due(self, moment: datetime) -> Self:
        """Return the offers that nobody accepted until ``moment``."""
        return self.filter(status="offered", offer_expires_at__lte=moment)


def _not_over() -> Q:
    now = clock.now()
    return Q(event__end_at__gt=now) | Q(event__end_at__isnull=True, event__start_at__gt=now)


def _events_of(user: User) -> "QuerySet[Event]":
    return Event.objects.owned_or_hosted_by(user).order_by().values("pk")  # type: ignore[return-value]  # rows of keys
