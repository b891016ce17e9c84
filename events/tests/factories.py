"""Events for tests: next month, active, unlimited."""

from datetime import timedelta

import factory
from django.utils import timezone as clock
from factory.django import DjangoModelFactory

from events.models import Event


class EventFactory(DjangoModelFactory[Event]):
    class Meta:
        model = Event

    title = factory.Sequence(lambda n: f"Event {n}")
    slug = factory.Sequence(lambda n: f"event-{n}")
    start_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=30))
    end_at = factory.LazyAttribute(lambda event: event.start_at + timedelta(hours=2))


class PastEventFactory(EventFactory):
    start_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=30))
