from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        """Say who may do what with people, listen to sign-ins, and have the roles' groups made after each migration."""
        from users.accounts import receivers  # noqa: F401  # imported for what they listen to
        from users.models import Segment, User
        from users.roles import Role, grant

        for role in (Role.ORGANIZER, Role.AGENT):
            grant(role, User, "view", "add", "change")
            grant(role, Segment, "view", "add", "change", "delete")
        grant(Role.CUSTOMER, User, "view", "change")
        post_migrate.connect(make_groups, sender=self)


def make_groups(*, using: str, **_kwargs: Any) -> None:
    """Make the groups of the roles where they are missing: a test's flush removes what a migration inserted."""
    from django.contrib.auth.models import Group

    from users.roles import Role

    for name in Role.values:
        Group.objects.using(using).get_or_create(name=name)
