"""The vocabulary for sets of events."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone as clock

from users.models import User

if TYPE_CHECKING:
    from events.models import Event  # noqa: F401  # named by the base class below


class EventQuerySet(QuerySet["Event"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the events that ``user`` may know of: all for staff, none for others."""
        return self if user.is_active and user.is_staff else self.none()

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Return the events that ``user`` may change or delete."""
        return self.visible_to(user)

    def active(self) -> Self:
        """Return the events that take people: neither draft, cancelled nor completed."""
        return self.filter(status="active")

    def upcoming(self) -> Self:
        """Return the events that have not begun."""
        return self.filter(start_at__gte=clock.now())

    def past(self) -> Self:
        """Return the events that have ended, or begun where no end is known."""
        now = clock.now()
        return self.filter(Q(end_at__lt=now) | Q(end_at__isnull=True, start_at__lt=now))
