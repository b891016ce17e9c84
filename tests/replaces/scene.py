"""Whom and what the examples work on, and how they call: as a program does, with a Bearer token from the sign-in."""

from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from mailing.models import Campaign
from mailing.tests.factories import campaign_to
from relations.models import UserEventRelation
from relations.tests.factories import attend, attended, host
from users.models import Segment, User
from users.tests.factories import SegmentFactory, UserFactory

API = "/api/v1"
AT_THE_ROOT = ("/health/", "/metrics")
PASSWORD = "correct horse battery"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HASHER = "tests.replaces.scene.QuickHasher"


class QuickHasher(Argon2PasswordHasher):
    """Argon2 without its price: every example signs in."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


@dataclass
class Scene:
    """Ada, who hosts two events; Bob, who attended one and is registered for another; and who calls.

    Each is made when it is first asked for.
    """

    callers: dict[str, User] = field(default_factory=dict)
    clients: dict[str, APIClient] = field(default_factory=dict)

    @cached_property
    def ada(self) -> User:
        """Return a host."""
        ada = UserFactory.create(
            first_name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            phone_number="+442079460018",
            gender="female",
            job_title="Analyst",
            company="Analytical Engines",
            city="London",
            state="Middlesex",
        )
        User.objects.filter(pk=ada.pk).update(created_at=LONG_AGO)
        ada.refresh_from_db()
        return ada

    @cached_property
    def bob(self) -> User:
        """Return somebody who comes."""
        return UserFactory.create(
            first_name="Bob",
            last_name="Marlow",
            email="bob@example.com",
            gender="male",
            job_title="Printer",
            company="Marlow and Sons",
            city="York",
            state="Yorkshire",
        )

    @cached_property
    def meeting(self) -> Event:
        """Return an event to come that Ada hosts."""
        meeting = EventFactory.create(title="Spring meeting", venue="Old Library")
        host(self.ada, meeting)
        return meeting

    @cached_property
    def past(self) -> Event:
        """Return an event that was, hosted by Ada and attended by Bob."""
        past = PastEventFactory.create(title="Winter gathering", venue="Town Hall")
        host(self.ada, past)
        attended(self.bob, past)
        return past

    @cached_property
    def relation(self) -> UserEventRelation:
        """Return Bob's registration for the event to come."""
        return attend(self.bob, self.meeting)

    @cached_property
    def customer(self) -> User:
        """Return a customer other than the one who calls."""
        return UserFactory.create(first_name="Clara", last_name="Client", roles=["customer"])

    @cached_property
    def segment(self) -> Segment:
        """Return the segment of those in York, where Bob lives."""
        return SegmentFactory.create(name="York", filter={"city": self.bob.city})

    @cached_property
    def campaign(self) -> Campaign:
        """Return a mail to Ada and Bob that waits to be sent."""
        return campaign_to([self.ada, self.bob], subject="Hello")

    def whole(self) -> "Scene":
        """Make the people and their events now, let the administrator sign in, and return the scene."""
        assert all((self.past, self.relation, self.client("admin")))
        return self

    def again(self) -> "Scene":
        """Return the scene with what there is so far: what is made from now on is this one's alone."""
        again = copy(self)
        again.callers, again.clients = dict(self.callers), dict(self.clients)
        return again

    def caller(self, role: str) -> User:
        """Return who calls in ``role``, with a password."""
        if role not in self.callers:
            person = UserFactory.create(email=f"{role}@example.com", roles=[role])
            person.set_password(PASSWORD)
            person.save()
            self.callers[role] = person
        return self.callers[role]

    def sign_in(self, email: str, password: str = PASSWORD) -> Any:
        """Return the answer to a sign-in."""
        return APIClient().post(f"{API}/auth/login/", {"email": email, "password": password})

    def call(self, call: str, body: Any = None, *, query: str = "", role: str = "admin", **headers: str) -> Any:
        """Make a call that is written as on the page, ``GET /users/{id}/``, on an object of the scene."""
        method, path = call.split(" ")
        send = getattr(self.client(role), method.lower())
        return send(f"{self.path(path)}{query}", *([] if body is None else [body]), headers=headers)

    def client(self, role: str) -> APIClient:
        """Return the client of who calls in ``role``, signed in but for nobody."""
        if role not in self.clients:
            client = self.clients[role] = APIClient()
            if role != "nobody":
                access = self.sign_in(str(self.caller(role).email)).json()["access"]
                client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return self.clients[role]

    def path(self, path: str) -> str:
        """Return an address with the ids of the scene's objects filled in."""
        kind = path.split("/")[1]
        objects = {
            "users": "ada",
            "events": "meeting",
            "relations": "relation",
            "customers": "customer",
            "campaigns": "campaign",
        }
        if "{id}" in path:
            found = getattr(self, objects[kind]).pk if kind in objects else "1"
            path = path.replace("{id}", str(found)).replace("{user_id}", str(self.bob.pk))
        return path if path.startswith(AT_THE_ROOT) else API + path
