"""IANA time zones by name."""

import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def zone_names() -> frozenset[str]:
    """Return every zone name that this machine's time zone data has, but that of whatever zone the machine is in."""
    return frozenset(zoneinfo.available_timezones() - {"localtime"})


def validate_zone(name: str) -> None:
    """Raise ``ValidationError`` unless ``name`` is an IANA time zone such as ``Europe/Berlin``."""
    if name not in zone_names():
        raise ValidationError(_("“%(name)s” is no IANA time zone, such as Europe/Berlin."), "zone", {"name": name})
