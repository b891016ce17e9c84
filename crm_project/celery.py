"""The Celery application: workers and beat find their tasks and schedule here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_project.settings")

app = Celery("event_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
