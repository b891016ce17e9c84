"""The history of a record as its database triggers wrote it: who changed what, from what to what."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, DateTimeField, Field, ForeignKey, JSONField, Model
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.identifiers import as_uuid
from users.admin.panels import HISTORY, Panel, neighbours, page_number
from users.markup import NOTHING, moment, yes_or_no
from users.models import User

PER_PAGE = 30


@dataclass(frozen=True)
class Change:
    """One entry: what differs from the entry before it (None: that was the record's first)."""

    entry: Any
    before: Any
    zone: str | None = None

    @property
    def when(self) -> SafeString | str:
        """When it was written, in the record's zone (or the caller's)."""
        return moment(self.at, self.zone)

    @property
    def at(self) -> datetime:
        """When it was written."""
        at: datetime = self.entry.pgh_created_at
        return at

    @cached_property
    def fields(self) -> list[tuple[str, Any, Any]]:
        """Label, old and new value of each field that differs; of a first entry those that have a value."""
        rows = []
        for field in _tracked(self.entry):
            old = getattr(self.before, field.attname) if self.before else None
            new = getattr(self.entry, field.attname)
            if old != new and (self.before or new not in ("", None)):
                shown = (self._shown(field, of, value) for of, value in ((self.before, old), (self.entry, new)))
                rows.append((str(capfirst(field.verbose_name)), *shown))
        return rows

    def _shown(self, field: "Field[Any, Any]", of: Any, value: Any) -> Any:
        if value and isinstance(field, ForeignKey):
            return str(getattr(of, field.name) or value)  # the record may be gone
        return moment(value, self.zone) if value and isinstance(field, DateTimeField) else _shown(field, value)

    @property
    def metadata(self) -> dict[str, Any]:
        """What the request or command said of itself."""
        context = self.entry.pgh_context
        return context.metadata if context else {}

    @property
    def actor_id(self) -> UUID | None:
        """Who was signed in."""
        return as_uuid(str(self.metadata.get("user") or ""))

    @property
    def source(self) -> str:
        """By which way it came."""
        if number := self.metadata.get("import"):
            return _("import %(number)s of %(file)s") % {"number": number, "file": self.metadata.get("file", "")}
        url = str(self.metadata.get("url", ""))
        if not url:
            return _("a command, or SQL")
        return _("this admin") if url.startswith("/admin/") else _("the API") if url.startswith("/api/") else url


def _tracked(entry: Model | type[Model]) -> Iterable["Field[Any, Any]"]:
    return (field for field in entry._meta.concrete_fields if not field.name.startswith("pgh_") and field.name != "id")


def _shown(field: "Field[Any, Any]", value: Any) -> Any:
    if value is None or value == "":
        return NOTHING
    if isinstance(field, BooleanField):
        return yes_or_no(value)
    if isinstance(field, JSONField):
        return json.dumps(value, ensure_ascii=False)
    return dict(field.flatchoices).get(value, value) if field.choices else value


def changes_of(record: Any, page: int, zone: str | None = None) -> tuple[list[Change], bool]:
    """Return one page of changes, the newest first, and whether there are older ones.

    One query, and another for each sort of record that the changes name.
    """
    start = (page - 1) * PER_PAGE
    named = [field.name for field in _tracked(record.history.model) if isinstance(field, ForeignKey)]
    history = record.history.select_related("pgh_context").prefetch_related(*named).order_by("-pgh_id")
    entries = list(history[start : start + PER_PAGE + 1])
    pairs = zip(entries, [*entries[1:], None], strict=True)
    return [Change(entry, before, zone) for entry, before in pairs][:PER_PAGE], len(entries) > PER_PAGE


class HistoryPanel(Panel):
    """Every change of the record, whichever way it came; its times are in the ``zone`` of a record that has one."""

    slug = HISTORY
    title = gettext_lazy("History")
    template_name = "admin/record/history.html"

    def __init__(self, permission: str, zone: Callable[[Any], str | None] = lambda _record: None) -> None:
        self.permission = permission  # type: ignore[misc]  # one panel serves several kinds of record
        self._zone = zone

    def content(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        page = page_number(request)
        changes, more = changes_of(record, page, self._zone(record))
        actors = User.objects.in_bulk({change.actor_id for change in changes if change.actor_id})
        entries = [(change, actors.get(change.actor_id)) for change in changes]
        return {"entries": entries, **neighbours(request, page, more=more)}
