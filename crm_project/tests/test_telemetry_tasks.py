"""What a task's lines are called by; the way through a broker is tried in test_serving."""

from types import SimpleNamespace

import pytest
import structlog
from celery import shared_task

from crm_project.celery import app
from crm_project.telemetry import tasks


@shared_task(name="crm_project.tests.known")  # type: ignore[untyped-decorator]  # Celery is untyped
def known() -> dict[str, str]:
    """Return what lines are called by while it runs."""
    return dict(structlog.contextvars.get_contextvars())


def test_task_is_named_in_its_lines_and_forgotten_afterwards() -> None:
    app.loader.import_default_modules()

    assert known.apply().get() == {"task": "crm_project.tests.known"}
    assert structlog.contextvars.get_contextvars() == {}


def test_task_that_a_request_rang_for_knows_its_id() -> None:
    task = SimpleNamespace(name="some.task", request={"request_id": "from-a-request-1"})

    tasks.begin(task)
    during = dict(structlog.contextvars.get_contextvars())
    tasks.end(task, state="SUCCESS")

    assert during == {"task": "some.task", "request_id": "from-a-request-1"}
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(("bound", "sent"), [({}, {}), ({"request_id": "abc"}, {"request_id": "abc"})])
def test_message_carries_the_request_that_publishes_it(bound: dict[str, str], sent: dict[str, str]) -> None:
    headers: dict[str, object] = {}

    with structlog.contextvars.bound_contextvars(**bound):
        tasks.send_along(headers)

    assert headers == sent
