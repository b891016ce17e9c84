"""People and imports in the admin, and the ground that the other apps' admins stand on."""

from django.utils.translation import gettext_lazy as _

from users.admin import tokens as tokens
from users.admin.api_tokens import ApiTokenAdmin, TokensOfPerson
from users.admin.imports import ImportAdmin
from users.admin.list_filters import named_filter
from users.admin.people import UserAdmin, people_actions, people_list_filters, people_panels
from users.admin.security import AccessAttemptAdmin, SecurityEventAdmin, SecurityOfPerson
from users.admin.segments import SegmentAdmin, segment_pages, segment_panels
from users.expressions import text_key
from users.filters import people_filters
from users.models import Segment

__all__ = [
    "AccessAttemptAdmin",
    "ApiTokenAdmin",
    "ImportAdmin",
    "SecurityEventAdmin",
    "SegmentAdmin",
    "UserAdmin",
    "people_actions",
    "people_list_filters",
    "people_panels",
    "segment_pages",
    "segment_panels",
]

people_list_filters.insert(0, named_filter(people_filters, "segment", _("segment"), Segment, text_key("name")))
people_panels.register(TokensOfPerson(), SecurityOfPerson())
