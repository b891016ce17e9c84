"""Serving a queue on request. The order is that of arrival, and nobody can be named: there is no way past it."""

from api.transactions import locking
from events.models import Event
from relations.seats import lock_capacity, settle_queue
from users.models import User


@locking
def serve_queue(*, event: Event, actor: User | None) -> int:
    """Give what is free to the head of the queue, places of ended offers too, and return how many left the queue.

    It does what every change does anyway; 0 says that the queue stands still by the rules.
    """
    capacity = lock_capacity(event.pk)
    waited = capacity.waiting
    settle_queue(capacity, actor=actor)
    return waited - capacity.waiting
