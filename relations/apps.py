from django.apps import AppConfig


class RelationsConfig(AppConfig):
    name = "relations"

    def ready(self) -> None:
        """Listen to events."""
        from relations import receivers  # noqa: F401  # imported for its receivers
