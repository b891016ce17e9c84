"""The steps that a campaign can take, each asked for on a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailing.models import Campaign, CampaignStatus
from mailing.services import (
    STOPPABLE,
    cancel_campaign,
    pause_campaign,
    resume_campaign,
    settle_campaign,
)
from users.admin.form_pages import attempted, form_page, select
from users.markup import page_of

MAY_STEER = "mailing.change_campaign"
OUTCOMES = (
    ("sent", gettext_lazy("They were sent")),
    ("failed", gettext_lazy("They failed")),
    ("resend", gettext_lazy("Send them again: somebody may get two")),
)


class SettlingForm(forms.Form):
    """What is taken to have become of mail that nobody knows about."""

    outcome = forms.ChoiceField(choices=OUTCOMES, widget=select())


@dataclass(frozen=True, slots=True)
class Step:
    """A step with its words, its service and what the service wants to know."""

    title: Any
    explanation: Any
    done: Any
    icon: str
    service: Callable[..., object]
    form: type[forms.Form] = forms.Form
    variant: str = "primary"


STEPS = {
    "pause": Step(
        gettext_lazy("Pause"),
        gettext_lazy("Nothing more is handed over until you resume it."),
        gettext_lazy("The campaign is paused."),
        "pause",
        pause_campaign,
    ),
    "resume": Step(
        gettext_lazy("Resume"),
        gettext_lazy("Sending goes on where it stopped."),
        gettext_lazy("The campaign goes on."),
        "play_arrow",
        resume_campaign,
    ),
    "settle": Step(
        gettext_lazy("Settle doubts"),
        gettext_lazy("A worker ended while it handed these over: decide what is taken to have become of them."),
        gettext_lazy("The deliveries in doubt are settled."),
        "rule",
        settle_campaign,
        SettlingForm,
    ),
    "cancel": Step(
        gettext_lazy("Cancel the campaign"),
        gettext_lazy("What is queued is never sent, and what was sent stays sent. This cannot be undone."),
        gettext_lazy("The campaign is cancelled."),
        "cancel",
        cancel_campaign,
        variant="danger",
    ),
}


def possible(campaign: Campaign, *, in_doubt: int) -> list[str]:
    """Return the names of the steps that make sense now; the services decide when one is taken."""
    steps = {
        "pause": campaign.status in STOPPABLE,
        "resume": campaign.status == CampaignStatus.PAUSED,
        "settle": in_doubt > 0,
        "cancel": campaign.status not in (CampaignStatus.SENT, CampaignStatus.CANCELLED),
    }
    return [name for name, sensible in steps.items() if sensible]


def _taken(step: Step, campaign: Campaign, wanted: dict[str, Any]) -> bool:
    step.service(campaign=campaign, **wanted)
    return True


def take(admin: ModelAdmin[Any], request: HttpRequest, campaign: Campaign, name: str) -> HttpResponseBase:
    """Ask whether it is meant, and take the step."""
    user: Any = request.user
    if not user.has_perm(MAY_STEER):
        raise PermissionDenied
    step = STEPS[name]
    form = step.form(request.POST if request.method == "POST" else None)
    if form.is_valid() and attempted(form, lambda: _taken(step, campaign, form.cleaned_data)):
        messages.success(request, step.done)
        return HttpResponseRedirect(page_of(campaign))
    return form_page(
        admin,
        request,
        form,
        title=_("%(step)s: %(campaign)s") % {"step": step.title, "campaign": campaign},
        button=step.title,
        button_variant=step.variant,
        explanation=step.explanation,
        record=campaign,
        back=page_of(campaign),
    )
