"""Lists of any size: counts end at a cap, and the order ends with the key in the direction that the indexes have."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

# As many rows can be paged through; whoever looks further narrows the list.
COUNTED_AT_MOST = 10_000
# As many of a search's finds are sorted and shown; a common term has a hundred times as many.
FOUND_AT_MOST = 1_000

M = TypeVar("M", bound=Model)


def first_found(rows: "QuerySet[M]", found: "QuerySet[M]") -> "QuerySet[M]":
    """Return those of ``rows`` that are among the first ``FOUND_AT_MOST`` of ``found``: sorting them is cheap."""
    first = found.order_by()[:FOUND_AT_MOST].values("pk")
    return rows.filter(pk__in=first).order_by(*found.query.order_by)


class CappedPaginator(Paginator[Any]):
    """Counts to ``COUNTED_AT_MOST`` and no further."""

    template_name = "admin/pagination_capped.html"  # read by unfold

    @cached_property
    def count(self) -> int:
        """Count in a subquery that ends at the cap."""
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNTED_AT_MOST].count())

    @property
    def shown_count(self) -> str:
        """Return the count for people: exact below the cap, the planner's statistics for a whole table."""
        if self.count < COUNTED_AT_MOST:
            return number_format(self.count, force_grouping=True)
        rows: Any = self.object_list
        if rows.query.where:
            return _("more than %s") % number_format(COUNTED_AT_MOST, force_grouping=True)
        return _("about %s") % number_format(estimated_rows(rows.model), force_grouping=True)


def estimated_rows(model: type[Model]) -> int:
    """Return how many rows a table has by the planner's statistics, or the exact number of a small or new one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        (estimate,) = cursor.fetchone()
    if estimate >= COUNTED_AT_MOST:
        return int(estimate)
    return model._default_manager.count()


class PagedChangeList(ChangeList):
    """A list whose order can be read from an index, forwards or backwards."""

    def _get_deterministic_ordering(self, ordering: Sequence[Any]) -> list[Any]:
        """End with the key in the direction of the column before it: (hosted_count, id) serves both ways or none."""
        parts = [part for part in ordering if part not in ("pk", "-pk")]
        last = parts[-1] if parts else None
        falling = last.descending if isinstance(last, OrderBy) else str(last).startswith("-")
        return [*parts, "-pk" if falling or (last is None and "-pk" in ordering) else "pk"]

    def get_results(self, request: HttpRequest) -> None:
        """Read the page at once, and say nothing of a total beside the count: it would be another count."""
        super().get_results(request)
        self.full_result_count = self.result_count
        if request.method == "GET":
            self.result_list = list(self.result_list)
            admin: Any = self.model_admin
            admin.complete(self.result_list)
