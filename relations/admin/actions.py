"""What can be done to relations in the admin: begin one and end one, each with a reason, through the services."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.identifiers import as_uuid
from events.models import Event
from relations.admin.states import people_page, state_of_row
from relations.models import Role, Status, UserEventRelation
from relations.rights import refuse_unless_may_add
from relations.services import add_relation, end_relation
from relations.turns import turn_at
from users.admin.form_pages import attempted, form_page, record_field, select, text_input
from users.markup import page_of
from users.models import User

REASON_LENGTH = 200


class EndingForm(forms.Form):
    """Why a relation ends."""

    reason = forms.CharField(
        max_length=REASON_LENGTH, widget=text_input(autofocus=""), help_text=gettext_lazy("Goes into the ledger.")
    )


def adding_form(admin: ModelAdmin[Any], request: HttpRequest) -> forms.Form:
    """Return the form for a new relation; people and events are found by typing."""
    caller: Any = request.user
    people, events = User.objects.visible_to(caller), Event.objects.visible_to(caller)
    fields: dict[str, Any] = {
        "event": record_field(admin, UserEventRelation, "event", events, label=_("Event")),
        "user": record_field(admin, UserEventRelation, "user", people, label=_("Person")),
        "role": forms.ChoiceField(choices=Role.choices, initial=Role.ATTENDEE, widget=select(), label=_("Role")),
        "reason": forms.CharField(
            max_length=REASON_LENGTH, initial=_("added in the admin"), widget=text_input(), label=_("Reason")
        ),
    }
    initial = {name: as_uuid(request.GET.get(name, "")) for name in ("event", "user")}
    form: type[forms.Form] = type("AddingForm", (forms.Form,), fields)
    return form(
        request.POST if request.method == "POST" else None, initial={name: key for name, key in initial.items() if key}
    )


def add(admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponseBase:
    """Give somebody a part in an event."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    form = adding_form(admin, request)
    if form.is_valid():
        actor: Any = request.user
        wanted = {"status": None, **form.cleaned_data}
        aim = {name: wanted[name] for name in ("user", "event", "role", "status")}
        refuse_unless_may_add(actor=actor, **aim)
        turn = turn_at(wanted["event"].pk, leads=True)
        if added := attempted(form, turn(lambda: add_relation(**wanted, actor=actor))):
            relation, new = added
            _tell(request, relation, is_new=new)
            return HttpResponseRedirect(people_page(relation.event, state_of_row(relation.role, relation.status)))
    explanation = _("An attendee gets a seat, or the next place in the queue of a full event.")
    return form_page(
        admin, request, form, title=_("Add a person to an event"), button=_("Add"), explanation=explanation
    )


def _tell(request: HttpRequest, relation: UserEventRelation, *, is_new: bool) -> None:
    """Say what became of it: somebody who has to wait was not let in."""
    if not is_new:
        messages.success(request, _("%s: was so already.") % relation)
    elif relation.status == Status.WAITLISTED:
        messages.warning(request, _("%s: the event is full, and they wait for a place.") % relation)
    else:
        messages.success(request, _("%s: added.") % relation)


def end(admin: ModelAdmin[Any], request: HttpRequest, relation: UserEventRelation) -> HttpResponseBase:
    """Cancel a relation; a seat that becomes free goes to the head of the queue."""
    if not admin.has_change_permission(request, relation):
        raise PermissionDenied
    form = EndingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actor: Any = request.user
        reason = form.cleaned_data["reason"]
        turn = turn_at(relation.event_id, leads=True)
        if ended := attempted(form, turn(lambda: end_relation(relation=relation, actor=actor, reason=reason))):
            messages.success(request, _("%s: ended.") % ended)
            return HttpResponseRedirect(people_page(ended.event))
    return form_page(
        admin,
        request,
        form,
        title=_("End: %s") % relation,
        button=_("End it"),
        button_variant="danger",
        explanation=_("The place becomes free, and the first in the queue gets it. The ledger keeps what was."),
        record=relation,
        back=page_of(relation),
    )
