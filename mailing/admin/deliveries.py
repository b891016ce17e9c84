"""Deliveries in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mailing.admin.markup import delivery_badge
from mailing.filters import delivery_filters
from mailing.models import Delivery, DeliveryStatus
from users.admin.list_filters import choice_filter, record_filter
from users.admin.newest import NewestFirst
from users.admin.reading import ReadOnly
from users.markup import NOTHING, breakable, link, moment


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, NewestFirst[Delivery]):
    """Every mail to one person, and what became of it."""

    list_display = ("address", "of_campaign", "state", "attempts", "sent", "error")
    list_filter = (
        choice_filter(delivery_filters, "status", _("status"), DeliveryStatus.choices),
        record_filter(delivery_filters, "user", _("person"), Delivery._meta.get_field("user")),
    )
    loose = frozenset({"status"})
    tight = frozenset({"user"})
    time = "-next_attempt_at"
    fields = ("address", "person", "of_campaign", "state", "attempts", "next_attempt", "sent", "identifier", "error")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Delivery]":
        return super().get_queryset(request).select_related("campaign__registration_mail__event", "user")

    @admin.display(description=_("campaign"))
    def of_campaign(self, delivery: Delivery) -> SafeString | str:
        return link(delivery.campaign)

    @admin.display(description=_("person"))
    def person(self, delivery: Delivery) -> SafeString | str:
        return link(delivery.user)

    @admin.display(description=_("status"))
    def state(self, delivery: Delivery) -> SafeString:
        return delivery_badge(delivery.status)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, delivery: Delivery) -> SafeString | str:
        return moment(delivery.next_attempt_at)

    @admin.display(description=_("Message-ID"))
    def identifier(self, delivery: Delivery) -> SafeString | str:
        return breakable(delivery.message_id) if delivery.message_id else NOTHING

    @admin.display(description=_("sent"))
    def sent(self, delivery: Delivery) -> SafeString | str:
        return moment(delivery.sent_at)
