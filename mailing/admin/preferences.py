"""What a person wants to get of mail to many: a tab on their page, and a page to change it for them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from mailing.models import Campaign, OptOutSource
from mailing.preference_forms import WANTED, store_choices
from mailing.preferences import Choice, Door, Topic, preferences_of, wishes_seen
from users.admin.form_pages import form_page
from users.admin.panels import Link, TablePanel
from users.markup import NOTHING, badge, link, moment
from users.models import User
from users.roles import Role


class PreferencesOfPerson(TablePanel):
    """What a person does without, and what they did without once: who said so, when and how."""

    slug = "preferences"
    title = gettext_lazy("Mail preferences")
    permission = "mailing.view_optout"
    headings = (
        gettext_lazy("Does without"),
        gettext_lazy("Since"),
        gettext_lazy("Said by"),
        gettext_lazy("Mail"),
        gettext_lazy("Until"),
        gettext_lazy("Undone by"),
    )
    empty = gettext_lazy("This person wants all mail to many.")

    def rows(self, request: HttpRequest, record: User) -> "QuerySet[Any]":
        viewer: Any = request.user
        mail = Campaign.objects.visible_to(viewer).filter(pk=OuterRef("campaign"))
        held = wishes_seen(record, viewer).annotate(is_mail_seen=Exists(mail)).order_by("-pk")
        return held.select_related("category", "event", "campaign__registration_mail__event", "by", "ended_by")

    def cells(self, request: HttpRequest, row: Any) -> list[Any]:
        until = moment(row.ended_at) if row.ended_at else badge(_("holds"), "warning")
        return [
            name_of(Topic(row.category, row.event)),
            moment(row.at),
            _said(row.get_source_display(), row.by),
            link(row.campaign) if row.is_mail_seen else NOTHING,
            until,
            _said(row.get_ended_source_display(), row.ended_by) if row.ended_at else NOTHING,
        ]

    def actions(self, request: HttpRequest, record: User) -> list[Link]:
        if not _may_change(request):
            return []
        return [Link(_("Change"), reverse("admin:mailing_user_preferences", args=[record.pk]), icon="tune")]


def name_of(topic: Topic) -> str:
    """Return what somebody can do without in a few words."""
    if topic.category:
        return topic.category.name
    return _("Mail about %s") % topic.event if topic.event else _("All mail to many")


def _said(door: str, who: User | None) -> Any:
    return link(who) if who else door


def _may_change(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.holds(Role.ADMIN))


class PreferencesForm(forms.Form):
    """A box for each topic, ticked where the person wants its mail."""

    wanted = forms.MultipleChoiceField(
        required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget(), label=gettext_lazy("Wants")
    )

    def __init__(self, choices: list[Choice]) -> None:
        super().__init__(initial={WANTED: [choice.topic.name for choice in choices if choice.wanted]})
        field: Any = self.fields[WANTED]
        field.choices = [(choice.topic.name, name_of(choice.topic)) for choice in choices]


def preference_urls(site: AdminSite) -> list[URLPattern]:
    """Return the page on which a person's preferences are changed, for the admin's site."""

    def view(request: HttpRequest, key: UUID) -> HttpResponseBase:
        return change(site, request, key)

    return [path("users/user/<uuid:key>/preferences/", site.admin_view(view), name="mailing_user_preferences")]


def change(site: AdminSite, request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Ask what the person wants, and store it; only administrators say so for somebody."""
    if not _may_change(request):
        raise PermissionDenied
    person = User.objects.filter(pk=key).first()
    if person is None:
        raise Http404
    back = reverse("admin:users_user_panel", args=[person.pk, PreferencesOfPerson.slug])
    if request.method == "POST":
        actor: Any = request.user
        store_choices(request.POST, user=person, door=Door(OptOutSource.ADMIN, by=actor))
        messages.success(request, _("The preferences are saved."))
        return HttpResponseRedirect(back)
    viewer: Any = request.user
    choices = preferences_of(person, viewer=viewer).all
    return form_page(
        site._registry[User],
        request,
        PreferencesForm(choices),
        title=_("Mail that %s gets") % person,
        button=_("Save"),
        explanation=_(
            "Tick what the person wants. Without all mail to many they get none of it. Send nobody again what they "
            "have unsubscribed from, unless they ask for it."
        ),
        template="admin/mailing/preferences.html",
        shown=[choice.topic.name for choice in choices],
        record=person,
        back=back,
    )
