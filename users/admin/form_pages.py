"""Pages with a form of their own: what is about to be done, a reason, and one button."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.widgets import INPUT_CLASSES, TEXTAREA_CLASSES, UnfoldAdminSelectWidget

from api.identifiers import as_uuid
from users.admin.refusals import refusal

R = TypeVar("R")
TEMPLATE = "admin/record/form_page.html"


def text_input(**attrs: Any) -> forms.TextInput:
    """Return a one-line input."""
    return forms.TextInput({"class": " ".join(INPUT_CLASSES), **attrs})


def text_area(**attrs: Any) -> forms.Textarea:
    """Return an input of several lines."""
    return forms.Textarea({"class": " ".join(TEXTAREA_CLASSES), "rows": 10, **attrs})


def select() -> forms.Select:
    """Return a drop-down list, with the arrow of unfold's own."""
    widget: forms.Select = UnfoldAdminSelectWidget()
    return widget


class RecordSelect(AutocompleteSelect):
    """A list of records, found by typing, that shows nothing where something else than an id was sent."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if as_uuid(key)], attr)


def record_field(
    admin: ModelAdmin[Any], source: type[Model], name: str, queryset: "QuerySet[Any]", **options: Any
) -> forms.ModelChoiceField[Any]:
    """Return a field for one record, found by typing; ``source.name`` is the foreign key that it stands for."""
    widget = RecordSelect(source._meta.get_field(name), admin.admin_site)
    return forms.ModelChoiceField(queryset, widget=widget, **options)


def attempted(form: forms.Form, service: Callable[[], R]) -> R | None:
    """Return what ``service`` returns; where it refuses, say so on the form and return None."""
    try:
        return service()
    except Exception as error:
        reason = refusal(error)
        if reason is None:
            raise
        form.add_error(None, reason)
        return None


def form_page(
    admin: ModelAdmin[Any], request: HttpRequest, form: forms.Form, *, title: Any, button: Any, **context: Any
) -> TemplateResponse:
    """Show ``form`` with one ``button``.

    ``context`` may name a ``record``, an ``explanation``, and where to go ``back``.
    """
    request.current_app = admin.admin_site.name
    return TemplateResponse(
        request,
        context.pop("template", TEMPLATE),
        {
            **admin.admin_site.each_context(request),
            "title": title,
            "opts": admin.opts,
            "original": context.get("record"),
            "form": form,
            "media": admin.media + form.media,
            "button": button,
            **context,
        },
    )
