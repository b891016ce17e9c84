"""The steps of one registration: offered where the table of transitions has them, taken by the services."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relations.admin.states import asked_page, people_page, state_of_row
from relations.models import Role, Status, UserEventRelation
from relations.registration import accept, approve, check_in, decline, undo_check_in
from relations.rights import refuse_unless_leads
from relations.services import end_relation
from relations.transitions import EventState, refusal
from relations.turns import turn_at
from users.admin.form_pages import attempted, form_page, text_input

REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its words: from which statuses it leads to which, by which service.

    One that ``asks`` wants a reason, on a page of its own; the others are taken by one tap, for their ``reason``.
    """

    title: Any
    done: Any
    starts: Sequence[str]
    becomes: str
    service: Callable[..., Any]
    icon: str
    reason: str = ""
    asks: bool = False
    explanation: Any = ""
    in_full: Any = ""

    @property
    def called(self) -> Any:
        """Return its name on a page of its own, which names what it is done to."""
        return self.in_full or self.title

    def fits(self, relation: UserEventRelation, state: EventState) -> bool:
        """Tell whether the step can be taken now, but for the seats, at an event that is in ``state``."""
        return (
            relation.role == Role.ATTENDEE
            and relation.status in self.starts
            and refusal(role=relation.role, was=relation.status, status=self.becomes, state=state) is None
        )


STEPS = {
    "approve": Step(
        gettext_lazy("Approve"),
        gettext_lazy("approved"),
        [Status.PENDING],
        Status.CONFIRMED,
        approve,
        "check",
        "approved in the admin",
        explanation=gettext_lazy("They get a place, or their place in the queue by when they registered."),
    ),
    "check-in": Step(
        gettext_lazy("Check in"),
        gettext_lazy("checked in"),
        [Status.CONFIRMED, Status.OFFERED],
        Status.ATTENDED,
        check_in,
        "how_to_reg",
        "checked in by the desk",
    ),
    "undo": Step(
        gettext_lazy("Undo check-in"),
        gettext_lazy("check-in taken back"),
        [Status.ATTENDED],
        Status.CONFIRMED,
        undo_check_in,
        "undo",
        "check-in taken back by the desk",
    ),
    "accept": Step(
        gettext_lazy("Accept for them"),
        gettext_lazy("confirmed"),
        [Status.OFFERED],
        Status.CONFIRMED,
        accept,
        "event_available",
        "accepted for them by the desk",
        explanation=gettext_lazy("They take the place that they were offered."),
    ),
    "withdraw": Step(
        gettext_lazy("Withdraw offer"),
        gettext_lazy("offer withdrawn"),
        [Status.OFFERED],
        Status.CANCELLED,
        decline,
        "block",
        asks=True,
        explanation=gettext_lazy("The offer ends, and the next in the queue gets it."),
    ),
    "decline": Step(
        gettext_lazy("Decline"),
        gettext_lazy("declined"),
        [Status.PENDING],
        Status.DECLINED,
        decline,
        "block",
        asks=True,
        explanation=gettext_lazy("They are told so, and cannot register again by themselves."),
        in_full=gettext_lazy("Decline the registration"),
    ),
    "cancel": Step(
        gettext_lazy("Cancel"),
        gettext_lazy("cancelled"),
        [Status.WAITLISTED, Status.CONFIRMED],
        Status.CANCELLED,
        end_relation,
        "person_remove",
        asks=True,
        explanation=gettext_lazy("The place becomes free for the first in the queue. The ledger keeps what was."),
        in_full=gettext_lazy("Cancel the registration"),
    ),
}
BULK = ("approve", "check-in")


class StepForm(forms.Form):
    """Why a step is taken; what the desk does every minute needs no reason of its own."""

    reason = forms.CharField(
        max_length=REASON_LENGTH, widget=text_input(autofocus=""), help_text=gettext_lazy("Goes into the ledger.")
    )

    def __init__(self, step: Step, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = step.asks
        self.fields["reason"].initial = step.reason


def step_page(relation: UserEventRelation, name: str) -> str:
    """Return the address of a step."""
    return reverse("admin:relations_usereventrelation_step", args=[relation.pk, name])


def buttons(relation: UserEventRelation, state: EventState) -> SafeString:
    """Return what can be done with a row: steps of one tap as buttons of the form around it, the others as links."""
    found = [(name, step) for name, step in STEPS.items() if step.fits(relation, state)]
    return format_html(
        '<span class="crm-steps">{}</span>', format_html_join("", "{}", ((_button(relation, *one),) for one in found))
    )


def _button(relation: UserEventRelation, name: str, step: Step) -> SafeString:
    page = step_page(relation, name)
    if step.asks:
        return format_html('<a class="crm-link" href="{}">{}</a>', page, step.title)
    return format_html('<button class="crm-step" formaction="{}">{}</button>', page, step.title)


def take(admin: ModelAdmin[Any], request: HttpRequest, relation: UserEventRelation, name: str) -> HttpResponseBase:
    """Ask for the reason, where there is none, and take the step."""
    step, actor = STEPS.get(name), request.user
    if step is None or relation.role != Role.ATTENDEE:
        raise Http404
    refuse_unless_leads(actor=actor, event=relation.event)  # type: ignore[arg-type]  # one of our users
    back = _page_before(request, relation)
    form = StepForm(step, request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"] or step.reason
        turn = turn_at(relation.event_id, leads=True)
        if attempted(form, turn(lambda: step.service(relation=relation, actor=actor, reason=reason))):
            messages.success(request, f"{relation.user}: {step.done}.")
            return HttpResponseRedirect(back)
    return form_page(
        admin,
        request,
        form,
        title=_("%(step)s: %(person)s") % {"step": step.called, "person": relation.user},
        button=step.called,
        button_variant="danger" if step.asks else "primary",
        explanation=step.explanation,
        record=relation,
        back=back,
    )


def _page_before(request: HttpRequest, relation: UserEventRelation) -> str:
    """Return the page of people that the step was taken from: the one that its form names, else their group."""
    if "back" in request.POST:
        return asked_page(request, relation.event)
    return people_page(relation.event, state_of_row(relation.role, relation.status))
