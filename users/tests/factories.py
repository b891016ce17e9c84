"""People for tests, and the fixed cast."""

from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from users.models import Segment, User
from users.roles import STAFF_ROLES


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = factory.Sequence(lambda n: f"Last{n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")

    @factory.post_generation  # type: ignore[untyped-decorator]  # factory_boy's own
    def roles(self, create: bool, given: Any, **_options: Any) -> None:  # noqa: FBT001  # factory_boy's signature
        """Give the roles named by ``roles=[…]``, and with one of staff the way into the admin."""
        if create and given:
            user: Any = self
            user.groups.set(Group.objects.filter(name__in=given))
            if not STAFF_ROLES.isdisjoint(given):
                user.is_staff = True
                user.save(update_fields=["is_staff"])


class StaffFactory(UserFactory):
    """Somebody who may sign in to the admin and do everything."""

    is_staff = True
    is_superuser = True
    email = factory.Sequence(lambda n: f"staff{n}@example.com")


class SegmentFactory(DjangoModelFactory[Segment]):
    """A segment as it is stored; one that names others is made by its service."""

    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Segment {n}")
    filter = factory.LazyFunction(lambda: {"city": "London"})
    owner = factory.SubFactory(UserFactory, roles=["organizer"])
