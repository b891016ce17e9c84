"""The pages of an event's desk, and events to show on it."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from events.models import Event
from events.tests.factories import EventFactory
from relations.models import UserEventRelation
from relations.tests.factories import attend
from users.models import User
from users.tests.factories import UserFactory


def page(event: Event, name: str) -> str:
    return reverse(f"admin:events_event_{name}", args=[event.pk])


def panel(event: Event, slug: str, query: str = "") -> str:
    return reverse("admin:events_event_panel", args=[event.pk, slug]) + query


def step(relation: UserEventRelation, name: str) -> str:
    return reverse("admin:relations_usereventrelation_step", args=[relation.pk, name])


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def running(**fields: Any) -> Event:
    now = clock.now()
    return EventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1), **fields)


def registered(event: Event, count: int) -> list[UserEventRelation]:
    return [attend(UserFactory.create(), event) for _number in range(count)]


def statuses(event: Event) -> list[str]:
    return list(event.relations.order_by("seq").values_list("status", flat=True))
