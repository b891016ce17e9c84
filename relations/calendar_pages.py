"""Files for calendar programs, which fetch them again and again: while nothing changes they get no more than that."""

import hashlib
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.models import Event
from relations.calendars import calendar_of
from relations.feeds import events_of, owner_of
from users.accounts.throttling import refused, too_often

CALENDAR = "text/calendar; charset=utf-8"


def answer_calendar(request: HttpRequest, events: Iterable[Event], *, name: str) -> HttpResponseBase:
    """Return a calendar of ``events``, or 304 where the caller has it already. Nobody in between may keep it."""
    response = HttpResponse(calendar_of(events, name=name), content_type=CALENDAR)
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
def person_calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer with the calendar that the secret address opens."""
    if (seconds := too_often(request, "ticket")) is not None:
        return refused(seconds)
    user = owner_of(token)
    if user is None:
        raise Http404(_("There is no such calendar."))
    return answer_calendar(request, events_of(user), name=f"Event CRM: {user}")
