"""For whom a filter is evaluated."""

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

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
    # What filters have looked up for this evaluation, or were given for it, each under a key of its own.
    found: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def zone(self) -> tzinfo:
        """Return the zone in which the caller's days start."""
        return zone_of(self.caller)
