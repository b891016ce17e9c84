"""The declared filters of the API as filters of the admin's lists: one rule, one name, one answer."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.forms import AutocompleteDropdownForm
from unfold.widgets import INPUT_CLASSES

from api.exceptions import Fault, InvalidInput
from api.filters import FilterContext, FilterSet
from api.identifiers import as_uuid
from users.admin.form_pages import select

OFFERED_AT_MOST = 500
INPUT = {"class": " ".join(INPUT_CLASSES)}


class DeclaredListFilter(admin.ListFilter):
    """Some declared filters under one heading; their names are the parameters of the address."""

    template = "admin/filters/declared.html"
    declared: FilterSet
    fields: dict[str, forms.Field]

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Any], model_admin: ModelAdmin[Any]
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.request, self.model_admin = request, model_admin
        for name in self.fields:
            if given := params.pop(name, None):
                self.used_parameters[name] = given[-1] if isinstance(given, list) else given

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [*self.fields]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Apply what was filled in; what cannot be read is said and finds nothing."""
        given = {name: str(text) for name, text in self.used_parameters.items() if str(text).strip()}
        try:
            tree = self.tree(given)
            return queryset.filter(self.declared.q(tree, FilterContext(request.user))) if tree else queryset
        except InvalidInput as error:
            messages.warning(request, f"{capfirst(self.title)}: {' '.join(fault.detail for fault in error.faults)}")
            return queryset.none()

    def tree(self, given: dict[str, str]) -> dict[str, Any]:
        """Return the declared filter that was filled in."""
        return {name: self.declared.filters[name].from_texts([text]) for name, text in given.items()}

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Give the template its form."""
        yield {"form": _form(self.fields)(data=self.used_parameters)}


def _form(fields: dict[str, forms.Field]) -> type[forms.Form]:
    return type("FilterForm", (forms.Form,), dict(fields))


def _filter(
    declared: FilterSet,
    title: Any,
    fields: dict[str, forms.Field],
    base: type[DeclaredListFilter] = DeclaredListFilter,
) -> type[DeclaredListFilter]:
    return type("DeclaredFilter", (base,), {"declared": declared, "title": title, "fields": fields})


def text_filter(declared: FilterSet, name: str, title: Any) -> type[DeclaredListFilter]:
    """Return a filter by one text, with suggestions of the values that there are."""
    attrs = INPUT | {"data-suggest": name, "autocomplete": "off"}
    return _filter(declared, title, {name: forms.CharField(required=False, widget=forms.TextInput(attrs))})


def number_range_filter(declared: FilterSet, least: str, most: str, title: Any) -> type[DeclaredListFilter]:
    """Return a filter from a number to a number, either of which may be left out."""
    fields: dict[str, forms.Field] = {
        name: forms.CharField(
            required=False, widget=forms.NumberInput(INPUT | {"placeholder": word, "aria-label": word, "min": 0})
        )
        for name, word in ((least, _("from")), (most, _("to")))
    }
    return _filter(declared, title, fields)


def date_range_filter(declared: FilterSet, since: str, until: str, title: Any) -> type[DeclaredListFilter]:
    """Return a filter from the start of a day (in the caller's zone) to the start of another."""
    fields: dict[str, forms.Field] = {
        name: forms.CharField(required=False, label=word, widget=forms.DateInput(INPUT | {"type": "date"}))
        for name, word in ((since, _("from")), (until, _("before")))
    }
    return _filter(declared, title, fields)


def choice_filter(
    declared: FilterSet, name: str, title: Any, choices: list[tuple[str, Any]]
) -> type[DeclaredListFilter]:
    """Return a filter by one of ``choices``."""
    widget = select()
    field = forms.ChoiceField(required=False, choices=[("", _("any")), *choices], widget=widget)
    return _filter(declared, title, {name: field})


class EitherListFilter(DeclaredListFilter):
    """One of several declared yes-or-no filters, as the choices of one parameter."""

    words: ClassVar[dict[str, Any]]

    def tree(self, given: dict[str, str]) -> dict[str, Any]:
        unknown = [value for value in given.values() if value not in self.words]
        if unknown:
            raise InvalidInput(Fault(_("There is no choice “%s”.") % unknown[0], "invalid"))
        return dict.fromkeys(given.values(), True)


def either_filter(declared: FilterSet, name: str, title: Any, words: dict[str, Any]) -> type[DeclaredListFilter]:
    """Return a filter by one of several declared ones: ``{"upcoming": "to come", "past": "begun"}``."""
    field = forms.ChoiceField(required=False, choices=[("", _("any")), *words.items()], widget=select())
    return _filter(declared, title, {name: field}, type("EitherFilter", (EitherListFilter,), {"words": words}))


def record_filter(
    declared: FilterSet, name: str, title: Any, column: "ForeignKey[Any, Any]"
) -> type[DeclaredListFilter]:
    """Return a filter by a related record, found by typing."""

    def choices(self: DeclaredListFilter, _changelist: ChangeList) -> Iterator[Any]:
        given = as_uuid(str(self.used_parameters.get(name, "")))
        form = self.form_class(  # type: ignore[attr-defined]  # given below
            request=self.request, label="", name=name, choices=(), field=column, model_admin=self.model_admin,
            data={name: given and str(given)},
        )  # fmt: skip
        yield {"form": form}

    made = _filter(declared, title, {name: forms.CharField(required=False)})
    return type("RecordFilter", (made,), {"choices": choices, "form_class": AutocompleteDropdownForm})


def named_filter(declared: FilterSet, name: str, title: Any, model: Any, order: Any) -> type[DeclaredListFilter]:
    """Return a filter by one of the few records of ``model``, offered by name as far as the caller may know of them."""

    def choices(self: DeclaredListFilter, _changelist: ChangeList) -> Iterator[Any]:
        records = model._default_manager.visible_to(self.request.user).order_by(order)[:OFFERED_AT_MOST]
        offered = [("", str(_("any"))), *((str(one.pk), str(one)) for one in records)]
        field = forms.ChoiceField(required=False, choices=offered, widget=select())
        yield {"form": _form({name: field})(data=self.used_parameters)}

    made = _filter(declared, title, {name: forms.CharField(required=False)})
    return type("NamedFilter", (made,), {"choices": choices})
