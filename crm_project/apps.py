from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "crm_project"
    verbose_name = "Event CRM"
