"""People by how many events they owned, hosted or attended."""

from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import Fault, InvalidInput
from api.filters import ChoiceFilter, CountFilter, FactGroup, Facts, FilterContext, FilterSet
from api.views import ListViewSet
from relations.filters import COUNTERS, ROLE_ALIASES
from relations.models import Role, Status, UserEventRelation
from relations.numbers import counter_between, with_so_many
from users.api import UserSerializer
from users.filters import people_filters, people_orderings, people_unfiltered
from users.models import User


def _by_number(facts: Facts, context: FilterContext) -> Q:
    """Return the people with so many events in the named role: hosts and attendees by their counters."""
    if "role" not in facts:
        raise InvalidInput(Fault(_("Name the role: owner, host or attendee."), "required", ("role",)))
    roles: list[str] = facts["role"]
    least, most = facts.get("min_events", 1), facts.get("max_events")
    return reduce(or_, (_in_role(Role(role), least, most, context) for role in roles))


def _in_role(role: Role, least: int, most: int | None, context: FilterContext) -> Q:
    """Return the people with so many events in one role. Owners have no counter, but are few."""
    if role in COUNTERS:
        return counter_between(COUNTERS[role], least, most)
    relations = UserEventRelation.objects.visible_to(context.caller)  # type: ignore[arg-type]  # a caller is one of our users
    return with_so_many(relations.filter(role=role).exclude(status=Status.CANCELLED), least, most)


def _filters_by_number() -> FilterSet:
    """Return the people's filters, with ``role`` read as the role in which events are counted."""
    filters = FilterSet("people_by_number")
    filters.register(
        FactGroup(
            ChoiceFilter("role", Role, aliases=ROLE_ALIASES, help_text="In which events are counted. Required."),
            CountFilter("min_events", help_text="At least so many (1 when left out)."),
            CountFilter("max_events", help_text="At most so many."),
            condition=_by_number,
        ),
        *(declared for name, declared in people_filters.filters.items() if name not in people_filters.groups),
    )
    return filters


class PeopleByNumberViewSet(ListViewSet):
    """People by how many events they owned, hosted or attended."""

    model = User
    serializer_class = UserSerializer
    filters = _filters_by_number()
    orderings = people_orderings
    default_ordering = "name"
    unfiltered = people_unfiltered
    listed_by_parameters = ("filter_by",)
    permissions = {"filter_by": "view"}

    @extend_schema(request=None, responses=UserSerializer(many=True))
    def filter_by(self, request: Request) -> Response:
        """List people with at least ``min_events`` and at most ``max_events`` events in ``role``."""
        if "role" not in request.query_params:
            self.filters.tree_of(request.query_params)  # what is wrong with the others is said first
            raise InvalidInput(Fault(_("Name the role: owner, host or attendee."), "required", parameter="role"))
        return self.respond_with_list(self.get_queryset())
