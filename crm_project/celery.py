"""The Celery application: workers and beat find their tasks and schedule here."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.schedules import crontab
from celery.signals import beat_init, before_task_publish, celeryd_init, worker_init
from django.conf import settings

from crm_project.telemetry import tasks
from mailing.doorbell import PUMP, REMIND
from mailing.policy import REMINDER_TICK, TICK
from relations import doorbell as relations_doorbell

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_project.settings")

NIGHTLY = crontab(hour=3, minute=20)

app = Celery("event_crm")
tasks.connect()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "pump": {"task": PUMP, "schedule": TICK, "options": {"expires": TICK}},
    "settle events": {
        "task": relations_doorbell.SETTLE,
        "schedule": relations_doorbell.TICK,
        "options": {"expires": relations_doorbell.TICK},
    },
    "expire offers": {
        "task": relations_doorbell.EXPIRE_OFFERS,
        "schedule": relations_doorbell.TICK,
        "options": {"expires": relations_doorbell.TICK},
    },
    "remind": {"task": REMIND, "schedule": REMINDER_TICK, "options": {"expires": REMINDER_TICK}},
    "forget answers": {"task": "api.forget_answers", "schedule": 300, "options": {"expires": 300}},
    "forget attempts": {"task": "users.forget_attempts", "schedule": 300, "options": {"expires": 300}},
    "forget accounts": {"task": "users.forget_accounts", "schedule": NIGHTLY},
    "forget account mails": {"task": "mailing.forget_account_mails", "schedule": NIGHTLY},
    "forget attachments": {"task": "mailing.forget_attachments", "schedule": NIGHTLY},
}


def keep_quiet_about_root(**_: Any) -> None:
    """Let `make run` be tried out as root, as in a container, without five lines of warning; production hears them."""
    if settings.DEBUG:
        warnings.filterwarnings("ignore", "You're running the worker with superuser privileges", SecurityWarning)


def start_embedded_broker(**_: Any) -> None:
    """Start the embedded Valkey where it is the broker and does not run."""
    if not settings.REDIS_URL:
        from crm_project import embedded

        embedded.valkey().ensure()


celeryd_init.connect(keep_quiet_about_root)
for needs_broker in (worker_init, beat_init, before_task_publish):
    needs_broker.connect(start_embedded_broker)
