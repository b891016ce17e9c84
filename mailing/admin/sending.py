"""The action on selected people: write a mail, see whom it reaches and how it looks, and send it."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.identifiers import as_uuid
from mailing.admin.markup import framed, preformatted
from mailing.audience import Choice, by_queryset
from mailing.content import SUBJECT_LENGTH, Content, content_of_template, own_content, template_names
from mailing.models import Campaign, ExclusionReason
from mailing.preview import Reach, reach_of, rendered_for
from mailing.rendering import PLACEHOLDERS, ContentError
from mailing.services import AlreadySentError, create_campaign
from users.admin.form_pages import attempted, form_page, select, text_area, text_input
from users.markup import number, page_of

MAY_SEND = "mailing.add_campaign"
ONCE = "form_token"
BODY_LENGTH = 200_000


class MailForm(forms.Form):
    """A file template, or a subject and a text of one's own."""

    template = forms.ChoiceField(required=False, widget=select(), label=gettext_lazy("Template"))
    subject = forms.CharField(
        required=False, max_length=SUBJECT_LENGTH, widget=text_input(), label=gettext_lazy("Subject")
    )
    body = forms.CharField(required=False, max_length=BODY_LENGTH, widget=text_area(), label=gettext_lazy("Text"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        names = [(name, name) for name in template_names()]
        choices: Any = self.fields["template"]
        choices.choices = [("", _("none: my own words, below")), *names]
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


def _content(data: dict[str, Any]) -> Content:
    if data.get("template"):
        return content_of_template(data["template"])
    return own_content(subject=data.get("subject") or "", body=data.get("body") or "")


@admin.action(description=gettext_lazy("Send e-mail"))
def send_email(model_admin: ModelAdmin[Any], request: HttpRequest, queryset: Any) -> HttpResponseBase | None:
    """Ask for the mail and show what it would be; then make a campaign of it and go there."""
    sender: Any = request.user
    if not sender.has_perm(MAY_SEND):
        raise PermissionDenied
    step = request.POST.get("step", "")
    form = MailForm(request.POST if step else None)
    choice = by_queryset(queryset)
    ready = bool(step) and form.is_valid()
    if ready and step == "send":
        campaign = attempted(form, lambda: _send(request, form, choice))
        if campaign:
            return HttpResponseRedirect(page_of(campaign))
    return form_page(
        model_admin,
        request,
        form,
        title=_("Send e-mail"),
        button=_("Preview"),
        template="admin/mailing/send_email.html",
        carried=_carried(request),
        back=request.get_full_path(),
        **_shown(choice, sender, form if ready else None),
    )


def _send(request: HttpRequest, form: MailForm, choice: Choice) -> Campaign:
    """Make the campaign, or return the one that this very form has made already."""
    sender: Any = request.user
    token = as_uuid(request.POST.get(ONCE, ""))
    try:
        campaign = create_campaign(content=form.content, choice=choice, sender=sender, form_token=token)
    except AlreadySentError as error:
        messages.warning(request, _("This form was sent already. This page shows the campaign that it made."))
        return error.campaign
    messages.success(request, _("The campaign is made. This page shows how it goes."))
    return campaign


send_email.needs = MAY_SEND  # type: ignore[attr-defined]  # read by the list of actions


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields that keep the selection from page to page; a page's ticks suffice for all that match.

    The token is another one on each page: what is sent from it is sent once, however often the button is clicked.
    """
    across = request.POST.get("select_across", "0")
    selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
    ticks = selected[:1] if across == "1" else selected
    return [
        ("action", "send_email"),
        ("select_across", across),
        (ONCE, str(uuid4())),
        *((ACTION_CHECKBOX_NAME, tick) for tick in ticks),
    ]


def _shown(choice: Choice, sender: Any, form: MailForm | None) -> dict[str, Any]:
    """Return whom the mail reaches and, once the form holds one, how it looks for the first of them."""
    reach = reach_of(choice, sender=sender)
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
