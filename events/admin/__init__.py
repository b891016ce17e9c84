"""Events in the admin."""

from events.admin.events import EventAdmin, event_panels

__all__ = ["EventAdmin", "event_panels"]
