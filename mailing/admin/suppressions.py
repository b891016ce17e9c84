"""Suppressed addresses in the admin, and what became of them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget

from mailing.models import Suppression, SuppressionChange, SuppressionReason
from mailing.suppressions import lift, suppress
from users.admin.base import ListAdmin
from users.admin.reading import ReadOnly
from users.markup import link, moment


class SuppressionForm(forms.ModelForm[Suppression]):
    """An address that is to get no mail."""

    address = forms.EmailField(max_length=254, widget=UnfoldAdminEmailInputWidget())

    class Meta:
        model = Suppression
        fields = ("address", "detail")

    def clean_address(self) -> str:
        """Return the address as it is stored."""
        address: str = self.cleaned_data["address"]
        return address.lower()


@admin.register(Suppression)
class SuppressionAdmin(ListAdmin[Suppression]):
    """Addresses that get no mail; deleting one lets mail go there again, and is written down."""

    list_display = ("address", "reason", "detail", "since")
    list_filter = ("reason",)
    search_fields = ("address__startswith",)
    search_help_text = _("Beginning of the address, in small letters")
    ordering = ("-pk",)
    form = SuppressionForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Suppression, form: SuppressionForm, change: bool) -> None:  # noqa: FBT001  # Django's signature
        """Suppress the address through the service, which holds back what is queued for it too."""
        actor: Any = request.user
        suppress(address=obj.address, reason=SuppressionReason.MANUAL, detail=obj.detail, actor=actor)
        obj.pk = Suppression.objects.get(address=obj.address).pk

    def delete_model(self, request: HttpRequest, obj: Suppression) -> None:
        """Let mail go there again."""
        actor: Any = request.user
        lift(suppression=obj, actor=actor)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Suppression]") -> None:
        """Do so for those that were ticked."""
        for suppression in queryset.order_by("address"):
            self.delete_model(request, suppression)

    @admin.display(description=_("since"))
    def since(self, suppression: Suppression) -> SafeString | str:
        return moment(suppression.at)


@admin.register(SuppressionChange)
class SuppressionChangeAdmin(ReadOnly, ListAdmin[SuppressionChange]):
    """Which address was suppressed or let go, when, why and by whom."""

    list_display = ("address", "step", "reason", "detail", "actor", "when")
    list_filter = ("step",)
    search_fields = ("address__startswith",)
    search_help_text = _("Beginning of the address, in small letters")
    ordering = ("-pk",)
    fields = list_display
    readonly_fields = fields
    list_select_related = ("by",)

    @admin.display(description=_("by"))
    def actor(self, change: SuppressionChange) -> SafeString | str:
        return link(change.by) if change.by else gettext("the system")

    @admin.display(description=_("when"))
    def when(self, change: SuppressionChange) -> SafeString | str:
        return moment(change.at)
