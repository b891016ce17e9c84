"""People and imports in the admin, and the ground that the other apps' admins stand on."""

from users.admin import tokens as tokens
from users.admin.imports import ImportAdmin
from users.admin.people import UserAdmin, people_actions, people_list_filters, people_panels

__all__ = ["ImportAdmin", "UserAdmin", "people_actions", "people_list_filters", "people_panels"]
