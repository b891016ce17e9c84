from django.apps import AppConfig


class ApiTestsConfig(AppConfig):
    """Models that exist in test runs alone; without migrations, so that every test database gets them."""

    name = "api.tests"
    label = "api_tests"
    default_auto_field = "django.db.models.BigAutoField"
