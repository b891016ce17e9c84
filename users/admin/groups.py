"""Groups of staff."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from users.admin.base import ListAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ListAdmin[Group], DjangoGroupAdmin):
    """What the members of staff may do."""

    search_help_text = _("Name")
