"""When a series takes place: rules of RFC 5545 (RRULE) on the clock of a time zone.

A rule counts hours on the wall. A time that the zone's clocks skip is read with the offset before the gap, one that
they show twice is the first of the two (RFC 5545, 3.3.5).
"""

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from dateutil import rrule
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST = 200  # events of one series
HORIZON = timedelta(days=366 * 20)  # nobody looks further ahead, whatever a rule says
LONGEST_RULE = 300
_DAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
_WEEKDAYS = rf"{_DAY}(?:,{_DAY}){{0,6}}"
_NUMBERED_DAYS = rf"(?:[+-]?[1-5])?{_DAY}(?:,(?:[+-]?[1-5])?{_DAY}){{0,30}}"
_DAYS_OF_MONTH = r"-?(?:[1-9]|[12]\d|3[01])(?:,-?(?:[1-9]|[12]\d|3[01])){0,30}"
_MONTHS = r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2])){0,11}"
ENDS = ("COUNT", "UNTIL")
_ALWAYS = {"FREQ": r"[A-Z]+", "INTERVAL": r"0*[1-9]\d{0,2}", "COUNT": r"\d{1,5}", "UNTIL": r"\d{8}(?:T\d{6}Z?)?"}
# What may stand beside each frequency. What is left out can be said otherwise, or asks for days that never come: for
# such a one dateutil looks at each day up to the year 9999.
FREQUENCIES = {
    "DAILY": _ALWAYS,
    "WEEKLY": _ALWAYS | {"BYDAY": _WEEKDAYS, "WKST": _DAY},
    "MONTHLY": _ALWAYS | {"BYDAY": _NUMBERED_DAYS, "BYMONTHDAY": _DAYS_OF_MONTH, "BYSETPOS": r"-?[1-4]"},
    "YEARLY": _ALWAYS | {"BYMONTH": _MONTHS, "BYDAY": _NUMBERED_DAYS, "BYMONTHDAY": _DAYS_OF_MONTH},
}
_UNTIL = re.compile(r"(?P<day>\d{8})(?:T(?P<time>\d{6})(?P<utc>Z)?)?")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One start of a series, and the ``wall`` time that it stands for.

    ``skipped`` and ``repeated`` tell that the zone's clocks do not show that time just once.
    """

    start: datetime
    wall: datetime
    skipped: bool = False
    repeated: bool = False


def normalised(text: str) -> str:
    """Return a rule as it is stored: upper case, without its name. Raises ``ValidationError`` for what is no rule."""
    rule = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    parts = _parts(rule)
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise ValidationError(_("Say how it ends: either COUNT (how many) or UNTIL (a day)."), "end")
    numbered = any(character.isdigit() for character in parts.get("BYDAY", ""))
    if numbered and ("BYMONTHDAY" in parts or "BYSETPOS" in parts):
        raise ValidationError(_("Either BYDAY has numbers, or BYMONTHDAY or BYSETPOS chooses among the days."), "rule")
    if "BYSETPOS" in parts and ("BYDAY" not in parts or "BYMONTHDAY" in parts):
        raise ValidationError(_("BYSETPOS chooses among the days of BYDAY alone."), "rule")
    return rule


def ending(rule: str, *, count: int | None = None, until: date | None = None) -> str:
    """Return a stored rule with another end: so many events in all, or a last day. Raises ``ValidationError``."""
    if (count is None) == (until is None):
        raise ValidationError(_("Say either how many events there are in all, or until when."), "end")
    parts = {name: value for name, value in _parts(rule).items() if name not in ENDS}
    parts |= {"COUNT": str(count)} if until is None else {"UNTIL": f"{until:%Y%m%d}"}
    return normalised(";".join(f"{name}={value}" for name, value in parts.items()))


def occurrences(rule: str, first: datetime, zone: zoneinfo.ZoneInfo) -> list[Occurrence]:
    """Return the starts of a series whose first is at ``first``, at most ``MOST``, ``first`` among them.

    Raises ``ValidationError`` for a rule that cannot be read, gives more than ``MOST``, or nothing but the first.
    """
    local = first.astimezone(zone).replace(tzinfo=None)
    parts = _parts(normalised(rule))
    try:
        number = min(int(parts.pop("COUNT", MOST + 1)), MOST + 1)
        parts["UNTIL"] = f"{min(_until(parts.get('UNTIL'), zone), local + HORIZON):%Y%m%dT%H%M%S}"
        every = rrule.rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=local)
        within = timedelta(microseconds=local.microsecond)  # rules know no fractions of a second
        found = [wall + within for wall in islice(every, number)]
        if found[:1] != [local]:  # RFC 5545, 3.3.10: the start counts as the first of them, whatever the rule says
            found = [local, *found[: number - 1]]
    except (ValueError, OverflowError) as error:
        raise ValidationError(_("The rule cannot be read: %s.") % error, "rule") from error
    if len(found) > MOST:
        raise ValidationError(_("A series has at most %s events. Let it end earlier.") % MOST, "too_many")
    if len(found) == 1:
        raise ValidationError(_("The rule repeats nothing after the first event."), "nothing")
    return [at_wall_time(wall, zone) for wall in found]


def at_wall_time(wall: datetime, zone: zoneinfo.ZoneInfo) -> Occurrence:
    """Return the moment at which the clocks of ``zone`` show ``wall``, a datetime without a zone."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    skipped = moment.astimezone(zone).replace(tzinfo=None) != wall
    later = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return Occurrence(moment, wall, skipped=skipped, repeated=not skipped and later != moment)


def moved(moment: datetime, by: timedelta, zone: zoneinfo.ZoneInfo, to_zone: zoneinfo.ZoneInfo) -> datetime:
    """Return ``moment`` moved ``by`` hours on the wall of ``zone``, and to the same hour on the wall of ``to_zone``."""
    wall = moment.astimezone(zone).replace(tzinfo=None) + by
    return at_wall_time(wall, to_zone).start


def _parts(rule: str) -> dict[str, str]:
    """Return the parts of a rule by their names. Raises ``ValidationError`` for one that its frequency cannot have."""
    named = [text.partition("=") for text in rule[:LONGEST_RULE].split(";")]
    parts = {name: value for name, _equals, value in named}
    if "FREQ" not in parts or len(parts) < len(named) or len(rule) > LONGEST_RULE:
        raise ValidationError(_("This is no rule such as FREQ=WEEKLY;BYDAY=TU;COUNT=10 (RFC 5545)."), "rule")
    known = FREQUENCIES.get(parts["FREQ"])
    if known is None:
        raise ValidationError(_("FREQ is one of %s.") % ", ".join(FREQUENCIES), "frequency")
    for name, value in parts.items():
        _refuse_unless_known(name, value, known, parts["FREQ"])
    return parts


def _refuse_unless_known(name: str, value: str, known: Mapping[str, str], frequency: str) -> None:
    """Raise ``ValidationError`` for a part that no rule of this frequency has, or a value that is wrong."""
    if name not in known:
        raise ValidationError(
            _("“%(name)s” does not go with FREQ=%(frequency)s. Known beside it: %(known)s.")
            % {"name": name[:60], "frequency": frequency, "known": ", ".join(known)},
            "rule",
        )
    if not re.fullmatch(known[name], value):
        raise ValidationError(
            _("%(name)s cannot be “%(value)s” with FREQ=%(frequency)s: give %(wanted)s.")
            % {"name": name, "value": value[:60], "frequency": frequency, "wanted": _wanted(name, frequency)},
            "rule",
        )


def _wanted(name: str, frequency: str) -> str:
    """Return what values a part may have, in words."""
    if name == "BYDAY" and frequency != "WEEKLY":
        return _("days such as TU or -1FR (the last Friday), of numbers up to 5")
    return {
        "INTERVAL": _("a number from 1 to 999"),
        "COUNT": _("a number of at most five digits"),
        "UNTIL": _("a day such as 20261231, or a time such as 20261231T180000Z"),
        "BYDAY": _("days out of MO, TU, WE, TH, FR, SA, SU, with commas between them"),
        "WKST": _("a day out of MO, TU, WE, TH, FR, SA, SU"),
        "BYMONTHDAY": _("days of the month from 1 to 31, or -1 for the last"),
        "BYMONTH": _("months from 1 to 12"),
        "BYSETPOS": _("a number from 1 to 4, or -1 to -4 from the end"),
    }[name]


def _until(text: str | None, zone: zoneinfo.ZoneInfo) -> datetime:
    """Return an UNTIL on the clock of ``zone``; a day alone includes all of it, and none is never."""
    match = _UNTIL.fullmatch(text) if text else None
    if match is None:
        return datetime.max  # noqa: DTZ901  # on the wall, like the rest
    until = datetime.strptime(match["day"] + (match["time"] or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007  # on the wall
    return until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if match["utc"] else until
