"""Calendar entries of events (RFC 5545), and invitations that calendar programs act upon by themselves (RFC 5546).

An event has the same UID in every entry, feed and mail, so that a later one replaces an earlier one.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy

from events.models import Event, EventStatus
from relations.models import Status
from relations.querysets import LIVE
from users.models import User

PRODUCT = "-//Event CRM//Event CRM//EN"
REQUEST, CANCEL = "REQUEST", "CANCEL"
# The years whose clocks a calendar describes. Times beyond are in UTC: nobody knows the clocks of the year 9999, and to
# describe all in between takes ten seconds, and as much room as a thousand events.
FIRST_YEAR, LAST_YEAR = 1970, 2100
# What the entry of somebody who has no place, or none yet, says after the title.
UNSURE = {
    Status.PENDING: gettext_lazy("waits for approval"),
    Status.WAITLISTED: gettext_lazy("on the waitlist"),
    Status.OFFERED: gettext_lazy("a place is offered"),
}


def invitation(event: Event, *, attendee: User, method: str, sequence: int, link: str) -> bytes:
    """Return an invitation of ``attendee``, or (``CANCEL``) its end.

    ``sequence`` rises from one invitation of a person to an event to the next; ``link`` leads to their ticket.
    """
    entry = _entry(event, sequence, clock.now())
    entry.add("organizer", _organizer(event))
    entry.add("attendee", _attendee(attendee, method))
    entry["status"] = "CANCELLED" if method == CANCEL else "CONFIRMED"
    entry.add("url", link)
    return _written(method, [(event, entry)])


def calendar_of(events: Iterable[Event], *, name: str = "") -> bytes:
    """Return a calendar of ``events``, the same until one of them changes; programs show the ``name`` of a feed."""
    return _written("", [(event, _entry(event, event.version, event.updated_at)) for event in events], name=name)


def calendar_for(parts: Iterable[tuple[Event, str]], *, name: str = "") -> bytes:
    """Return a calendar of events for one person: each with the status of that person's part in it.

    It is tentative, and says why, while they have no place; cancelled, once their registration has ended.
    """
    return _written("", [(event, _own_entry(event, status)) for event, status in parts], name=name)


def _own_entry(event: Event, status: str) -> icalendar.Event:
    entry = _entry(event, event.version, event.updated_at)
    if status not in LIVE:
        entry["status"] = "CANCELLED"
    elif (why := UNSURE.get(Status(status))) and event.status == EventStatus.ACTIVE:
        entry["status"] = "TENTATIVE"
        entry["summary"] = icalendar.vText(f"{printable(event.title)} ({why})")
    return entry


def uid_of(event: Event) -> str:
    """Return the UID of an event."""
    return f"{event.pk}@{urlsplit(settings.PUBLIC_URL).hostname}"


def _entry(event: Event, sequence: int, stamp: datetime) -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("uid", uid_of(event))
    entry.add("sequence", sequence)
    entry.add("dtstamp", stamp)
    entry.add("last-modified", event.updated_at)
    entry.add("dtstart", _local(event, event.start_at))
    if event.end_at:
        entry.add("dtend", _local(event, event.end_at))
    entry.add("summary", printable(event.title))
    entry.add("status", "CANCELLED" if event.status == EventStatus.CANCELLED else "CONFIRMED")
    if event.venue:
        entry.add("location", printable(event.venue))
    if event.description:
        entry.add("description", "\n".join(printable(line) for line in event.description.splitlines()))
    return entry


def _organizer(event: Event) -> icalendar.vCalAddress:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return _address(address, event.organizer or name)


def _attendee(user: User, method: str) -> icalendar.vCalAddress:
    attendee = _address(user.email or "", f"{user.first_name} {user.last_name}")
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    if method == REQUEST:  # they have registered here: their calendar need not ask
        attendee.params["PARTSTAT"], attendee.params["RSVP"] = "ACCEPTED", "FALSE"
    return attendee


def _address(email: str, name: str) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{printable(email)}")
    if common_name := printable(name).replace('"', "'"):
        address.params["CN"] = common_name
    return address


def _local(event: Event, moment: datetime) -> datetime:
    """Return the moment in the event's zone, but in UTC where a clock put back shows that time for the second time.

    Programs take a time that occurs twice for the first one (RFC 5545, 3.3.5). In UTC as well beyond the years whose
    clocks are described.
    """
    local = moment.astimezone(UTC if event.timezone == "UTC" else ZoneInfo(event.timezone))
    return local if not local.fold and _is_described(moment) else moment.astimezone(UTC)


def _is_described(moment: datetime) -> bool:
    return FIRST_YEAR < moment.year < LAST_YEAR


def _written(method: str, entries: list[tuple[Event, icalendar.Event]], *, name: str = "") -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", printable(name))
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for zone, (first, last) in sorted(_years(event for event, _entry in entries).items()):
        calendar.add_component(_zone(zone, first, last))
    for _event, entry in entries:
        calendar.add_component(entry)
    written: bytes = calendar.to_ical()
    return written


def _years(events: Iterable[Event]) -> dict[str, tuple[int, int]]:
    """Return for each zone but UTC the years in which something happens there, with one before and one after."""
    years: dict[str, tuple[int, int]] = {}
    for event in events:
        for moment in filter(_is_described, filter(None, (event.start_at, event.end_at))):
            first, last = years.get(event.timezone, (LAST_YEAR, FIRST_YEAR))
            years[event.timezone] = min(first, moment.year - 1), max(last, moment.year + 1)
    years.pop("UTC", None)
    return years


@lru_cache(maxsize=256)
def _zone(name: str, first: int, last: int) -> Any:
    """Return the VTIMEZONE of an IANA zone over so many years: its changes between summer and winter time."""
    zone = icalendar.Timezone.from_tzid(name, first_date=date(first, 1, 1), last_date=date(last, 12, 31))
    zone.pop("COMMENT", None)
    return zone


def printable(text: str) -> str:
    """Return ``text`` on one line, without anything that could end a line or hide in it."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
