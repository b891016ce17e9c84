from django.apps import AppConfig


class RelationsConfig(AppConfig):
    name = "relations"

    def ready(self) -> None:
        """Listen to events, and add what relations know to the filters of people and events."""
        from relations import filters, receivers  # noqa: F401  # imported for what they register
