"""The four roles, and what each may do: the one table of rights, to which each app adds its models.

A right is a permission as Django spells it (``events.change_event``) and says that a role may do such a thing at all;
to which objects, ``visible_to`` and ``editable_by`` of the querysets say. ``admin`` has every right.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from api.permissions import permission_for

if TYPE_CHECKING:
    from users.models import User


class Role(models.TextChoices):
    """The name of a group. A person may hold several roles, or none: a contact."""

    ADMIN = "admin", _("admin")
    ORGANIZER = "organizer", _("organizer")
    AGENT = "agent", _("agent")
    CUSTOMER = "customer", _("customer")


# Who may sign in to the admin.
STAFF_ROLES = frozenset({Role.ADMIN, Role.ORGANIZER, Role.AGENT})

_granted: dict[str, set[Role]] = defaultdict(set)


def grant(role: Role, model: type[models.Model], *verbs: str) -> None:
    """Let ``role`` do ``verbs`` (view, add, change, delete) to objects of ``model``."""
    for verb in verbs:
        _granted[permission_for(model, verb)].add(role)


def roles_with(wanted: str) -> frozenset[Role]:
    """Return the roles that have the permission ``wanted``."""
    return frozenset({Role.ADMIN, *_granted.get(wanted, ())})


def permissions_of(held: Iterable[str]) -> set[str]:
    """Return the permissions of who holds the roles ``held``; those of ``admin``, which has all, are not listed."""
    names = set(held)
    return {wanted for wanted, allowed in _granted.items() if not allowed.isdisjoint(names)}


class HoldsRoles(models.Model):
    """A person as the holder of roles, read once per object."""

    is_active: Any
    is_superuser: Any
    groups: Any

    class Meta:
        abstract = True

    @cached_property
    def role_names(self) -> frozenset[str]:
        """Return the names of the roles held (one query); none for a person who is not stored."""
        if self._state.adding:
            return frozenset()
        return frozenset(self.groups.filter(name__in=Role.values).values_list("name", flat=True))

    def holds(self, *roles: Role) -> bool:
        """Tell whether this person is active and holds one of ``roles``; a superuser holds ``admin``."""
        if not self.is_active:
            return False
        return (self.is_superuser and Role.ADMIN in roles) or not self.role_names.isdisjoint(roles)


def holds(caller: "User | AnonymousUser", *roles: Role) -> "TypeGuard[User]":
    """Tell whether ``caller``, who may be nobody, holds one of ``roles``."""
    return not isinstance(caller, AnonymousUser) and caller.holds(*roles)
