"""The import's SQL against the table of transitions, for every status and state of an event."""

import csv
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone as clock

from events.tests.factories import EventFactory
from relations.counts import find_drift
from relations.imports import REASONS, RelationImport
from relations.ledger import stated
from relations.models import STATUSES_OF_STAFF, EventCapacity, Role, Status, UserEventRelation
from relations.querysets import LIVE
from relations.transitions import NEW, EventState, passed_stages, refusal
from users.tests.factories import UserFactory
from users.tests.files import csv_file, errors, imported

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW, HOUR = clock.now(), timedelta(hours=1)
STATES: dict[EventState, dict[str, Any]] = {
    EventState.DRAFT: {"status": "draft", "start_at": NOW + 9 * HOUR},
    EventState.CLOSED: {"status": "cancelled", "start_at": NOW - 9 * HOUR},
    EventState.TO_COME: {"start_at": NOW + 20 * HOUR},
    EventState.DOORS: {"start_at": NOW + 9 * HOUR},
    EventState.RUNNING: {"start_at": NOW - 9 * HOUR, "end_at": NOW + 9 * HOUR},
    EventState.OVER: {"start_at": NOW - 9 * HOUR, "end_at": NOW - HOUR},
}


def expected(role: str, was: str, status: str, state: EventState) -> str | None:
    """Return the reason that the import should give: ended registrations make room for new ones."""
    if was == status or (role == Role.ATTENDEE and (was, status) in passed_stages()):
        return None
    if role == Role.ATTENDEE and was not in LIVE:
        was = NEW
    refused = refusal(role=role, was=was, status=status, state=state)
    return str(REASONS[refused]) if refused else None


@pytest.mark.parametrize("state", EventState)
@pytest.mark.parametrize("role", [Role.HOST, Role.ATTENDEE])
def test_import_allows_and_refuses_what_the_table_does(tmp_path: Path, state: EventState, role: Role) -> None:
    event = EventFactory.create(external_id="it", **({"end_at": None} | STATES[state]))
    known = Status.values if role == Role.ATTENDEE else [str(status) for status in STATUSES_OF_STAFF]
    cases = list(product([NEW, *known], known))
    people = UserFactory.create_batch(len(cases))
    with stated(actor=None, reason="test"):
        UserEventRelation.objects.bulk_create(
            UserEventRelation(user=user, event=event, role=role, status=was, seq=seq)
            for seq, (user, (was, _status)) in enumerate(zip(people, cases, strict=True), 1)
            if was
        )
    EventCapacity.objects.update(next_seq=len(people) + 1)
    rows = [f"{user.pk},it,{role},{status}" for user, (_was, status) in zip(people, cases, strict=True)]

    report = imported(csv_file(tmp_path, "user_external_id,event_external_id,role,status", *rows), RelationImport())

    lines = errors(report) if report.record.failed else []
    reasons = {int(line): reason for line, reason, *_row in csv.reader(lines)}
    assert {case: reasons.get(line) for line, case in enumerate(cases, 2)} == {
        (was, status): expected(role, was, status, state) for was, status in cases
    }
    assert find_drift() == []
