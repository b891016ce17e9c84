"""People in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from users.accounts.emails import update_profile
from users.accounts.passwords import invite
from users.admin.access import PersonAccess
from users.admin.changelist import PagedChangeList
from users.admin.deletion import ServiceDeletion
from users.admin.forms import NewPersonForm, PasswordForm, PersonForm
from users.admin.history import HistoryPanel
from users.admin.list_filters import date_range_filter, number_range_filter, text_filter
from users.admin.panels import PanelAdmin, Panels
from users.admin.segments import filter_of_address, words_of
from users.admin.suggestions import Suggestions
from users.expressions import name_key, text_key
from users.filters import people_filters
from users.markup import address, moment
from users.models import User
from users.roles import Role
from users.services import create_user, delete_user, set_roles

people_panels = Panels()
# Functions as Django's actions are; one may name the permission that it ``needs``.
people_actions: list[Any] = []
people_list_filters: list[Any] = [
    text_filter(people_filters, "company", _("company")),
    text_filter(people_filters, "job_title", _("job title")),
    text_filter(people_filters, "city", _("city")),
    text_filter(people_filters, "state", _("state")),
    number_range_filter(people_filters, "min_events_hosted", "max_events_hosted", _("events hosted")),
    number_range_filter(people_filters, "min_events_attended", "max_events_attended", _("events attended")),
    date_range_filter(people_filters, "created_since", "created_until", _("created")),
]
MAY_ADD_SEGMENT = "users.add_segment"
COUNTS = ("hosted", "attended")
RIGHTS = ("is_active", "roles", "is_superuser")
PROFILE_FIELDSETS = (
    (_("Person"), {"fields": ("first_name", "last_name", "email", "phone_number", "gender", "avatar")}),
    (_("Work and place"), {"fields": ("job_title", "company", "city", "state")}),
    (_("Preferences"), {"fields": ("timezone", "language", "external_id")}),
)


class PeopleChangeList(PagedChangeList):
    """The list of people; sorted by a count it begins at that count's index."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._request = request
        super().__init__(request, *args, **kwargs)

    @cached_property
    def kept(self) -> dict[str, Any] | None:
        """Return the filter in words, and where it becomes a segment; None where the list shows everybody."""
        tree = filter_of_address(self._request)
        user: Any = self._request.user
        if not tree or not user.has_perm(MAY_ADD_SEGMENT):
            return None
        parameters = QueryDict(mutable=True)
        parameters.update({name: self._request.GET[name] for name in tree})
        page = f"{reverse('admin:users_segment_add')}?{parameters.urlencode()}"
        return {"words": words_of(self._request, tree), "page": page}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> "QuerySet[Any]":
        people = super().get_queryset(request, exclude_parameters)
        columns = dict(enumerate(self.list_display))
        sorted_by = {columns.get(column) for column in self.get_ordering_field_columns()}
        return people if sorted_by.isdisjoint(COUNTS) else people.filter(counts__isnull=False)


@admin.register(User)
class UserAdmin(Suggestions, ServiceDeletion[User], PanelAdmin[User], DjangoUserAdmin[User]):  # type: ignore[type-var]  # our User stands on AbstractBaseUser
    """People: contacts, customers, organisers and staff."""

    panels = people_panels
    filters = people_filters
    suggested = ("company", "job_title", "city", "state")
    search_help_text = _("Name, e-mail or phone; typos are forgiven")
    list_display = ("name", "mail", "firm", "position", "town", "region", "hosted", "attended")
    list_filter = people_list_filters
    list_before_template = "admin/users/kept_filter.html"
    actions = people_actions
    ordering = ("-pk",)
    form = PersonForm
    add_form = NewPersonForm
    add_form_template = None
    change_password_form = PasswordForm
    autocomplete_fields = ()
    filter_horizontal = ()
    readonly_fields = ("hosted", "attended", "password_state", "password_form", "created", "updated", "signed_in")
    add_fieldsets = PROFILE_FIELDSETS
    fieldsets: ClassVar[Any] = (
        (_("Events"), {"fields": (("hosted", "attended"),)}),
        *PROFILE_FIELDSETS,
        (_("Sign-in"), {"fields": ("password_form", *RIGHTS)}),
        (_("Record"), {"fields": ("created", "updated", "signed_in")}),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:
        return PeopleChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).select_related("counts")

    def get_actions(self, request: HttpRequest) -> Any:
        """Offer what the caller may do."""
        user: Any = request.user
        offered: dict[str, Any] = super().get_actions(request)
        return {
            name: item for name, item in offered.items() if user.has_perm(getattr(item[0], "needs", "users.view_user"))
        }

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Let nobody but administrators hand out rights, nor change the e-mail of who holds a role they do not.

        One's own e-mail takes the present password, which this form does not ask for.
        """
        fixed = super().get_readonly_fields(request, obj)
        if obj is not None and obj == request.user:
            fixed = (*fixed, "email")
        user: Any = request.user
        if user.is_superuser:
            return fixed
        if user.holds(Role.ADMIN):
            return (*fixed, "is_superuser")
        mail = () if obj is None or _may_edit_sign_in(request, obj) else ("email", "external_id")
        return (*fixed, *RIGHTS, *mail)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Let administrators set passwords, hand out roles to, and invite, whom they add."""
        user: Any = request.user
        shown = super().get_fieldsets(request, obj)
        if obj is None:
            return (*shown, (_("Sign-in"), {"fields": ("roles", "invite")})) if user.holds(Role.ADMIN) else shown
        return shown if _may_set_password(request, obj) else _without_password_form(shown)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        """Say below one's own e-mail where it is changed."""
        if obj is not None and obj == request.user:
            anchor = '<a class="crm-link" href="{}">{}</a>'
            said = format_html(anchor, reverse("account-email"), gettext("Change your own e-mail, with your password."))
            kwargs["help_texts"] = {"email": said}
        user: Any = request.user
        if obj is None and not user.holds(Role.ADMIN):
            kwargs["form"] = PersonForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's signature
        """Save the profile, then the roles where the form has them, and mail an invitation where it asks for one."""
        super().save_model(request, obj, form, change)
        if "roles" in form.changed_data:
            actor: Any = request.user
            set_roles(user=obj, roles=form.cleaned_data["roles"], actor=actor)
        if form.cleaned_data.get("invite"):
            invite(user=obj)

    def create(self, request: HttpRequest, record: User) -> None:
        create_user(user=record)

    def update(self, request: HttpRequest, record: User, changes: dict[str, object]) -> None:
        actor: Any = request.user
        update_profile(user=record, changes=changes, actor=actor)

    def remove(self, request: HttpRequest, record: User) -> None:
        actor: Any = request.user
        delete_user(user=record, actor=actor)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002  # Django's signature
        """Show Django's form for a password to administrators; one's own takes the present one.

        Nobody else sets one, a contact's neither: they would know it still when that person is given a role.
        """
        person = self.get_object(request, id)
        if _is_own_sign_in(request, person):
            return redirect("admin:password_change")
        if person is not None and not _may_set_password(request, person):
            raise PermissionDenied
        answer: Any = self.answered(
            request, request.path, lambda: super(UserAdmin, self).user_change_password(request, id, form_url)
        )
        return answer  # type: ignore[no-any-return]  # Django's or our own

    @admin.display(description=_("name"), ordering=name_key())
    def name(self, user: User) -> SafeString:
        """Show the name with its initials."""
        initials = (user.first_name[:1] + user.last_name[:1]).upper() or "?"
        return format_html(
            '<span class="crm-person"><span class="crm-initials" aria-hidden="true">{}</span><span>{}</span></span>',
            initials,
            user.get_full_name() or address(str(user)),
        )

    @admin.display(description=_("e-mail"), ordering=text_key("email"))
    def mail(self, user: User) -> SafeString:
        return address(user.email)

    @admin.display(description=_("company"), ordering=text_key("company"))
    def firm(self, user: User) -> str:
        return user.company

    @admin.display(description=_("job title"), ordering=text_key("job_title"))
    def position(self, user: User) -> str:
        return user.job_title

    @admin.display(description=_("city"), ordering=text_key("city"))
    def town(self, user: User) -> str:
        return user.city

    @admin.display(description=_("state"), ordering=text_key("state"))
    def region(self, user: User) -> str:
        return user.state

    @admin.display(description=_("hosted"), ordering=F("counts__hosted").asc())
    def hosted(self, user: User) -> int:
        return user.counts.hosted

    @admin.display(description=_("attended"), ordering=F("counts__attended").asc())
    def attended(self, user: User) -> int:
        return user.counts.attended

    @admin.display(description=_("created at"))
    def created(self, user: User) -> SafeString | str:
        return moment(user.created_at)

    @admin.display(description=_("updated at"))
    def updated(self, user: User) -> SafeString | str:
        return moment(user.updated_at)

    @admin.display(description=_("last login"))
    def signed_in(self, user: User) -> SafeString | str:
        return moment(user.last_login)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(str(Role(name).label) for name in sorted(user.role_names)) or gettext("none")

    @admin.display(description=_("password"))
    def password_state(self, user: User) -> str:
        """Tell whether there is one."""
        if user.has_usable_password():
            return gettext("Set.")
        return gettext("None. They can choose one by mail; only turning “active” off keeps somebody out.")

    @admin.display(description=_("password"))
    def password_form(self, user: User) -> SafeString:
        """Tell whether there is one, and lead to Django's form for setting it."""
        form = reverse("admin:auth_user_password_change", args=[user.pk])
        anchor = '{} <a class="crm-link" href="{}">{}</a>'
        return format_html(anchor, self.password_state(user), form, _("Set a password"))


def _is_own_sign_in(request: HttpRequest, person: User | None) -> bool:
    return person is not None and person == request.user and person.has_usable_password()


def _may_set_password(request: HttpRequest, person: User) -> bool:
    user: Any = request.user
    return _is_own_sign_in(request, person) or user.holds(Role.ADMIN)


def _without_password_form(fieldsets: Any) -> list[Any]:
    """Return ``fieldsets`` in which the password's state stands without the way to set another."""
    shown = {"password_form": "password_state"}
    return [
        (title, {**options, "fields": tuple(shown.get(name, name) for name in options["fields"])})
        for title, options in fieldsets
    ]


def _may_edit_sign_in(request: HttpRequest, person: User) -> bool:
    user: Any = request.user
    return User.objects.sign_in_editable_by(user).filter(pk=person.pk).exists()


people_panels.register(PersonAccess(), HistoryPanel("users.view_user"))
