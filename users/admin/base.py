"""What every admin of the house has in common: who sees what, how it saves, and how it answers a refusal."""

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import messages
from django.contrib.admin import ShowFacets, display
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from unfold.admin import checkbox

from api.exceptions import InvalidInput
from api.filters import FilterContext, FilterSet
from api.transactions import locking
from users.admin.changelist import CappedPaginator, PagedChangeList, first_found
from users.admin.refusals import refusal

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as UnfoldModelAdmin
else:
    from unfold.admin import ModelAdmin as UnfoldModelAdmin

M = TypeVar("M", bound=Model)
# Rendered once: a template for every row takes a seventh of the whole page's time.
_PLACE = "value-of-the-row"
_TICK_BOX: str = checkbox.render(ACTION_CHECKBOX_NAME, _PLACE)


class ListAdmin(UnfoldModelAdmin[M]):
    """An admin whose lists are quick on big tables."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # counts for every choice of every filter
    paginator = CappedPaginator
    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = True
    list_sections: tuple[Any, ...] = ()  # asked for with every row: what is missing, Django's templates seek for long

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:
        return PagedChangeList

    @display(description=mark_safe(checkbox.render("action_toggle_all", "1")))  # noqa: S308  # a widget's own markup
    def action_checkbox(self, obj: M) -> SafeString:
        """Show the tick box of a row, which differs from the others in its value alone."""
        return mark_safe(_TICK_BOX.replace(_PLACE, conditional_escape(str(obj.pk))))  # noqa: S308  # escaped

    def complete(self, rows: list[M]) -> None:
        """Give the rows of a list's page what its columns need beyond one query."""


class RecordAdmin(ListAdmin[M]):
    """An admin that shows what its caller may see and saves through services, whose refusals become messages.

    ``filters`` are the resource's declared filters; its ``q`` becomes the search field.
    """

    filters: FilterSet | None = None
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return what the caller may see, by the one rule that the API applies too."""
        rows: Any = self.model._default_manager.get_queryset()
        visible: QuerySet[M] = rows.visible_to(request.user)
        return visible

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Apply the API's rule to a record; without one, only the caller's roles count."""
        return super().has_change_permission(request, obj) and self._may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Apply the API's rule to a record; without one, only the caller's roles count."""
        return super().has_delete_permission(request, obj) and self._may_edit(request, obj)

    def _may_edit(self, request: HttpRequest, record: M | None) -> bool:
        rows: Any = self.model._default_manager.get_queryset()
        return record is None or rows.editable_by(request.user).filter(pk=record.pk).exists()

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Show the search field; what it searches is the declared filter ``q``."""
        return ("q",) if self.filters else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Apply the declared search, the best first unless a column is sorted by. Actions get all that matches.

        A text that cannot be searched for is said and finds nothing.
        """
        if not search_term.strip() or self.filters is None:
            return queryset, False
        context = FilterContext(request.user)
        try:
            read = self.filters.read({"q": search_term})
        except InvalidInput as error:
            messages.warning(request, " ".join(fault.detail for fault in error.faults))
            return queryset.none(), False
        if request.method != "GET":
            return queryset.filter(read.q(context)), False
        ranking: Any = read.ranking(context)
        found = first_found(self.get_queryset(request), queryset, ranking)
        return found if ORDER_VAR in request.GET else found.order_by(*ranking.order_by, "pk"), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, or run an action on what is selected."""
        note = {"selection_note_all": _("All that match are selected")}
        view = super().changelist_view
        context = note | (extra_context or {})
        answer: Any = self.answered(request, request.get_full_path(), lambda: view(request, context))
        return answer  # type: ignore[no-any-return]  # Django's or our own

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form, or save it: from the look at the record's version on, nobody else changes the record."""
        view = super().changeform_view

        def shown() -> Any:
            return view(request, object_id, form_url, extra_context)

        answer: Callable[[], Any] = shown
        if object_id is not None and request.method == "POST":
            answer = functools.partial(self._with_record_held, object_id, shown)
        return self.answered(request, request.get_full_path(), answer)

    @locking
    def _with_record_held(self, object_id: str, view: Callable[[], Any]) -> Any:
        key: Any = self.model._meta.pk
        with suppress(ValidationError):  # no key at all: the view says that there is no such record
            rows = self.model._base_manager.filter(pk=key.to_python(unquote(object_id)))
            rows.select_for_update(no_key=True, of=("self",)).values_list("pk").first()
        return view()

    def answered(self, request: HttpRequest, back: str, view: Callable[[], Any]) -> HttpResponseBase:
        """Return what ``view`` answers; where a service refuses what was sent, say why and lead ``back``."""
        try:
            answer: HttpResponseBase = view()
        except Exception as error:
            reason = refusal(error)
            if reason is None or request.method != "POST":
                raise
            messages.error(request, reason)
            return HttpResponseRedirect(back)
        return answer

    def save_model(self, request: HttpRequest, obj: M, form: "ModelForm[M]", change: bool) -> None:  # noqa: FBT001  # Django's signature
        """Hand the record to its service; an edit with the fields that really differ from what is stored."""
        if not change:
            self.create(request, obj)
            return
        before = self.model._default_manager.get(pk=obj.pk)
        names = [field.name for field in obj._meta.concrete_fields if field.name in form.cleaned_data]
        changes = {name: getattr(obj, name) for name in names if getattr(obj, name) != getattr(before, name)}
        if changes:
            self.update(request, obj, changes)

    def create(self, request: HttpRequest, record: M) -> None:
        """Store a new record through its service."""
        raise NotImplementedError

    def update(self, request: HttpRequest, record: M, changes: dict[str, object]) -> None:
        """Change the named fields through the record's service."""
        raise NotImplementedError
