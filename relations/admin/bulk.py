"""One step for many registrations: each by itself, so that one who cannot take it keeps nobody back."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from api.identifiers import as_uuid
from events.models import Event
from relations.admin.states import asked_page
from relations.admin.steps import BULK, STEPS, Step
from relations.models import UserEventRelation
from relations.rights import refuse_unless_leads
from relations.turns import turn_at
from users.admin.refusals import refusal
from users.models import User

AT_MOST = 200
NAMED = 5


def take_many(admin: ModelAdmin[Any], request: HttpRequest, event: Event) -> HttpResponseBase:
    """Take a step for all that were ticked, and say for whom it failed and why."""
    actor: Any = request.user
    refuse_unless_leads(actor=actor, event=event)
    back = asked_page(request, event)
    name = request.POST.get("step", "")
    if request.method != "POST" or name not in BULK:
        return HttpResponseRedirect(back)
    chosen = [key for key in map(as_uuid, request.POST.getlist("chosen")[:AT_MOST]) if key]
    relations = UserEventRelation.objects.filter(event=event, pk__in=chosen).select_related("user").order_by("seq")
    failed = [(relation, reason) for relation in relations if (reason := _taken(STEPS[name], relation, actor))]
    done = len(relations) - len(failed)
    if not chosen:
        messages.warning(request, _("Nobody was ticked."))
    if done:
        messages.success(request, _counted(STEPS[name], done))
    _tell_failures(request, failed)
    return HttpResponseRedirect(back)


def _taken(step: Step, relation: UserEventRelation, actor: User) -> str:
    """Take the step, and return why it was refused, or nothing."""
    try:
        with turn_at(relation.event_id, leads=True):
            step.service(relation=relation, actor=actor, reason=step.reason)
    except Exception as error:
        reason = refusal(error)
        if reason is None:
            raise
        return reason
    return ""


def _counted(step: Step, done: int) -> str:
    words = {"number": done, "done": step.done}
    return ngettext("%(number)s person: %(done)s.", "%(number)s people: %(done)s.", done) % words


def _tell_failures(request: HttpRequest, failed: Sequence[tuple[UserEventRelation, str]]) -> None:
    for relation, reason in failed[:NAMED]:
        messages.error(request, f"{relation.user}: {reason}")
    if more := len(failed) - NAMED if len(failed) > NAMED else 0:
        said = ngettext("And %(number)s more was refused.", "And %(number)s more were refused.", more)
        messages.error(request, said % {"number": more})
