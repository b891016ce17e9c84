"""The vocabulary for sets of tokens, of e-mails to be confirmed and of entries of the security log."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.db.models.functions import Now

from users.roles import Role, holds

if TYPE_CHECKING:
    from users.accounts.models import ApiToken, PendingEmail, SecurityEvent  # noqa: F401  # named by the base classes below
    from users.models import User


EMAIL_LIFETIME = timedelta(hours=24)


class PendingEmailQuerySet(QuerySet["PendingEmail"]):
    def standing(self) -> Self:
        """Return those that can still be confirmed: for 24 hours."""
        return self.filter(created_at__gte=Now() - EMAIL_LIFETIME)


class TokenQuerySet(QuerySet["ApiToken"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Return the tokens that ``user`` may know of: their own, for administrators all; none that is revoked."""
        standing = self.standing()
        if holds(user, Role.ADMIN):
            return standing
        return standing.filter(user=user.pk) if user.is_active else standing.none()

    def editable_by(self, user: "User | AnonymousUser") -> Self:
        """Return the tokens that ``user`` may revoke."""
        return self.visible_to(user)

    def standing(self) -> Self:
        """Return those that nobody has revoked; some may be past their time."""
        return self.filter(revoked_at__isnull=True)


class SecurityEventQuerySet(QuerySet["SecurityEvent"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Return the entries that ``user`` may read: administrators all, nobody else any."""
        return self if holds(user, Role.ADMIN) else self.none()
