"""The mail that was written to files instead of being sent: a list, and one mail."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from mailing import mailbox
from mailing.admin.markup import framed, preformatted
from users.markup import link_to, moment
from users.roles import Role

SHOWN_AT_MOST = 200


def may_read_mailbox(request: HttpRequest) -> bool:
    """Tell whether there is a mailbox here, and whether the caller may read it: others' mail can let one sign in."""
    user: Any = request.user
    return mailbox.is_in_use() and user.holds(Role.ADMIN)


def mailbox_urls(site: AdminSite) -> list[URLPattern]:
    """Return the pages of the mailbox for the admin's site."""

    def view(request: HttpRequest, name: str = "") -> TemplateResponse:
        return show(site, request, name)

    protected = site.admin_view(view)
    return [
        path("mailbox/", protected, name="mailbox"),
        path("mailbox/<str:name>/", protected, name="mailbox_message"),
    ]


def show(site: AdminSite, request: HttpRequest, name: str) -> TemplateResponse:
    """Show the mail called ``name``, or the list of the newest ones."""
    if not mailbox.is_in_use():
        raise Http404
    if not may_read_mailbox(request):
        raise PermissionDenied
    request.current_app = site.name
    template, content = ("mailbox_message", _message(name)) if name else ("mailbox", _list())
    context = {**site.each_context(request), "title": _("Mail sent here"), **content}
    return TemplateResponse(request, f"admin/mailing/{template}.html", context)


def _list() -> dict[str, Any]:
    rows = [
        [
            link_to(reverse("admin:mailbox_message", args=[envelope.name]), envelope.subject or _("(no subject)")),
            envelope.to,
            envelope.sender,
            moment(envelope.written_at),
        ]
        for envelope in mailbox.list_messages(SHOWN_AT_MOST)
    ]
    headings = [_("Subject"), _("To"), _("From"), _("Written")]
    return {"table": {"headers": headings, "rows": rows}, "at_most": SHOWN_AT_MOST}


def _message(name: str) -> dict[str, Any]:
    try:
        mail = mailbox.read_message(name)
    except mailbox.UnknownMailError as error:
        raise Http404 from error
    return {
        "mail": mail,
        "subtitle": mail.envelope.subject,
        "html": framed(mail.html, _("The mail's HTML")) if mail.html else "",
        "text": preformatted(mail.text),
    }
