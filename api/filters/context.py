"""For whom a filter is evaluated."""

from dataclasses import dataclass
from datetime import tzinfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from api.moments import zone_of

Caller = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The caller, beyond whose sight no filter reaches: every condition on related rows begins at ``visible_to``.

    Needs no request, so that the admin and the commands use the same filters.
    """

    caller: Caller

    @property
    def zone(self) -> tzinfo:
        """Return the zone in which the caller's days start."""
        return zone_of(self.caller)
