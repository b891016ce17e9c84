"""People for tests, and the fixed cast."""

import factory
from factory.django import DjangoModelFactory

from users.models import User


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = factory.Sequence(lambda n: f"Last{n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")


class StaffFactory(UserFactory):
    """Somebody who may sign in to the admin and do everything."""

    is_staff = True
    is_superuser = True
    email = factory.Sequence(lambda n: f"staff{n}@example.com")
