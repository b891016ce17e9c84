"""Events from a file: by external_id, then by slug."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import EARLIEST, EDITED, TOO_LATE, Event, EventStatus
from events.services import ADMITTING
from events.signals import admission_changed
from events.slugs import base_of, free_slugs
from users.imports.columns import column_of
from users.imports.errors import RowError
from users.imports.kinds import Batch, ImportKind, Outcome
from users.imports.order import Claim
from users.imports.upsert import Upsert

KEYS = ("external_id", "slug")
REASONS = {
    "two": gettext_lazy("external_id and slug belong to two different events"),
    "taken": gettext_lazy("another event has this slug: external_id {}"),
    "repeated": gettext_lazy("line {} is about the same event already"),
}
_WITHOUT_SLUG = """
    SELECT line, title FROM import_staged
     WHERE target IS NULL AND problem IS NULL AND done IS NULL AND slug IS NULL ORDER BY line
"""
_GIVE_SLUGS = """
    UPDATE import_staged s SET made_slug = v.slug FROM unnest(%s::bigint[], %s::text[]) v (line, slug)
     WHERE s.line = v.line
"""
_SLUG_KEY = "slug "
# A slug made of “PyCon 3” may be pycon-3-2, and one of “PyCon” pycon-3: they share what is before all numbers.
_NUMBERS = re.compile(r"(-[0-9]+)+\Z")


@dataclass
class EventUpsert(Upsert):
    """Makes slugs for new events without one, and finds the events whose capacity is about to change."""

    reopened: list[UUID] = field(default_factory=list)

    def watched(self, names: Sequence[str]) -> str:
        return " OR ".join(f"t.{name} IS DISTINCT FROM s.{name}" for name in ADMITTING if name in names) or "false"

    def before_update(self, ids: Sequence[UUID]) -> None:
        self.reopened += ids

    def before_insert(self, cursor: CursorWrapper) -> None:
        if titles := self._without_slug(cursor):
            cursor.execute(_GIVE_SLUGS, [list(titles), free_slugs(titles.values())])

    def claims(self, cursor: CursorWrapper, *, shared_by: int = 2) -> Iterable[Claim]:
        """Have rows whose slug is to be made and rows that name one like it wait for each other as well."""
        titles = self._without_slug(cursor)
        if not titles:
            return super().claims(cursor, shared_by=shared_by)
        return [
            _with_made_slug(claim, titles[claim.line]) if claim.line in titles else _with_named_slugs(claim)
            for claim in super().claims(cursor, shared_by=1)
        ]

    def _without_slug(self, cursor: CursorWrapper) -> dict[int, str]:
        """Return the titles of new events without a slug by their lines, in the order of these."""
        cursor.execute(_WITHOUT_SLUG)
        return dict(cursor.fetchall())


def _root(slug: str) -> str:
    return _NUMBERS.sub("", slug)


def _with_made_slug(claim: Claim, title: str) -> Claim:
    root = _root(base_of(title))
    return claim._replace(
        needs=[*claim.needs, f"named {root}"], bars=[*claim.bars, f"made {root}"], queues=[f"made {root}"]
    )


def _with_named_slugs(claim: Claim) -> Claim:
    roots = {_root(key.removeprefix(_SLUG_KEY)) for key in claim.needs if key.startswith(_SLUG_KEY)}
    return claim._replace(
        needs=[*claim.needs, *(f"made {root}" for root in roots)],
        bars=[*claim.bars, *(f"named {root}" for root in roots)],
    )


class EventImport(ImportKind):
    """Every field that people edit is a column; times are as in the API."""

    name = "events"
    model = Event
    columns = [column_of(Event, name, keeps=name in KEYS) for name in EDITED]
    required = [KEYS, ("title",), ("start_at",)]
    ignored = ("id", "owner", "hosts", "created_at", "updated_at")
    upsert = EventUpsert(
        Event,
        "slug",
        REASONS,
        keeping=KEYS,
        expressions={"slug": "COALESCE(s.slug, s.made_slug)"},
        extra=", NULL::text AS made_slug",
    )

    def check(self, names: Sequence[str], values: list[object]) -> None:
        """Refuse a row without a key, bring its times to UTC, and refuse an end before the start."""
        row = dict(zip(names, values, strict=True))
        reasons = [] if any(row.get(key) for key in KEYS) else [_("has neither external_id nor slug")]
        zone = ZoneInfo(str(row.get("timezone") or "UTC"))
        for name in ("start_at", "end_at"):
            moment = row.get(name)
            if isinstance(moment, date):
                try:
                    row[name] = values[names.index(name)] = in_utc(name, moment, zone)
                except RowError as error:
                    reasons += error.reasons
        start, end = row.get("start_at"), row.get("end_at")
        if not reasons and isinstance(start, datetime) and isinstance(end, datetime) and end < start:
            reasons.append(_("end_at: the event ends before it starts"))
        if reasons:
            raise RowError(*reasons)

    def store(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Upsert events, then announce what changes who gets in as the services do.

        What became of the people of a completed event, a file of relations says next: nobody else should.
        """
        upsert = replace(self.upsert, reopened=[])
        outcome = upsert.run(cursor, batch)
        reopened = Event.objects.filter(pk__in=upsert.reopened).exclude(status=EventStatus.COMPLETED)
        if events := list(reopened.order_by("pk")):
            admission_changed.send(Event, events=events, actor=None, reason="")
        return outcome


def in_utc(name: str, value: date, zone: ZoneInfo) -> datetime:
    """Return a time in UTC: without an offset it is UTC already, and a date alone is the day's start in ``zone``.

    Raises ``RowError`` for one that could not be shown in every zone.
    """
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), zone)
    try:
        universal = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise RowError(_("%(column)s: out of range") % {"column": name}) from error
    if not EARLIEST <= universal < TOO_LATE:
        raise RowError(_("%(column)s: out of range") % {"column": name})
    return universal
