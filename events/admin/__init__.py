"""Events in the admin."""

from events.admin.events import EventAdmin, event_pages, event_panels

__all__ = ["EventAdmin", "event_pages", "event_panels"]
