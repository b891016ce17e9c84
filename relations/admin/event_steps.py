"""What the desk does to a whole event, each on a page of its own: promote by the rules, cancel, complete."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from api.exceptions import Conflict
from events.models import Event, EventStatus
from relations.admin.queue import queue_of
from relations.admin.states import desk_page
from relations.admin.steps import REASON_LENGTH
from relations.closing import cancel_event, complete_event
from relations.models import EventCapacity, Status
from relations.promotion import serve_queue
from relations.rights import refuse_unless_leads
from relations.transitions import EventState, state_of
from users.admin.form_pages import attempted, form_page, select, text_input
from users.models import User

OPEN = (EventState.TO_COME, EventState.DOORS, EventState.RUNNING)
OUTCOMES = (
    ("", gettext_lazy("No-show where anybody was checked in, else attended")),
    (Status.NO_SHOW, gettext_lazy("They did not come")),
    (Status.ATTENDED, gettext_lazy("They came")),
)


class ClosingForm(forms.Form):
    """Why an event is closed."""

    reason = forms.CharField(
        required=False,
        max_length=REASON_LENGTH,
        widget=text_input(autofocus=""),
        help_text=gettext_lazy("Goes into the ledger of each registration."),
    )


class CompletingForm(ClosingForm):
    """What becomes of those who were expected and not checked in."""

    outcome = forms.ChoiceField(
        choices=OUTCOMES,
        required=False,
        widget=select(),
        label=gettext_lazy("Who is confirmed and not checked in"),
    )


@dataclass(frozen=True, slots=True)
class EventStep:
    """A step with its words; ``take`` returns what to say of it, and raises where it is refused."""

    title: Any
    icon: str
    explanation: Any
    take: Callable[[Event, User, dict[str, Any]], str]
    fits: Callable[[Event], bool]
    form: type[forms.Form] = forms.Form
    variant: str = "primary"
    about: Callable[[Event], str] | None = None


def _capacity_of(event: Event) -> EventCapacity:
    return EventCapacity.objects.select_related("event").get(event=event)


def _who_is_next(event: Event) -> str:
    queue = queue_of(_capacity_of(event))
    if not queue.head:
        return _("Nobody waits.")
    return _("Next in the queue: %(names)s. %(standstill)s") % {"names": queue, "standstill": queue.standstill}


def _promote(event: Event, actor: User, _wanted: dict[str, Any]) -> str:
    served = serve_queue(event=event, actor=actor)
    if not served:
        raise Conflict(queue_of(_capacity_of(event)).standstill or _("Nobody waits."))
    said = ngettext("%(number)s person left the queue.", "%(number)s people left the queue.", served)
    return said % {"number": served}


def _cancel(event: Event, actor: User, wanted: dict[str, Any]) -> str:
    cancel_event(event=event, actor=actor, **wanted)
    return _("The event is cancelled. Everybody who registered is released, a portion at a time.")


def _complete(event: Event, actor: User, wanted: dict[str, Any]) -> str:
    complete_event(event=event, actor=actor, reason=wanted["reason"], outcome=wanted["outcome"] or None)
    return _("The event is completed. Who came and who did not is settled, a portion at a time.")


EVENT_STEPS = {
    "promote": EventStep(
        gettext_lazy("Promote"),
        "trending_up",
        gettext_lazy("Free places go to the head of the queue, in the order of arrival: nobody is put before others."),
        _promote,
        lambda event: state_of(event) in OPEN,
        about=_who_is_next,
    ),
    "complete": EventStep(
        gettext_lazy("Complete event"),
        "task_alt",
        gettext_lazy("The event takes nobody any more. Who waits, asks for approval or holds an offer is let go."),
        _complete,
        lambda event: event.status == EventStatus.ACTIVE and state_of(event) in {EventState.RUNNING, EventState.OVER},
        CompletingForm,
    ),
    "cancel": EventStep(
        gettext_lazy("Cancel event"),
        "event_busy",
        gettext_lazy("The event takes nobody any more, and everybody who registered is released and told."),
        _cancel,
        lambda event: state_of(event) in (EventState.DRAFT, *OPEN),
        ClosingForm,
        "danger",
    ),
}


def event_step(name: str) -> Callable[[ModelAdmin[Any], HttpRequest, Event], HttpResponseBase]:
    """Return the page of a step."""
    step = EVENT_STEPS[name]

    def view(admin: ModelAdmin[Any], request: HttpRequest, event: Event) -> HttpResponseBase:
        """Ask whether it is meant, and take the step."""
        actor: Any = request.user
        refuse_unless_leads(actor=actor, event=event)
        form = step.form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            said = attempted(form, lambda: step.take(event, actor, form.cleaned_data))
            if said is not None:
                messages.success(request, said)
                return HttpResponseRedirect(desk_page(event))
        return form_page(
            admin,
            request,
            form,
            title=_("%(step)s: %(event)s") % {"step": step.title, "event": event},
            button=step.title,
            button_variant=step.variant,
            explanation=f"{step.explanation} {step.about(event)}" if step.about else step.explanation,
            record=event,
            back=desk_page(event),
        )

    return view
