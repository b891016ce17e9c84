from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        """Register the system checks."""
        from api import checks  # noqa: F401  # imported for what it registers
