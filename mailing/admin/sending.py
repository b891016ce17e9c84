"""Writing a mail to selected people, a segment or an event: see whom it reaches and how it looks, and send it."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from api.exceptions import InvalidInput
from api.identifiers import as_uuid
from events.models import Event
from mailing.admin.markup import framed, preformatted
from mailing.audience import Choice, by_event, by_queryset, by_segment
from mailing.content import SUBJECT_LENGTH, Content, content_of_template, own_content
from mailing.models import Campaign, EmailTemplate, ExclusionReason, MailCategory
from mailing.preview import Reach, reach_of, rendered_for
from mailing.rendering import PLACEHOLDERS, ContentError
from mailing.services import AlreadySentError, create_campaign
from relations.admin.states import knows_people
from relations.models import Role, Status
from users.admin.form_pages import attempted, form_page, select, text_area, text_input
from users.admin.panels import Link
from users.markup import number, page_of
from users.models import Segment

MAY_SEND = "mailing.add_campaign"
ONCE = "form_token"
SHOWN = "shown"
BODY_LENGTH = 200_000


class MailForm(forms.Form):
    """A template, or a subject and a text of one's own."""

    template = forms.ChoiceField(required=False, widget=select(), label=gettext_lazy("Template"))
    category = forms.ModelChoiceField(
        MailCategory.objects.all(),
        required=False,
        widget=select(),
        label=gettext_lazy("Category"),
        empty_label=gettext_lazy("that of the template; if it has none, only who wants no mail at all is left out"),
        help_text=gettext_lazy("Who does without this sort of mail is left out."),
    )
    subject = forms.CharField(
        required=False, max_length=SUBJECT_LENGTH, widget=text_input(), label=gettext_lazy("Subject")
    )
    body = forms.CharField(required=False, max_length=BODY_LENGTH, widget=text_area(), label=gettext_lazy("Text"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        offered = EmailTemplate.objects.offered().order_by("title", "name").values_list("name", "title")
        choices: Any = self.fields["template"]
        choices.choices = [("", _("none: my own words, below")), *offered]
        known = ", ".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)
        self.fields["body"].help_text = _("In subject and text you can use %s.") % known

    def clean(self) -> dict[str, Any]:
        """Make the content, whose faults stand at their fields."""
        data = self.cleaned_data
        if data.get("template") and (data.get("subject") or data.get("body")):
            raise ValidationError(_("Choose a template, or write a subject and a text of your own."))
        try:
            self.content = _content(data)
        except ValidationError as error:
            self.add_error(None, error)
        return data


class EventMailForm(MailForm):
    """A mail to people of an event: those with one of the roles whose part has one of the statuses; none means any."""

    roles = forms.MultipleChoiceField(
        choices=Role.choices,
        required=False,
        initial=[Role.ATTENDEE],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        label=gettext_lazy("Who"),
        help_text=gettext_lazy("None ticked: whatever their role."),
    )
    statuses = forms.MultipleChoiceField(
        choices=Status.choices,
        required=False,
        initial=[Status.CONFIRMED, Status.ATTENDED],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        label=gettext_lazy("How they stand"),
        help_text=gettext_lazy("None ticked: however they stand, but for those who gave their place up."),
    )
    field_order = ("roles", "statuses", "template", "category", "subject", "body")

    def chosen(self, name: str) -> list[str]:
        """Return what is ticked of a field, as far as there is such a choice; on a new form what it begins with."""
        field: Any = self.fields[name]
        given = field.widget.value_from_datadict(self.data, {}, name) if self.is_bound else field.initial
        return [str(one) for one in given or () if field.valid_value(one)]


def _content(data: dict[str, Any]) -> Content:
    if data.get("template"):
        return content_of_template(data["template"])
    return own_content(subject=data.get("subject") or "", body=data.get("body") or "")


@admin.action(description=gettext_lazy("Send e-mail"))
def send_email(model_admin: ModelAdmin[Any], request: HttpRequest, queryset: Any) -> HttpResponseBase | None:
    """Ask for the mail and show what it would be; then make a campaign of it and go there."""
    _refuse_who_may_not(request)
    form = MailForm(request.POST if _step(request) else None)
    return mail_page(model_admin, request, form, by_queryset(queryset), carried=_carried(request))


def write_to_segment(model_admin: ModelAdmin[Any], request: HttpRequest, segment: Segment) -> HttpResponseBase:
    """Write to whom the segment finds now, in the sight of who writes."""
    _refuse_who_may_not(request)
    sender: Any = request.user
    try:
        choice = by_segment(str(segment.pk), sender=sender)
    except InvalidInput as error:
        messages.error(request, " ".join(fault.detail for fault in error.faults))
        return HttpResponseRedirect(page_of(segment))
    form = MailForm(request.POST if _step(request) else None)
    return mail_page(model_admin, request, form, choice, record=segment)


def write_to_event(model_admin: ModelAdmin[Any], request: HttpRequest, event: Event) -> HttpResponseBase:
    """Write to the people of an event, by their roles and by how they stand."""
    _refuse_who_may_not(request)
    sender: Any = request.user
    form = EventMailForm(request.POST if _step(request) else None)
    whom = {name: form.chosen(name) for name in ("roles", "statuses")}
    choice = by_event(str(event.pk), sender=sender, **whom)
    return mail_page(model_admin, request, form, choice, record=event, event=event)


def may_write(request: HttpRequest, record: Any) -> Link | None:
    """Return the link to the page on which one writes to the people of a segment or an event."""
    user: Any = request.user
    page = f"admin:{record._meta.app_label}_{record._meta.model_name}_write"
    return Link(_("Write to them"), reverse(page, args=[record.pk]), icon="mail") if user.has_perm(MAY_SEND) else None


def may_write_to_event(request: HttpRequest, event: Event) -> Link | None:
    """Return the link for who knows the people of the event."""
    user: Any = request.user
    return may_write(request, event) if knows_people(user, event) else None


def mail_page(
    model_admin: ModelAdmin[Any],
    request: HttpRequest,
    form: MailForm,
    choice: Choice,
    *,
    carried: Sequence[tuple[str, str]] = (),
    record: Any = None,
    event: Event | None = None,
) -> HttpResponseBase:
    """Show the form with whom it reaches and how it looks, or make the campaign and go there.

    ``carried`` are hidden fields of the form, ``record`` is whose people they are, ``event`` what it is all about. The
    token is another one on each page: what is sent from it is sent once, however often the button is clicked. The mark
    stands for what the page shows: something else is shown before it is sent.
    """
    sender: Any = request.user
    ready = bool(_step(request)) and form.is_valid()
    mark = _mark(form, choice) if ready else ""
    if ready and _step(request) == "send" and _was_shown(request, form, mark):
        campaign = attempted(form, lambda: _send(request, form, choice, event))
        if campaign:
            return HttpResponseRedirect(page_of(campaign))
    return form_page(
        model_admin,
        request,
        form,
        title=_("Write to %s") % record if record else _("Send e-mail"),
        button=_("Preview"),
        template="admin/mailing/send_email.html",
        carried=[(ONCE, str(uuid4())), (SHOWN, mark), *carried],
        back=page_of(record) if record else request.get_full_path(),
        record=record,
        **_shown(choice, sender, form if ready else None, event),
    )


def _refuse_who_may_not(request: HttpRequest) -> None:
    sender: Any = request.user
    if not sender.has_perm(MAY_SEND):
        raise PermissionDenied


def _step(request: HttpRequest) -> str:
    return request.POST.get("step", "")


def _mark(form: MailForm, choice: Choice) -> str:
    """Return what stands for a mail and for the rule by which its people are found, as both are now."""
    content = form.content
    category = form.cleaned_data["category"] or content.category
    said = [content.subject, content.text, content.html, category and category.key, choice.filter, choice.segments]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _was_shown(request: HttpRequest, form: MailForm, mark: str) -> bool:
    """Tell whether the page that was sent showed what would be sent now; if not, say so on the form."""
    shown = request.POST.get(SHOWN, mark) == mark
    if not shown:
        form.add_error(None, _("The mail, or whom it is for, was changed meanwhile. Look at it again, then send it."))
    return shown


def _send(request: HttpRequest, form: MailForm, choice: Choice, event: Event | None) -> Campaign:
    """Make the campaign, or return the one that this very form has made already."""
    sender: Any = request.user
    token = as_uuid(request.POST.get(ONCE, ""))
    try:
        campaign = create_campaign(
            content=form.content,
            choice=choice,
            sender=sender,
            category=form.cleaned_data["category"],
            event=event,
            form_token=token,
        )
    except AlreadySentError as error:
        messages.warning(request, _("This form was sent already. This page shows the campaign that it made."))
        return error.campaign
    messages.success(request, _("The campaign is made. This page shows how it goes."))
    return campaign


send_email.needs = MAY_SEND  # type: ignore[attr-defined]  # read by the list of actions


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields that keep the selection from page to page; a page's ticks suffice for all that match."""
    across = request.POST.get("select_across", "0")
    selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
    ticks = selected[:1] if across == "1" else selected
    return [
        ("action", "send_email"),
        ("select_across", across),
        *((ACTION_CHECKBOX_NAME, tick) for tick in ticks),
    ]


def _shown(choice: Choice, sender: Any, form: MailForm | None, event: Event | None) -> dict[str, Any]:
    """Return whom the mail reaches and, once the form holds one, how it looks for the first of them."""
    category = (form.cleaned_data["category"] or form.content.category) if form else None
    reach = reach_of(choice, sender=sender, category=category, event=event)
    shown = {"mailed": reach.mailed, "reached": number(reach.mailed), "left_out": _left_out(reach), "can_send": False}
    first = choice.seen_by(sender).filter(email__isnull=False, is_active=True).order_by("pk").first()
    if form is None or first is None:
        return shown
    try:
        mail = rendered_for(form.content, first)
    except ContentError as error:
        form.add_error(None, _("As %(person)s would get it: %(fault)s") % {"person": first, "fault": error})
        return shown
    return {
        **shown,
        "can_send": reach.mailed > 0,
        "example": first,
        "preview_subject": mail.subject,
        "preview": framed(mail.html, _("Preview")) if mail.html else preformatted(mail.text),
    }


def _left_out(reach: Reach) -> list[str]:
    return [f"{number(many)} {ExclusionReason(reason).label}" for reason, many in reach.left_out.items()]
