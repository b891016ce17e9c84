from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from events.models import Event, EventStatus
from relations.management.naming import event_named
from relations.management.steps import StepsCommand
from relations.models import EventCapacity
from relations.promotion import serve_queue
from users.management.rows import Row


class Command(StepsCommand):
    help = (
        "Give what is free to the head of the queue, in the order of arrival; nobody can be named. Every change of a "
        "registration does so anyway: 0 says that the queue stands still by the rules."
    )
    columns = ("event", "title", "promoted", "waiting", "taken", "capacity")
    nothing = "No queue has room before it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("event", nargs="?", help="id, external_id or slug")
        which.add_argument("--all", action="store_true", help="every active event where somebody waits")
        super().add_arguments(parser)

    def steps(self, given: Mapping[str, Any]) -> Iterator[Row]:
        """Serve one queue, or every one; of all, those that moved are shown."""
        if not given["all"]:
            yield _served(event_named(given["event"]))
            return
        for one in list(Event.objects.filter(status=EventStatus.ACTIVE, capacity__waiting__gt=0).order_by("pk")):
            row = _served(one)
            if row["promoted"]:
                yield row


def _served(event: Event) -> Row:
    promoted = serve_queue(event=event, actor=None)
    seats = EventCapacity.objects.get(event=event)
    return {
        "event": str(event.pk),
        "title": event.title,
        "promoted": promoted,
        "waiting": seats.waiting,
        "taken": seats.taken,
        "capacity": event.max_capacity,
    }
