"""The same declarations as a django-filter ``FilterSet``, for the forms of the browsable API and of pages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from api.exceptions import InvalidInput
from api.filters.context import FilterContext
from api.filters.declarations import Filter

if TYPE_CHECKING:
    from api.filters.sets import FilterSet


class DeclaredWidget(forms.TextInput):
    """A text input that reads every value of a repeated parameter."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        found = data.getlist(name) if hasattr(data, "getlist") else [data[name]] if name in data else []
        return [text for text in found if text]

    def format_value(self, value: Any) -> str | None:
        return ", ".join(map(str, value)) if isinstance(value, list) else super().format_value(value)


class DeclaredField(forms.Field):
    """A form field that reads as its declaration does; its value is the JSON that goes into the tree."""

    widget = DeclaredWidget

    def __init__(self, *, declared: Filter, **options: Any) -> None:
        super().__init__(**options)
        self.declared = declared

    def clean(self, value: Any) -> Any:
        if not value:
            return None
        try:
            json_value = self.declared.from_texts(value)
            self.declared.read(json_value)
        except InvalidInput as error:
            raise ValidationError([ValidationError(fault.detail, fault.code) for fault in error.faults]) from error
        return json_value


class DeclaredFilter(django_filters.Filter):  # type: ignore[misc]  # the package has no types
    """Holds the form field of one declaration; the set evaluates all of them together."""

    field_class = DeclaredField


class DeclaredFilterSet(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """Evaluates the whole form as one tree, so that facts about one related row stay together."""

    declared_set: "FilterSet"

    def filter_queryset(self, queryset: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
        tree = {name: value for name, value in self.form.cleaned_data.items() if value is not None}
        return queryset.filter(self.declared_set.q(tree, FilterContext(self.request.user)))


def django_filterset(declared_set: "FilterSet", model: type[Model]) -> type[DeclaredFilterSet]:
    """Return a django-filter ``FilterSet`` class for ``model`` with all the declarations; it wants ``request``."""
    members: Mapping[str, Any] = {
        name: DeclaredFilter(declared=declared, label=declared.label, help_text=declared.help_text)
        for name, declared in declared_set.filters.items()
    }
    meta = type("Meta", (), {"model": model, "fields": []})
    name = f"{declared_set.component}Form"
    return type(name, (DeclaredFilterSet,), {**members, "declared_set": declared_set, "Meta": meta})
