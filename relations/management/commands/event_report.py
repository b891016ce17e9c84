import dataclasses
import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from events.models import Event
from relations.insights.journeys import LEAST_FOR_HALF
from relations.insights.overbooking import LEAST_RISK, MOST_RISK, RISK, Overbooking
from relations.insights.statistics import EventStatistics, event_statistics
from relations.management.naming import event_named
from users.imports.command import printable
from users.management.rows import Cell, add_format, show_rows

Figure = tuple[str, Cell]


class Command(BaseCommand):
    help = "Show the figures of an event: seats, who registered and came, newcomers, the waitlist, cancellations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="id, external_id or slug")
        parser.add_argument("--risk", type=_risk, default=RISK, help="of more people than seats coming (default: 0.05)")
        add_format(parser)

    def handle(self, *, event: str, risk: float, format: str, **_options: object) -> None:  # noqa: A002  # the option's name
        found = event_named(event)
        figures = event_statistics(found, risk=risk)
        if format == "json":
            about = {"event": str(found.pk), "title": found.title, "start_at": found.start_at.isoformat()}
            said = json.dumps({**about, **dataclasses.asdict(figures)}, ensure_ascii=False, default=str)
            self.stdout.write(said)
        elif format == "csv":
            rows = [{"figure": name, "value": value} for name, value in _flat("", dataclasses.asdict(figures))]
            show_rows(self.stdout._out, ("figure", "value"), rows, format)  # type: ignore[arg-type]  # the stubs' mistake
        else:
            self._tell(found, figures)

    def _tell(self, event: Event, figures: EventStatistics) -> None:
        self.stdout.write(f"{printable(event.title)}, {event.local_start:%Y-%m-%d %H:%M} {event.timezone}")
        for name, said in _lines(figures):
            self.stdout.write(f"  {name:<14}{said}")


def _lines(figures: EventStatistics) -> Iterator[tuple[str, str]]:
    """Return the report line by line."""
    of = "" if figures.capacity is None else f" of {figures.capacity:,}"
    over = f", {figures.over:,} over" if figures.over else ""
    yield "seats", f"{figures.taken:,}{of} taken{over}, {figures.waiting:,} waiting"
    numbers = [f"{number:,} {status.replace('_', '-')}" for status, number in figures.by_status.items() if number]
    yield "registrations", ", ".join(numbers) or "none"
    yield "came", _came(figures)
    yield "newcomers", f"{figures.newcomers.new:,}, and {figures.newcomers.returning:,} who attended before"
    yield "waitlist", _waitlist(figures)
    yield "cancelled", _cancelled(figures)
    if figures.timeline.buckets:
        first, last = figures.timeline.buckets[0], figures.timeline.buckets[-1]
        busiest = max(figures.timeline.buckets, key=lambda bucket: bucket.registered)
        yield "registered", f"from {first.day} to {last.day}, most on {busiest.day} ({busiest.registered:,})"
    if figures.overbooking:
        yield "overbooking", _suggested(figures.overbooking)


def _came(figures: EventStatistics) -> str:
    shown = figures.show_rate
    if shown.rate is None:
        return f"{shown.attended:,} so far" if shown.attended else "nobody is known to have come"
    return f"{shown.rate:.0%} ({shown.attended:,} of {shown.n:,})"


def _waitlist(figures: EventStatistics) -> str:
    found = figures.waitlist
    if found.rate is None:
        return "nobody ever waited"
    many = found.median_wait_seconds is not None and found.admitted >= LEAST_FOR_HALF
    after = f", half of them within {_span(found.median_wait_seconds or 0)}" if many else ""
    still = figures.waiting_still
    got_in = f"{found.admitted:,} of {found.waitlisted:,} who waited got in"
    return f"{got_in}{after}; {still:,} wait still" if still else f"{got_in} ({found.rate:.0%}){after}"


def _cancelled(figures: EventStatistics) -> str:
    found = figures.cancellations
    if found.median_seconds_before is None:
        return "nobody before the start"
    said = f"{found.number:,} ({found.last_day:,} in the last day)"
    if found.number < LEAST_FOR_HALF:
        return said
    return f"{said}, half of them {_span(found.median_seconds_before)} or more before the start"


def _suggested(found: Overbooking) -> str:
    if found.let_in is None:
        return (
            f"too little is known: {found.n:,} registrations of which it is known who came, {found.least:,} are wanted"
        )
    return (
        f"let in {found.let_in:,} ({found.extra:,} more than seats) at a risk of {found.risk:.1%}; "
        f"{found.expected:,.1f} of those with a place are expected, {found.known:,} are known from before"
    )


def _span(seconds: int) -> str:
    """Return a span of time in the unit that fits it."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return f"{seconds:.0f} seconds"


def _flat(path: str, value: Any) -> Iterator[Figure]:
    """Return the leaves of nested figures, named by their way: ``timeline.buckets.0.day``."""
    if isinstance(value, dict):
        pairs: Any = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    else:
        yield path, value if isinstance(value, int | float | None) else str(value)
        return
    for name, inner in pairs:
        yield from _flat(f"{path}.{name}" if path else str(name), inner)


def _risk(text: str) -> float:
    try:
        risk = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text[:20]!r} is no number") from None
    if not LEAST_RISK <= risk <= MOST_RISK:
        raise ArgumentTypeError(f"{text[:20]!r} is not between {LEAST_RISK} and {MOST_RISK}")
    return risk
