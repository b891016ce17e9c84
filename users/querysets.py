"""The vocabulary for sets of people."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from users.roles import STAFF_ROLES, Role, holds

if TYPE_CHECKING:
    from users.models import User

HOSTED = Q(relations__role="host") & ~Q(relations__status="cancelled")
ATTENDED = Q(relations__role="attendee", relations__status="attended")


class UserQuerySet(QuerySet["User"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Return the people that ``user`` may know of: staff know of all, everybody else of themselves."""
        if holds(user, *STAFF_ROLES):
            return self
        return self.filter(pk=user.pk) if user.is_active else self.none()

    def editable_by(self, user: "User | AnonymousUser") -> Self:
        """Return the people whose profile ``user`` may change."""
        return self.visible_to(user)

    def sign_in_editable_by(self, user: "User | AnonymousUser") -> Self:
        """Return the people whose e-mail and sign-in ``user`` may change: themselves, and contacts.

        Nobody but an administrator may do so with somebody else who has an account, a role or a password: who could
        set their e-mail could become them.
        """
        seen = self.editable_by(user)
        if isinstance(user, AnonymousUser) or user.holds(Role.ADMIN):
            return seen
        return seen.filter(self._without_account() | Q(pk=user.pk))

    def contacts(self) -> Self:
        """Return the people without an account: nobody has given them a password, a role or another right."""
        return self.filter(self._without_account())

    def _without_account(self) -> Q:
        roles = self.model.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=Role.values)
        no_password = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        return Q(no_password, ~Exists(roles), is_superuser=False, is_staff=False)

    def with_event_counts(self) -> Self:
        """Annotate ``counted_hosted`` and ``counted_attended`` from the relations: the oracle of the counters.

        Two filtered counts over one join; two joins would multiply each other.
        """
        return self.annotate(
            counted_hosted=Count("relations", filter=HOSTED),
            counted_attended=Count("relations", filter=ATTENDED),
        )

    def mailable(self) -> Self:
        """Return the people who have an address."""
        return self.filter(email__isnull=False)


class UserManager(BaseUserManager["User"]):
    """Makes people; the command ``createsuperuser`` and the tests come through here."""

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without ``password`` nobody can sign in as them."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an administrator who may do everything."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail without regard to case, for sign-in."""
        return self.get(email=username)
