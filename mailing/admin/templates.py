"""Templates of mail in the admin: written beside a live preview, with every version that there was."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from api.identifiers import find
from mailing.admin.markup import framed, preformatted
from mailing.content import content_of
from mailing.email_templates import create_template, delete_template, update_template, use_version
from mailing.models import Campaign, EmailTemplate, EmailTemplateVersion
from mailing.models.templates import CONTENT
from mailing.preview import rendered_for
from mailing.rendering import PLACEHOLDERS, ContentError, Rendered
from users.admin.deletion import ServiceDeletion
from users.admin.form_pages import RecordSelect, attempted, form_page, text_area
from users.admin.forms import RecordForm
from users.admin.history import HistoryPanel
from users.admin.panels import PanelAdmin, Panels, TablePanel
from users.markup import NOTHING, badge, link, link_to, moment, page_of
from users.models import User

MAY_VIEW = "mailing.view_emailtemplate"
template_panels = Panels()


class TemplateForm(RecordForm[EmailTemplate]):
    """A template, and for whom the preview beside it is filled in."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=_("Preview for"),
        help_text=_("Nobody: for you."),
        widget=RecordSelect(Campaign._meta.get_field("created_by"), admin.site),
    )

    class Meta:
        model = EmailTemplate
        fields = ("name", "title", "description", "category", "archived", *CONTENT)
        widgets: ClassVar[Any] = {
            "description": text_area(rows=2),
            "html": text_area(rows=18, spellcheck="true", **{"class": f"{text_area().attrs['class']} crm-source"}),
            "text": text_area(rows=8),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = ", ".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)
        if "html" in self.fields:
            said = self.fields["html"].help_text
            self.fields["html"].help_text = gettext("%(said)s You can use %(known)s.") % {"said": said, "known": known}

    def clean(self) -> dict[str, Any] | None:
        """Refuse what cannot be filled in, where it was written."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                content_of(EmailTemplate(**{name: data.get(name) or "" for name in CONTENT}))
            except ValidationError as error:
                self.add_error(None, error)
        return data


class VersionsOfTemplate(TablePanel):
    """Every version of a template, who wrote it and when."""

    slug = "versions"
    title = _("Versions")
    permission = MAY_VIEW
    headings = (_("Version"), _("Subject"), _("Written by"), _("When"))

    def rows(self, request: HttpRequest, record: EmailTemplate) -> "QuerySet[Any]":
        return record.versions.select_related("author", "template").order_by("-number")

    def cells(self, request: HttpRequest, row: EmailTemplateVersion) -> list[Any]:
        page = reverse("admin:mailing_emailtemplate_version", args=[row.template_id, row.number])
        return [link_to(page, row), row.subject, author_of(row), moment(row.created_at)]


def author_of(version: EmailTemplateVersion) -> SafeString | str:
    """Return who wrote a version."""
    return link(version.author) if version.author else gettext("the system")


@admin.register(EmailTemplate)
class EmailTemplateAdmin(ServiceDeletion[EmailTemplate], PanelAdmin[EmailTemplate]):
    """Mails that are written once, and sent by their name."""

    panels = template_panels
    form = TemplateForm
    change_form_template = "admin/mailing/template_form.html"
    add_form_template = "admin/mailing/template_form.html"
    list_display = ("title", "name", "sort", "version_shown", "state", "changed")
    list_display_links = ("title",)
    list_filter = ("archived",)
    ordering = ("name", "pk")
    list_select_related = ("category",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (("title", "name"), "description", ("category", "archived"))}),
        (_("Mail"), {"fields": (*CONTENT, "person")}),
    )

    class Media:
        js = ("event_crm/template_preview.js",)

    def get_urls(self) -> list[URLPattern]:
        protect = self.admin_site.admin_view
        return [
            path("preview/", protect(self.preview_view), name="mailing_emailtemplate_preview"),
            path(
                "<path:object_id>/versions/<int:number>/",
                protect(self.version_view),
                name="mailing_emailtemplate_version",
            ),
            *super().get_urls(),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        """Let the preview be for people whom the caller may know of."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if "person" in form.base_fields:
            form.base_fields["person"].queryset = User.objects.visible_to(request.user)
        return form

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Answer what is written in the form, filled in for a person, as JSON; or why it cannot be."""
        caller: Any = request.user
        if not caller.has_perm(MAY_VIEW):
            raise PermissionDenied
        given = {name: request.POST.get(name, "") for name in CONTENT}
        person = find(User.objects.visible_to(caller), request.POST.get("person", "")) or caller
        try:
            mail = rendered_for(content_of(EmailTemplate(**given)), person)
        except (ValidationError, ContentError) as error:
            return JsonResponse({"fault": _said(error)})
        return JsonResponse({"subject": mail.subject, "text": mail.text, "html": mail.html})

    def version_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponseBase:
        """Show a version as the caller would get it, and use it again."""
        template = self.get_object(request, object_id)
        version = template.versions.filter(number=number).first() if template else None
        if template is None or version is None:
            raise Http404
        if not self.has_view_or_change_permission(request, template):
            raise PermissionDenied
        caller: Any = request.user
        may_use = self.has_change_permission(request, template)
        form = forms.Form(request.POST if request.method == "POST" else None)
        if form.is_valid() and may_use and attempted(form, lambda: bool(use_version(version=version, actor=caller))):
            messages.success(request, gettext("The template reads as in version %s again.") % number)
            return HttpResponseRedirect(page_of(template))
        return form_page(
            self,
            request,
            form,
            title=gettext("%(template)s, version %(number)s") % {"template": template, "number": number},
            button=gettext("Use this version again"),
            template="admin/mailing/template_version.html",
            record=template,
            back=reverse("admin:mailing_emailtemplate_panel", args=[template.pk, "versions"]),
            may_use=may_use and number != template.current,
            mail=_shown(version, caller),
            author=author_of(version),
            written=moment(version.created_at),
        )

    def create(self, request: HttpRequest, record: EmailTemplate) -> None:
        actor: Any = request.user
        create_template(template=record, actor=actor)

    def update(self, request: HttpRequest, record: EmailTemplate, changes: dict[str, object]) -> None:
        actor: Any = request.user
        update_template(template=record, changes=changes, actor=actor)

    def remove(self, request: HttpRequest, record: EmailTemplate) -> None:
        delete_template(template=record)

    @admin.display(description=_("category"))
    def sort(self, template: EmailTemplate) -> str:
        return str(template.category or NOTHING)

    @admin.display(description=_("version"))
    def version_shown(self, template: EmailTemplate) -> int:
        return template.current

    @admin.display(description=_("state"))
    def state(self, template: EmailTemplate) -> SafeString:
        return badge(_("archived")) if template.archived else badge(_("offered"), "success")

    @admin.display(description=_("changed"))
    def changed(self, template: EmailTemplate) -> SafeString | str:
        return moment(template.updated_at)


def _said(error: ValidationError | ContentError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _shown(version: EmailTemplateVersion, person: User) -> dict[str, Any]:
    """Return the parts of a version, filled in for ``person``; of one that can no longer be, as it was written."""
    try:
        content = content_of(EmailTemplate(**{name: getattr(version, name) for name in CONTENT}))
        mail = rendered_for(content, person)
    except (ValidationError, ContentError):
        mail = Rendered(version.subject, version.text, version.html)
    return {
        "subject": mail.subject,
        "html": framed(mail.html, gettext("The mail's HTML")) if mail.html else "",
        "text": preformatted(mail.text),
    }


template_panels.register(VersionsOfTemplate(), HistoryPanel(MAY_VIEW))
