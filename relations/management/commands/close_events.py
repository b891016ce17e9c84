from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone as clock

from api.exceptions import Conflict
from events.models import Event, EventStatus
from relations.closing import complete_event, settle
from relations.insights.statistics import statuses_of
from relations.management.rows import Row
from relations.management.steps import StepsCommand, refusal
from relations.models import Status
from users.imports.progress import progress_on

AFTER = 24.0
LONGEST = 24 * 366 * 100


class Command(StepsCommand):
    help = (
        "Complete the active events that ended some time ago, and settle who came: those with a place who were not "
        "checked in become no-shows where anybody was, else attended."
    )
    columns = ("event", "title", "ended", "attended", "no_show", "refused")
    nothing = "No active event ended that long ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=_hours, default=AFTER, help="hours after the end (default: 24)")
        parser.add_argument(
            "--outcome", choices=[str(Status.ATTENDED), str(Status.NO_SHOW)], help="what those not checked in become"
        )
        super().add_arguments(parser)

    def steps(self, given: Mapping[str, Any]) -> Iterator[Row]:
        """Close one event after the other; those closed are active no more, so a second run goes on with the rest."""
        events = list(_ended_before(given["after"]))
        # Django's wrapper would end each move of a bar as a red line of its own.
        progress = progress_on(self.stderr._out, len(events), unit="events")  # type: ignore[arg-type]  # the stubs' mistake
        for done, event in enumerate(events):
            progress.at(done)
            yield _closed(event, given["outcome"])
        progress.close()


def _ended_before(hours: float) -> "QuerySet[Event]":
    latest = clock.now() - timedelta(hours=hours)
    ended = Event.objects.alias(ended=Coalesce("end_at", F("start_at"))).filter(ended__lt=latest)
    return ended.filter(status=EventStatus.ACTIVE, start_at__lt=latest).order_by("start_at", "pk")


def _closed(event: Event, outcome: str | None) -> Row:
    refused = ""
    try:
        complete_event(event=event, actor=None, reason="completed by close_events", outcome=outcome)
        settle(event.pk)
    except Conflict as error:
        refused = refusal(error)
    found = statuses_of(event)
    return {
        "event": str(event.pk),
        "title": event.title,
        "ended": (event.end_at or event.start_at).isoformat(),
        "attended": found[Status.ATTENDED],
        "no_show": found[Status.NO_SHOW],
        "refused": refused,
    }


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text[:20]!r} is no number of hours") from None
    if not 0 <= hours <= LONGEST:
        raise ArgumentTypeError(f"{text[:20]!r} is not between 0 and {LONGEST:,} hours")
    return hours
