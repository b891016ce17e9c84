from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone as clock

from api.exceptions import Conflict
from events.models import Event, EventStatus
from relations.closing import complete_event, outcome_for, settle
from relations.insights.statistics import statuses_of
from relations.management.steps import StepsCommand, refusal
from relations.models import Status
from users.imports.progress import progress_on
from users.management.rows import Row

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
        return self._each(given, _closed)

    def rehearse(self, given: Mapping[str, Any]) -> Iterator[Row]:
        """Work out what would become of them. Reads alone: to close them all in one transaction would lock them all."""
        return self._each(given, _foreseen)

    def _each(self, given: Mapping[str, Any], work: Callable[[Event, str | None], Row]) -> Iterator[Row]:
        events = list(_ended_before(given["after"]))
        # Django's wrapper would end each move of a bar as a red line of its own.
        progress = progress_on(self.stderr._out, len(events), unit="events")  # type: ignore[arg-type]  # the stubs' mistake
        for done, event in enumerate(events):
            progress.at(done)
            yield work(event, given["outcome"])
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
    return _row(event, statuses_of(event), refused)


def _foreseen(event: Event, outcome: str | None) -> Row:
    """Return what ``_closed`` would, as things stand."""
    found = statuses_of(event)
    becomes = outcome or outcome_for(checked_in=found[Status.ATTENDED] > 0)
    found[becomes] += found[Status.CONFIRMED]
    return _row(event, found, "")


def _row(event: Event, found: Mapping[str, int], refused: str) -> Row:
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
