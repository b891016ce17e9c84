"""The project that knows every app: settings, addresses, workers, the admin site and the embedded servers."""

from crm_project.celery import app as celery_app

__all__ = ["celery_app"]
