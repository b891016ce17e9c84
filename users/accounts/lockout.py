"""Lock-out after wrong passwords for one e-mail from one address: django-axes with a count that nothing outruns.

An attempt is counted before the password is looked at, and forgiven when it was right. Counting afterwards, as axes
does by itself, lets as many guesses through as arrive while the first ones are still being hashed.
"""

from datetime import timedelta
from typing import Any

from axes.handlers.base import AxesHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone as clock
from rest_framework.request import Request

from api.addresses import client_address
from api.throttles import network_of
from users.accounts.throttling import too_often

# As long as the last attempt is that young, some may still be looked at. Whoever signs in rightly more often than that
# at once shall come again when the first of these is forgiven; nobody waits here, where a flood would hold all threads.
IN_FLIGHT = timedelta(seconds=2)
COME_AGAIN = 1
NO_ADDRESS = "0.0.0.0"  # noqa: S104  # stands for a peer without one, as on a Unix socket
LONGEST_NAME = 255
COUNT = """
    INSERT INTO axes_accessattempt AS a
           (username, ip_address, user_agent, http_accept, path_info, get_data, post_data, failures_since_start,
            attempt_time)
    VALUES (%(name)s, %(address)s, '', '', '', '', '', 1, clock_timestamp())
    ON CONFLICT (username, ip_address, user_agent) DO UPDATE
       SET failures_since_start =
               CASE WHEN a.attempt_time <= clock_timestamp() - make_interval(secs => %(cool_off)s) THEN 1
                    ELSE a.failures_since_start + 1 END,
           attempt_time = clock_timestamp()
     WHERE a.failures_since_start < %(limit)s
        OR a.attempt_time <= clock_timestamp() - make_interval(secs => %(cool_off)s)
    RETURNING failures_since_start
"""


class LockoutHandler(AxesHandler):  # type: ignore[misc]  # axes is untyped
    """What axes asks before each sign-in and tells after it. In the database: it works without Redis."""

    def is_allowed(self, request: HttpRequest | Request, credentials: dict[str, Any] | None = None) -> bool:
        """Count this attempt and tell whether its password may be looked at. Answers at once: nobody waits here.

        Every page at which one signs in or gives one's password comes by here, and counts against the API's limits for
        sign-ins as the API's own calls do.
        """
        name, address = name_of(credentials), address_of(request)
        if isinstance(request, HttpRequest) and (seconds := too_often(request, "sign_in", email=name)):
            is_locked = is_closed(name, address)
            request.locked_for = max(seconds, closed_for(name, address) if is_locked else 0)  # type: ignore[attr-defined]  # read by what answers
            request.is_crowded = not is_locked  # type: ignore[attr-defined]  # as above
            return False
        number = count(name, address)
        if number is None:
            request.locked_for = closed_for(name, address)  # type: ignore[union-attr]  # read by what answers
            return False
        request.attempt = number  # type: ignore[union-attr]  # read by what logs it
        return True

    def user_logged_in(self, sender: Any, request: HttpRequest | Request, user: Any, **kwargs: Any) -> None:
        """Forgive the attempts of who has signed in."""
        attempts_of(str(user.get_username() or ""), address_of(request)).delete()

    def post_save_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None:
        """Do nothing: axes calls this."""

    def post_delete_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None:
        """Do nothing: axes calls this."""

    def reset_attempts(self, *, username: str | None = None, **kwargs: Any) -> int:
        """Forgive the attempts on one e-mail, from wherever they came."""
        return int(AccessAttempt.objects.filter(username=username).delete()[0])


def count(name: str, address: str) -> int | None:
    """Count one more attempt and return how many there are, or None where no more are let through."""
    limit, seconds = settings.AXES_FAILURE_LIMIT, settings.AXES_COOLOFF_TIME.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"name": name, "address": address, "limit": limit, "cool_off": seconds})
        row = cursor.fetchone()
    return row[0] if row else None


def closed_for(name: str, address: str) -> int:
    """Return after how many seconds to come again, where no more attempts are let through."""
    ages = attempts_of(name, address).annotate(age=Now() - F("attempt_time")).values_list("age", flat=True)
    age: timedelta | None = ages.first()
    if age is None or age <= IN_FLIGHT:
        return COME_AGAIN
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return max(COME_AGAIN, round((cool_off - age).total_seconds()))


def is_closed(name: str, address: str) -> bool:
    """Tell whether wrong passwords have closed an e-mail to an address."""
    still = Now() - settings.AXES_COOLOFF_TIME
    used_up = attempts_of(name, address).filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    return bool(used_up.filter(attempt_time__gt=still).exists())


def attempts_of(name: str, address: str) -> Any:
    """Return the attempts on an e-mail from an address: none or one row."""
    return AccessAttempt.objects.filter(username=name, ip_address=address)


def name_of(credentials: dict[str, Any] | None) -> str:
    """Return the e-mail that somebody gave, as it is stored."""
    given = credentials or {}
    name = given.get("username") or given.get("email") or ""
    return str(name).strip().lower().replace("\0", "")[:LONGEST_NAME]


def address_of(request: HttpRequest | Request) -> str:
    """Return the caller's address as the API's limits count it: a whole IPv6 network is one caller."""
    return network_of(client_address(request)) or NO_ADDRESS


def purge() -> int:
    """Delete attempts that no longer count, and return how many rows that were."""
    return int(AccessAttempt.objects.filter(attempt_time__lt=clock.now() - settings.AXES_COOLOFF_TIME).delete()[0])


def locked_page(request: HttpRequest, response: HttpResponse, credentials: Any = None) -> HttpResponse:
    """Return what a browser gets in place of the sign-in form: 429. The API's answers say it in their own way."""
    seconds = getattr(request, "locked_for", None)
    if seconds is None:
        return response
    shown = {"minutes": -(-seconds // 60), "is_crowded": getattr(request, "is_crowded", False)}
    page = render(request, "account/locked.html", shown, status=429)
    page["Retry-After"] = str(seconds)
    return page
