"""What a person may do, answered from the roles that they hold."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from users.models import User
from users.roles import Role, permissions_of, roles_with


class RoleBackend(ModelBackend):
    """Django's sign-in by e-mail and password, with ``users.roles`` in place of permissions in the database.

    Questions about one object are answered no, as Django's own backend does: rows are the querysets' matter.
    """

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return nothing: people have rights by their roles alone."""
        return set()

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Any = None) -> set[str]:
        """Return the permissions of the roles held, each spelt ``app.verb_model``."""
        if isinstance(user_obj, AnonymousUser) or not user_obj.is_active or obj is not None:
            return set()
        return permissions_of(user_obj.role_names)

    get_group_permissions = get_all_permissions

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Any = None) -> bool:
        """Tell whether a role that the person holds has the permission ``perm``."""
        return obj is None and not isinstance(user_obj, AnonymousUser) and user_obj.holds(*roles_with(perm))

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        """Tell whether the person may do anything at all in an app."""
        if isinstance(user_obj, AnonymousUser):
            return False
        everything = user_obj.holds(Role.ADMIN)
        return everything or any(one.startswith(f"{app_label}.") for one in self.get_all_permissions(user_obj))
