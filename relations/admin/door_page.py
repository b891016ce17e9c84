"""Check-in at the door: one box for names and tickets, on a phone or beside a code reader.

What is typed and sent checks a ticket's holder in, or finds people; GET never changes anything. Works without scripts;
with them (``event_crm/door.js``) the page asks for its inner part alone.
"""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone as clock
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from api.exceptions import InvalidInput
from api.identifiers import as_uuid
from events.models import Event, EventStatus
from relations.admin.markup import status_badge
from relations.admin.states import desk_page
from relations.door import (
    Verdict,
    Word,
    admit,
    admit_ticket,
    find_people,
    is_ticket,
    look_at,
    numbers_at_door,
    send_out,
    standings,
)
from relations.models import Role, UserEventRelation
from relations.rights import refuse_unless_leads
from relations.transitions import DOORS_OPEN
from users.admin.refusals import refusal
from users.markup import moment

PART = "door"  # the value of X-Requested-With by which the script asks for the inner part
LONGEST_TEXT = 300
TONES = {
    Word.WELCOME: "good",
    Word.EXPECTED: "good",
    Word.ALREADY: "careful",
    Word.UNDONE: "careful",
}
# What can be done with somebody whom a search found.
STEPS = {Word.EXPECTED: "check-in", Word.ALREADY: "undo"}


def door(admin: ModelAdmin[Any], request: HttpRequest, event: Event) -> HttpResponseBase:
    """Show the door; POST checks in by ``relation`` or by what was typed, and takes back with ``step=undo``."""
    actor: Any = request.user
    refuse_unless_leads(actor=actor, event=event)
    asked = request.POST if request.method == "POST" else request.GET
    text = asked.get("text", "").strip()[:LONGEST_TEXT]
    verdict = _done(request, event, text) if request.method == "POST" else _seen(request, event, text)
    searched = "" if verdict and is_ticket(text) else text
    came, places = numbers_at_door(event)
    context = {
        "event": event,
        "text": searched,
        "verdict": verdict,
        "tone": TONES.get(verdict.word, "bad") if verdict else "",
        "found": _found(event, searched, actor),
        "came": came,
        "places": places,
        "closed": _closed(event),
        "back": desk_page(event),
    }
    if request.headers.get("X-Requested-With") == PART:
        return TemplateResponse(request, "admin/relations/door_part.html", context)
    request.current_app = admin.admin_site.name
    page = {**admin.admin_site.each_context(request), "title": _("Check-in"), "opts": admin.opts, "original": event}
    return TemplateResponse(request, "admin/relations/door.html", {**page, **context})


def _done(request: HttpRequest, event: Event, text: str) -> Verdict | None:
    """Do what was asked for; a text that is no ticket is only looked for."""
    actor: Any = request.user
    ticket = request.POST.get("ticket", "") or (text if is_ticket(text) else "")
    key = as_uuid(request.POST.get("relation", ""))
    relations = UserEventRelation.objects.select_related("user", "event").filter(event=event, role=Role.ATTENDEE)
    relation = relations.filter(pk=key).first() if key else None
    try:
        if relation:
            undo = request.POST.get("step") == "undo"
            return send_out(relation, actor=actor) if undo else admit(relation, actor=actor)
        return admit_ticket(event, ticket, actor=actor) if ticket else None
    except Exception as error:
        reason = refusal(error)
        if reason is None:
            raise
        return Verdict(Word.REFUSED, relation, reason)


def _seen(request: HttpRequest, event: Event, text: str) -> Verdict | None:
    ticket = request.GET.get("ticket", "") or (text if is_ticket(text) else "")
    return look_at(event, ticket) if ticket else None


def _found(event: Event, text: str, caller: Any) -> list[dict[str, Any]] | None:
    """Return the rows of what a search finds; None without a search."""
    if not text:
        return None
    try:
        relations = find_people(event, text, caller=caller)
    except InvalidInput:
        return []
    return [
        {
            "relation": seen.relation,
            "badge": status_badge(seen.relation.status),
            "step": STEPS.get(seen.word, ""),
            "text": "" if seen.word == Word.EXPECTED else seen.text,
        }
        for seen in standings(relations)
        if seen.relation
    ]


def _closed(event: Event) -> SafeString | str:
    """Return why nobody can be checked in now, or nothing."""
    if event.status in (EventStatus.DRAFT, EventStatus.CANCELLED):
        return _("This event is %s: nobody can be checked in.") % event.get_status_display()
    opens = event.start_at - DOORS_OPEN
    return format_html(_("Check-in opens: {}."), moment(opens, event.timezone)) if opens > clock.now() else ""
