"""Calendars for programs, which fetch them again and again, and the forms that make and end their addresses.

While nothing changes, programs get no more than that. Only a digest of an address is kept, so it is shown once: when it
is made.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event
from relations.calendars import calendar_for, calendar_of
from relations.feeds import Shown, close_feed, feed_of, open_feed, parts_of, shown_by
from users.accounts.throttling import refused, too_often
from users.models import User

RENEW, END = "renew", "end"
CALENDAR = "text/calendar; charset=utf-8"


def answer_calendar(request: HttpRequest, calendar: bytes) -> HttpResponseBase:
    """Return a calendar, or 304 where the caller has it already. Nobody in between may keep it."""
    response = HttpResponse(calendar, content_type=CALENDAR)
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def answer_event(request: HttpRequest, event: Event) -> HttpResponseBase:
    """Return the calendar of one event, as :func:`answer_calendar` does. It names nobody who takes part."""
    return answer_calendar(request, calendar_of([event], name=event.title))


def address_of(secret: str) -> str:
    """Return the address that a secret opens."""
    return f"{settings.PUBLIC_URL}{reverse('calendar', args=[secret])}"


def address_taken(request: HttpRequest, shown: Shown) -> str:
    """Do what a form asks of a calendar's address, and return the new one: nothing where it was ended."""
    step = request.POST.get("step")
    if step == RENEW:
        return address_of(open_feed(shown))
    if step == END:
        close_feed(shown)
        return ""
    raise BadRequest("The form has a strange step.")


def address_context(shown: Shown, address: str) -> dict[str, Any]:
    """Return what a page shows of a calendar's address: the one just made, if any, and since when there is one."""
    subscription = f"webcal://{address.partition('://')[2]}" if address else ""
    return {"feed": feed_of(shown), "address": address, "subscription": subscription}


@require_safe
def secret_calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer with the calendar that the secret address opens: a person's, or of one event."""
    if (seconds := too_often(request, "ticket")) is not None:
        return refused(request, seconds)
    shown = shown_by(token)
    if shown is None:
        raise Http404(_("There is no such calendar."))
    if isinstance(shown, User):
        return answer_calendar(request, calendar_for(parts_of(shown), name=f"Event CRM: {shown}"))
    return answer_event(request, shown)
