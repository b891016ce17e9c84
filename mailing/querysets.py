"""The vocabulary for sets of campaigns, deliveries, exclusions and suppressions."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from users.models import User
from users.roles import Role, holds

if TYPE_CHECKING:
    from mailing.models import (  # noqa: F401  # named by the base classes below
        Campaign,
        CampaignExclusion,
        Delivery,
        EmailTemplate,
        EmailTemplateVersion,
        Suppression,
    )

Q = TypeVar("Q", bound="QuerySet[Any]")


class CampaignQuerySet(QuerySet["Campaign"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the campaigns that ``user`` may know of: all for administrators, their own for organizers."""
        return _of_senders(self, user, "created_by")

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Return the campaigns that ``user`` may pause, resume, cancel or settle."""
        return self.visible_to(user)

    def with_events(self) -> Self:
        """Read along the events that automatic mails are about, which their names tell."""
        return self.select_related("registration_mail__event")

    def unfinished(self) -> Self:
        """Return those on which a worker has something to do, now or later."""
        return self.filter(finished_at__isnull=True).exclude(status="draft")


class DeliveryQuerySet(QuerySet["Delivery"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the deliveries that ``user`` may know of: those of the campaigns that they may know of."""
        return _of_senders(self, user, "campaign__created_by")

    def live(self) -> Self:
        """Return those that a worker still has to hand over."""
        return self.filter(status__in=("queued", "claimed", "sending"))


class ExclusionQuerySet(QuerySet["CampaignExclusion"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the exclusions that ``user`` may know of: those of the campaigns that they may know of."""
        return _of_senders(self, user, "campaign__created_by")


class SuppressionQuerySet(QuerySet["Suppression"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the suppressions that ``user`` may know of: all for administrators, none for others."""
        return self if holds(user, Role.ADMIN) else self.none()

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Return the suppressions that ``user`` may lift."""
        return self.visible_to(user)


class EmailTemplateQuerySet(QuerySet["EmailTemplate"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the templates that ``user`` may know of: all for who may send, none for others."""
        return self if holds(user, Role.ADMIN, Role.ORGANIZER) else self.none()

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Return the templates that ``user`` may change: who sends writes, too."""
        return self.visible_to(user)

    def offered(self) -> Self:
        """Return those that mail can be made of."""
        return self.filter(archived=False)


class EmailTemplateVersionQuerySet(QuerySet["EmailTemplateVersion"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the versions that ``user`` may know of: those of the templates that they may know of."""
        return self if holds(user, Role.ADMIN, Role.ORGANIZER) else self.none()


def _of_senders(rows: Q, user: User | AnonymousUser, sender: str) -> Q:
    if holds(user, Role.ADMIN):
        return rows
    return rows.filter(**{sender: user}) if holds(user, Role.ORGANIZER) else rows.none()
