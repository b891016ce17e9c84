"""People and imports in the admin, and the ground that the other apps' admins stand on."""

from users.admin import tokens as tokens
from users.admin.api_tokens import ApiTokenAdmin, TokensOfPerson
from users.admin.imports import ImportAdmin
from users.admin.people import UserAdmin, people_actions, people_list_filters, people_panels
from users.admin.security import AccessAttemptAdmin, SecurityEventAdmin, SecurityOfPerson

__all__ = [
    "AccessAttemptAdmin",
    "ApiTokenAdmin",
    "ImportAdmin",
    "SecurityEventAdmin",
    "UserAdmin",
    "people_actions",
    "people_list_filters",
    "people_panels",
]

people_panels.register(TokensOfPerson(), SecurityOfPerson())
