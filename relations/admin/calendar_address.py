"""The page on which whoever leads an event makes its secret address for calendars, copies it, renews and ends it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from events.models import Event, EventStatus
from relations.admin.states import desk_page
from relations.calendar_pages import address_context, address_taken
from relations.rights import refuse_unless_leads
from users.admin.form_pages import attempted, form_page

TEMPLATE = "admin/relations/calendar_address.html"


def calendar_address(admin: ModelAdmin[Any], request: HttpRequest, event: Event) -> HttpResponseBase:
    """Show since when there is an address; POST makes another (``step=renew``), shown this once, or ends it."""
    actor: Any = request.user
    refuse_unless_leads(actor=actor, event=event)
    form, address = forms.Form(request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        taken = attempted(form, lambda: address_taken(request, event))
        if taken == "":
            messages.success(request, _("The address is ended: calendars that follow it get nothing any more."))
            return HttpResponseRedirect(desk_page(event))
        address = taken or ""
    explanation = _(
        "A calendar program that subscribes to this address shows the event and follows when it changes, without "
        "signing in. Whoever has it sees title, time, venue and description, and nobody who takes part."
    )
    return form_page(
        admin,
        request,
        form,
        title=_("Calendar address: %s") % event,
        button=_("Make the address"),
        explanation=explanation,
        record=event,
        back=desk_page(event),
        template=TEMPLATE,
        is_draft=event.status == EventStatus.DRAFT,
        **address_context(event, address),
    )
