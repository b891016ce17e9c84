"""From when on it was the event, and not its people, that ended registrations."""

from datetime import datetime

from events.models import Event, EventStatus


def released_from(event: Event) -> datetime:
    """Return the moment from which on registrations that end are no cancellations by people.

    That is the start, or when the event was called off, if that was earlier. At most one query.
    """
    if event.status != EventStatus.CANCELLED:
        return event.start_at
    entries = event.history.order_by("-pgh_id").values_list("status", "pgh_created_at")
    called_off = event.start_at
    for status, moment in entries.iterator(chunk_size=100):
        if status != EventStatus.CANCELLED:
            break
        called_off = moment
    return min(called_off, event.start_at)
