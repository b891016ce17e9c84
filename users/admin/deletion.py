"""Deleting through a record's service, whose refusal is shown instead of a list of everything in the way."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from users.admin.base import M, RecordAdmin
from users.markup import page_of


class ServiceDeletion(RecordAdmin[M]):
    """An admin whose records are deleted by ``remove``."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Name the records alone: their service knows what goes with them, and what forbids it."""
        records = list(objs)
        kind = str(self.opts.verbose_name_plural)
        note = _("and the history of the record")
        return [f"{record} ({note})" for record in records], {kind: len(records)}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        record = self.get_object(request, object_id)
        back = page_of(record) if record else request.path
        view = super().delete_view
        return self.answered(request, back, lambda: view(request, object_id, extra_context))

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self.remove(request, obj)

    def remove(self, request: HttpRequest, record: M) -> None:
        """Delete the record through its service."""
        raise NotImplementedError
