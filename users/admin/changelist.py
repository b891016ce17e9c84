"""Lists of any size: counts end at a cap, and the order ends with the key in the direction that the indexes have."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from api.pages import estimated_count
from api.ranking import Ranking
from users.admin import headings  # noqa: F401  # imported for what it does
from users.markup import number

# As many rows can be paged through; whoever looks further narrows the list.
COUNTED_AT_MOST = 10_000
# Counting to the cap can be slow where each row needs a look elsewhere; an estimate of so many makes it needless.
SURELY_MORE = 5 * COUNTED_AT_MOST

M = TypeVar("M", bound=Model)


def first_found(rows: "QuerySet[M]", listed: "QuerySet[M]", ranking: Ranking) -> "QuerySet[M]":
    """Return those of ``rows`` that are the first finds of a search in ``listed``, in the order of that.

    One query finds them; counting and sorting these few is cheap, and searches no second time.
    """
    keys = [row["pk"] for row in ranking.first_of(listed)]
    return rows.filter(pk__in=keys).order_by(*listed.query.order_by)


def capped_count(rows: "QuerySet[Any]", at_most: int) -> int:
    """Count to ``at_most`` and no further."""
    return rows.order_by()[:at_most].count()


def shown_count(rows: "QuerySet[Any]", counted: int, at_most: int) -> str:
    """Return a count for people: exact below the cap, the planner's estimate from there on if it knows better."""
    return number(counted) if counted < at_most else shown_beyond(estimated_count(rows), at_most)


def shown_beyond(estimate: int, at_most: int) -> str:
    """Return an estimate of what was counted to a cap, for people."""
    return _("about %s") % number(estimate) if estimate > at_most else _("over %s") % number(at_most)


def in_two_steps(page: "QuerySet[M]", rows: "QuerySet[M]") -> list[M]:
    """Return a page of ``rows``: first its keys, then what belongs to them, so that only a page's rows are joined."""
    keys = list(page.values_list("pk", flat=True))
    found = {row.pk: row for row in rows.filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


class CappedPaginator(Paginator[Any]):
    """Pages through the first rows of a list, however long it is."""

    template_name = "admin/pagination_capped.html"  # read by unfold

    @cached_property
    def count(self) -> int:
        """Count in a subquery that ends at the cap, and not at all where the planner expects far more than that."""
        rows: Any = self.object_list
        return COUNTED_AT_MOST if self._estimate >= SURELY_MORE else capped_count(rows, COUNTED_AT_MOST)

    @property
    def shown_count(self) -> str:
        """Return the count for people."""
        few = self.count < COUNTED_AT_MOST
        return number(self.count) if few else shown_beyond(self._estimate, COUNTED_AT_MOST)

    @cached_property
    def _estimate(self) -> int:
        """Return what the planner expects, asked once."""
        rows: Any = self.object_list
        return estimated_count(rows)


class PagedChangeList(ChangeList):
    """A list whose order can be read from an index, forwards or backwards.

    An address that asks for what the list cannot be filtered by is answered with that and with nobody: a list of all
    would look like its answer, and an action on "all that match" would reach everybody.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._addresses: dict[str, str] = {}
        self._cannot_be_read = ERROR_FLAG in request.GET
        super().__init__(request, *args, **kwargs)

    def get_filters(self, request: HttpRequest) -> Any:
        """Say which parameters belong to no filter, instead of taking them for columns."""
        specs, shown, unknown, repeats, active = super().get_filters(request)
        if unknown:
            self._cannot_be_read = True
            names = ", ".join(sorted(unknown))
            messages.warning(request, _("This list has no filter called %s: use those it offers.") % names)
        elif self._cannot_be_read:
            messages.warning(request, _("A filter in the address could not be read: use those that this list offers."))
        return specs, shown, {}, repeats, active

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows.none() if self._cannot_be_read else rows

    def _get_deterministic_ordering(self, ordering: Sequence[Any]) -> list[Any]:
        """End with the key in the direction of the column before it: (company, id) serves both ways or none."""
        parts = [part for part in ordering if part not in ("pk", "-pk")]
        last = parts[-1] if parts else None
        falling = last.descending if isinstance(last, OrderBy) else str(last).startswith("-")
        return [*parts, "-pk" if falling or (last is None and "-pk" in ordering) else "pk"]

    def get_query_string(self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None) -> str:
        """Make each address once: the headings' are asked for again with every row."""
        remove = list(remove or ())
        asked = repr((new_params, remove))
        if asked not in self._addresses:
            self._addresses[asked] = super().get_query_string(new_params, remove)
        return self._addresses[asked]

    def get_results(self, request: HttpRequest) -> None:
        """Read the page at once, and say nothing of a total beside the count: it would be another count.

        A page behind the last one is the first: rows may have gone since its address was made.
        """
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            self.page_num = 1
            super().get_results(request)
        self.full_result_count = self.result_count
        admin: Any = self.model_admin
        self.result_list = in_two_steps(self.result_list, self.root_queryset)
        admin.complete(self.result_list)
