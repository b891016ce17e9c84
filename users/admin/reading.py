"""Admins that only show."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """An admin in which nothing is added, changed or deleted by a form, and so without Django's history."""

    change_form_template: Any = "admin/record/form.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
