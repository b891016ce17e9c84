"""The vocabulary for sets of events."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone as clock

from users.models import User
from users.roles import STAFF_ROLES, Role, holds

if TYPE_CHECKING:
    from events.models import Event, EventSeries  # noqa: F401  # named by the base classes below


class EventQuerySet(QuerySet["Event"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the events that ``user`` may know of.

        Staff know of all; customers of those that are active, and of others than drafts in which they have a part.
        """
        if holds(user, *STAFF_ROLES):
            return self
        if not holds(user, Role.CUSTOMER):
            return self.none()
        own = self.model._default_manager.filter(relations__user=user).values("pk")
        return self.filter(Q(status="active") | (Q(pk__in=own) & ~Q(status="draft")))

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Return the events that ``user`` may change or delete: all for administrators, their own for organizers."""
        if holds(user, Role.ADMIN):
            return self
        return self.owned_or_hosted_by(user) if holds(user, Role.ORGANIZER) else self.none()

    def owned_or_hosted_by(self, user: User) -> Self:
        """Return the events of which ``user`` is owner or host at present."""
        leading = self.model._default_manager.filter(
            relations__user=user, relations__role__in=("owner", "host"), relations__status__in=("confirmed", "attended")
        )
        return self.filter(pk__in=leading.values("pk"))

    def upcoming(self) -> Self:
        """Return the events that have not begun."""
        return self.filter(start_at__gte=clock.now())


class SeriesQuerySet(QuerySet["EventSeries"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the series of which ``user`` may know an event."""
        events: Any = self.model._meta.get_field("events").related_model
        return self.filter(pk__in=events.objects.visible_to(user).filter(series__isnull=False).values("series"))

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Return none: a series changes through its events."""
        return self.none()
