from django.apps import AppConfig


class RelationsConfig(AppConfig):
    name = "relations"

    def ready(self) -> None:
        """Listen to events, add what relations know to the filters of people and events, and say who may do what."""
        from relations import feeds, filters, receivers  # noqa: F401  # imported for what they register
        from relations.models import UserEventRelation
        from users.roles import Role, grant

        grant(Role.ORGANIZER, UserEventRelation, "view", "add", "change", "delete")
        grant(Role.AGENT, UserEventRelation, "view")
        grant(Role.CUSTOMER, UserEventRelation, "view", "add", "delete")
