"""Values that a column has, by their beginning, for the text filters: those of the records that the caller may see."""

from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Min, QuerySet, Value
from django.db.models.lookups import StartsWith
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import URLPattern, path

from users.expressions import SortKey, text_key

SUGGESTED_AT_MOST = 12
LONGEST = 100
# Jumps from one key to the next in the index (key, id), however many rows share a key.
_DISTINCT = """
    WITH RECURSIVE found AS (
        (SELECT crm_sort_key({column}) COLLATE "C" AS key, {column} AS value FROM {table}
          WHERE crm_sort_key({column}) COLLATE "C" >= crm_sort_key(%(text)s) COLLATE "C"
          ORDER BY crm_sort_key({column}) COLLATE "C", id LIMIT 1)
        UNION ALL
        SELECT next.* FROM found, LATERAL (
            SELECT crm_sort_key({column}) COLLATE "C" AS key, {column} AS value FROM {table}
             WHERE crm_sort_key({column}) COLLATE "C" > found.key
             ORDER BY crm_sort_key({column}) COLLATE "C", id LIMIT 1) next
         WHERE starts_with(found.key, crm_sort_key(%(text)s))
    )
    SELECT value FROM found WHERE starts_with(key, crm_sort_key(%(text)s)) AND value <> '' LIMIT %(most)s
"""


def values_beginning(rows: "QuerySet[Any]", column: str, text: str) -> list[str]:
    """Return values of a text column of ``rows`` that begin with ``text``, without regard to case and accents.

    All of a table's are read from the index; of a part of it the rows themselves are read, which are few.
    """
    return _values_of_some(rows, column, text) if rows.query.where else _values_of_all(rows.model, column, text)


def _values_of_all(model: Any, column: str, text: str) -> list[str]:
    table = connection.ops.quote_name(model._meta.db_table)
    query = _DISTINCT.format(table=table, column=connection.ops.quote_name(model._meta.get_field(column).column))
    with connection.cursor() as cursor:
        cursor.execute(query, {"text": text, "most": SUGGESTED_AT_MOST})
        return [value for (value,) in cursor.fetchall()]


def _values_of_some(rows: "QuerySet[Any]", column: str, text: str) -> list[str]:
    key = text_key(column)
    named = rows.exclude(**{column: ""}).filter(StartsWith(key, SortKey(Value(text))))
    found = named.order_by().values(key=key).annotate(value=Min(column)).order_by("key")
    return [row["value"] for row in found[:SUGGESTED_AT_MOST]]


class Suggestions(ModelAdmin[Any]):
    """An admin that suggests the values of the ``suggested`` columns at ``suggest/<column>/?text=``."""

    suggested: ClassVar[tuple[str, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.suggest)
        name = f"{self.opts.app_label}_{self.opts.model_name}_suggest"
        return [path("suggest/<slug:column>/", view, name=name), *super().get_urls()]

    def suggest(self, request: HttpRequest, column: str) -> JsonResponse:
        """Answer with the values that begin with the parameter ``text``."""
        if column not in self.suggested:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.model._default_manager.visible_to(request.user)
        return JsonResponse({"values": values_beginning(rows, column, request.GET.get("text", "")[:LONGEST])})
