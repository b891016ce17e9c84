"""The sorts of mail to many in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext

from mailing.models import MailCategory, OptOut
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

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """Keep what people have said that they do without: it is the proof of that, and would go along."""
        categories = list(objs)
        chosen = {*OptOut.objects.filter(category__in=categories).values_list("category", flat=True)}
        note = gettext("people have said that they do without it: the proof of that is kept")
        kept = [f"{category} ({note})" for category in categories if category.pk in chosen]
        return (kept, {}, set(), kept) if kept else super().get_deleted_objects(categories, request)
