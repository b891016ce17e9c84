"""The vocabulary for sets of segments."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet, Value
from django.db.models.functions import Collate
from django.db.models.lookups import Exact

from users.expressions import SortKey, text_key
from users.roles import STAFF_ROLES, Role, holds

if TYPE_CHECKING:
    from users.models import User
    from users.segments.models import Segment  # noqa: F401  # named by the base class below


class SegmentQuerySet(QuerySet["Segment"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Return the segments that ``user`` may know of: staff know of all, nobody else of any."""
        return self if holds(user, *STAFF_ROLES) else self.none()

    def editable_by(self, user: "User | AnonymousUser") -> Self:
        """Return the segments that ``user`` may change or delete: all for administrators, their own for other staff."""
        if holds(user, Role.ADMIN):
            return self
        return self.filter(owner=user.pk) if holds(user, *STAFF_ROLES) else self.none()

    def named(self, name: str) -> Self:
        """Return the one segment of this name, without regard to case and accents."""
        return self.filter(Exact(text_key("name"), Collate(SortKey(Value(name.strip())), "C")))

    def naming(self, keys: Collection[UUID]) -> Self:
        """Return the segments whose filters name one of the segments ``keys``."""
        return self.filter(uses__overlap=list(keys))
