"""``python -m tests.load.stage 300``: one event for so many customers, half of whom fit in, and others to read about.

Prints JSON: the event, the others, and the customers with their tokens.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

OTHERS = 50


def main(number: int) -> None:
    from django.utils import timezone as clock
    from rest_framework_simplejwt.tokens import AccessToken

    from events.models import Event
    from events.tests.factories import EventFactory
    from users.models import User

    def token_of(user: User) -> str:
        token = AccessToken.for_user(user)
        token.set_exp(lifetime=timedelta(hours=6))
        return str(token)

    name, in_a_month = uuid4().hex, clock.now() + timedelta(days=30)
    events: list[Event] = [
        EventFactory.create(slug=f"{name}-{one}", max_capacity=number // 2, start_at=in_a_month)
        for one in range(1 + OTHERS)
    ]
    tokens = {str(user.pk): token_of(user) for user in make_customers(number, prefix=name)}
    keys = [str(one.pk) for one in events]
    print(json.dumps({"event": keys[0], "others": keys[1:], "tokens": tokens}))  # noqa: T201  # for the test


def make_customers(number: int, *, prefix: str) -> list[Any]:
    """Store so many customers in a few statements."""
    from django.contrib.auth.models import Group

    from users.models import User

    people = User.objects.bulk_create(
        User(email=f"{prefix}-{one}@example.com", first_name=f"Customer {one}") for one in range(number)
    )
    customers = Group.objects.get(name="customer")
    customers.user_set.add(*people)
    return people


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm_project.settings"
    import django

    django.setup()
    main(int(sys.argv[1]))
