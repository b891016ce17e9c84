"""People's tokens in the admin, for administrators: to look at and to revoke. Nobody can read one again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone as clock
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from users.accounts.models import ApiToken
from users.accounts.tokens import revoke_token
from users.admin.base import RecordAdmin
from users.admin.form_pages import form_page
from users.admin.panels import TOKENS, TablePanel
from users.admin.reading import ReadOnly
from users.markup import badge, breakable, link, link_to, moment
from users.models import User


def tokens_of(person: User) -> str:
    """Return the address of the page with a person's tokens."""
    return reverse("admin:users_user_panel", args=[person.pk, TokensOfPerson.slug])


def revoking_page(token: ApiToken) -> str:
    """Return the address of the page on which a token is revoked."""
    return reverse("admin:users_apitoken_revoke", args=[token.pk])


def end_of(token: ApiToken) -> SafeString | str:
    """Return when a token ends, or that it has."""
    if token.expires_at is None:
        return gettext("never")
    return moment(token.expires_at) if token.expires_at > clock.now() else badge(gettext("over"))


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, RecordAdmin[ApiToken]):
    """Tokens that stand, the newest first."""

    list_display = ("name", "beginning", "owner", "scope", "used", "ends", "revoke")
    list_display_links = None
    ordering = ("-pk",)
    fields = ("name", "beginning", "owner", "scope", "made", "used", "ends")
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.revoke_view)
        return [path("<path:object_id>/revoke/", view, name="users_apitoken_revoke"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ApiToken]":
        return super().get_queryset(request).select_related("user")

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Ask, and revoke."""
        caller: Any = request.user
        if not caller.has_perm("users.delete_apitoken"):
            raise PermissionDenied
        token = self.get_object(request, object_id)
        if token is None:
            raise Http404
        if request.method == "POST":
            revoke_token(token=token, actor=caller)
            messages.success(request, gettext("%s is revoked.") % token)
            return HttpResponseRedirect(tokens_of(token.user))
        said = gettext("Programs of %s that use it are refused from then on. This cannot be undone.") % token.user
        return form_page(
            self,
            request,
            forms.Form(),
            title=gettext("Revoke %s") % token,
            button=gettext("Revoke it"),
            button_variant="danger",
            explanation=said,
            back=tokens_of(token.user),
        )

    @admin.display(description=_("beginning"))
    def beginning(self, token: ApiToken) -> SafeString:
        return breakable(f"{token.prefix}…")

    @admin.display(description=_("person"))
    def owner(self, token: ApiToken) -> SafeString | str:
        return link(token.user)

    @admin.display(description=_("may do"))
    def scope(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=_("made"))
    def made(self, token: ApiToken) -> SafeString | str:
        return moment(token.created_at)

    @admin.display(description=_("last used"))
    def used(self, token: ApiToken) -> SafeString | str:
        return moment(token.last_used_at)

    @admin.display(description=_("ends"))
    def ends(self, token: ApiToken) -> SafeString | str:
        return end_of(token)

    @admin.display(description="")
    def revoke(self, token: ApiToken) -> SafeString:
        return link_to(revoking_page(token), gettext("Revoke"))


class TokensOfPerson(TablePanel):
    """One person's tokens that stand."""

    slug = TOKENS
    title = _("API tokens")
    permission = "users.view_apitoken"
    headings = (_("Name"), _("Beginning"), _("May do"), _("Made"), _("Last used"), _("Ends"), "")
    empty = _("No tokens: people make their own, at /api/v1/tokens/.")

    def rows(self, request: HttpRequest, record: User) -> "QuerySet[Any]":
        return ApiToken.objects.visible_to(request.user).filter(user=record).order_by("-pk")

    def cells(self, request: HttpRequest, row: ApiToken) -> list[Any]:
        times = [moment(row.created_at), moment(row.last_used_at), end_of(row)]
        beginning, revoke = breakable(f"{row.prefix}…"), link_to(revoking_page(row), gettext("Revoke"))
        return [row.name, beginning, ", ".join(row.scopes), *times, revoke]
