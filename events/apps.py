from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        """Say who may do what with events."""
        from events.models import Event, EventSeries
        from users.roles import Role, grant

        grant(Role.ORGANIZER, Event, "view", "add", "change", "delete")
        grant(Role.AGENT, Event, "view")
        grant(Role.CUSTOMER, Event, "view")
        for role in (Role.ORGANIZER, Role.AGENT, Role.CUSTOMER):
            grant(role, EventSeries, "view")
