"""Relations in the admin, on their own pages and on those of people and events."""

from django.utils.translation import gettext_lazy as _

from events.admin import event_pages, event_panels
from relations.admin.access import EventAccess
from relations.admin.bulk import take_many
from relations.admin.calendar_address import calendar_address
from relations.admin.desk import DeskPanel
from relations.admin.door_page import door
from relations.admin.event_steps import EVENT_STEPS, event_step
from relations.admin.panels import EventsOfPerson, LedgerPanel
from relations.admin.people import PeopleOfEvent
from relations.admin.relations import RelationAdmin, relation_panels
from relations.admin.statistics import StatisticsPanel
from relations.admin.why import WhyPanel
from relations.models import Role
from users.admin import people_list_filters, people_panels
from users.admin.list_filters import choice_filter
from users.filters import people_filters

__all__ = ["RelationAdmin"]

people_panels.register(EventsOfPerson())
event_panels.register(DeskPanel(), PeopleOfEvent(), StatisticsPanel(), EventAccess())
event_pages.register("check-in", door)
event_pages.register("bulk", take_many)
event_pages.register("calendar-address", calendar_address)
for name in EVENT_STEPS:
    event_pages.register(name, event_step(name))
relation_panels.register(WhyPanel(), LedgerPanel())
people_list_filters.append(choice_filter(people_filters, "role", _("role in any event"), Role.choices))
