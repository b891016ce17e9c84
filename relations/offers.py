"""The sweep over offers that nobody accepted in time; registering and accepting do the same for their own event."""

from uuid import UUID

from django.utils import timezone as clock

from api.transactions import locking
from relations.models import UserEventRelation
from relations.seats import expire_due, lock_capacity
from relations.sweeps import for_each_event


def expire_offers() -> int:
    """End every offer that is due and give its place to the next in the queue; return how many ended."""
    due = UserEventRelation.objects.offers_due(clock.now()).order_by("event").values_list("event", flat=True)
    return for_each_event(due.distinct(), _expire_of)


@locking
def _expire_of(event_id: UUID) -> int:
    return expire_due(lock_capacity(event_id))
