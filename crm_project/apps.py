from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "crm_project"
    verbose_name = "Event CRM"

    def ready(self) -> None:
        from crm_project import checks  # noqa: F401  # registers them
