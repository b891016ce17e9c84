"""The sorts of mail to many in the admin."""

from django.contrib import admin
from django.http import HttpRequest

from mailing.models import MailCategory
from users.admin.base import ListAdmin


@admin.register(MailCategory)
class MailCategoryAdmin(ListAdmin[MailCategory]):
    """What people choose among, as they read it; the key stays as it was made, for mail programs sort by it."""

    list_display = ("name", "key", "description")
    ordering = ("name", "pk")
    fields = ("name", "description", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: MailCategory | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    list_display_links = ("name",)
