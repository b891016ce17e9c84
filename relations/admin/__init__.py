"""Relations in the admin, on their own pages and on those of people and events."""

from django.utils.translation import gettext_lazy as _

from events.admin import event_panels
from relations.admin.access import EventAccess
from relations.admin.panels import EventsOfPerson, LedgerPanel, PeopleOfEvent
from relations.admin.relations import RelationAdmin, relation_panels
from relations.models import Role
from users.admin import people_list_filters, people_panels
from users.admin.list_filters import choice_filter
from users.filters import people_filters

__all__ = ["RelationAdmin"]

people_panels.register(EventsOfPerson())
event_panels.register(PeopleOfEvent(), EventAccess())
relation_panels.register(LedgerPanel())
people_list_filters.append(choice_filter(people_filters, "role", _("role in any event"), Role.choices))
