"""Who can see an event, which depends on who leads it and who takes part."""

from django.utils.translation import gettext as _

from events.models import Event, EventStatus
from relations.models import Role, Status, UserEventRelation
from users.admin.access import Access, AccessPanel, administrators, holding, others_holding
from users.roles import STAFF_ROLES
from users.roles import Role as HeldRole


class EventAccess(AccessPanel):
    """Who can see an event, and who can change it."""

    permission = "events.view_event"

    def lines(self, record: Event) -> list[Access]:
        relations = UserEventRelation.objects.filter(event=record)
        leading = relations.filter(role__in=(Role.OWNER, Role.HOST), status__in=(Status.CONFIRMED, Status.ATTENDED))
        organizers = others_holding(HeldRole.ORGANIZER, HeldRole.ADMIN)
        return [
            administrators(),
            Access(
                _("Organizers who lead it"),
                organizers.filter(pk__in=leading.values("user")),
                _("Owners and hosts of an event do everything with it, and see its people."),
                changes=True,
            ),
            Access(
                _("Other organizers"),
                organizers.exclude(pk__in=leading.values("user")),
                _("Organizers read all events, but not the people of those that others lead."),
            ),
            Access(
                _("Agents"),
                others_holding(HeldRole.AGENT, HeldRole.ADMIN, HeldRole.ORGANIZER),
                _("Agents read all events and who takes part."),
            ),
            *self._customers(record),
        ]

    def _customers(self, event: Event) -> list[Access]:
        customers = holding(HeldRole.CUSTOMER).exclude(pk__in=holding(*STAFF_ROLES).values("pk"))
        if event.status == EventStatus.ACTIVE:
            return [Access(_("Customers"), customers, _("Customers see every active event."))]
        relations = UserEventRelation.objects.filter(event=event).exclude(event__status=EventStatus.DRAFT)
        part = customers.filter(pk__in=relations.values("user"))
        return [
            Access(_("Customers with a part in it"), part, _("Others see only active events, and nobody sees drafts."))
        ]
