"""Base serializers: the shape of bodies, strict about unknown fields, and checked against the model's own rules.

They validate and never save: the view hands ``validated_data`` to the app's service.
"""

import copy
from typing import Any, NoReturn, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty, get_error_detail
from rest_framework.settings import api_settings

from api.names import unknown_name

M = TypeVar("M", bound=Model)
# Of unknown fields: a body has room for a hundred thousand, and to look for what each may mean would take seconds.
NAMED_AT_MOST = 20


class StrictFields(serializers.BaseSerializer[Any]):
    """Refuses what is no object, and unknown fields, naming the first.

    Read-only fields are ignored, as are those of ``Meta.ignored_fields``.
    """

    def run_validation(self, data: Any = empty) -> Any:
        if data is None and not self.allow_null:
            raise _no_object(data)
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise _no_object(data)
        self._refuse_unknown(data)
        return super().to_internal_value(data)

    def _refuse_unknown(self, data: dict[str, Any]) -> None:
        fields: dict[str, Any] = getattr(self, "fields")  # noqa: B009  # declared by the class beside this mixin
        ignored = getattr(getattr(self, "Meta", None), "ignored_fields", ())
        unknown = [name for name in data if name not in fields and name not in ignored]
        if unknown:
            writable = [name for name, field in fields.items() if not field.read_only]
            named = unknown[:NAMED_AT_MOST]
            raise ValidationError({name: [ErrorDetail(unknown_name(name, writable), "unknown")] for name in named})


def _no_object(value: object) -> ValidationError:
    said = _("Give an object, not %(kind)s.") % {"kind": _kind(value)}
    code = "null" if value is None else "invalid"
    return ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [ErrorDetail(said, code)]})


def _kind(value: object) -> str:
    """Return what JSON calls a value that is no object."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return _("a list")
    return _("a text") if isinstance(value, str) else _("a number")


class ChoiceField(serializers.ChoiceField):
    """One of several names; what is none of them is told which there are, as by filters."""

    def fail(self, key: str, **values: Any) -> NoReturn:
        if key == "invalid_choice":
            raise ValidationError(unknown_name(values["input"], map(str, self.choices)), key)
        super().fail(key, **values)


class Serializer(StrictFields, serializers.Serializer[Any]):
    """The shape of a body or an answer that is not one model's."""


class ModelSerializer(StrictFields, serializers.ModelSerializer[M]):
    """The shape of one model's objects.

    Runs the model's ``full_clean()`` and constraints, so that what the database would refuse is a 400 that names the
    field. ``Meta.expressions`` maps the names of fields that are no columns to what computes them.
    """

    serializer_choice_field = ChoiceField

    def get_uniqueness_extra_kwargs(self, field_names: Any, declared_fields: Any, extra_kwargs: Any) -> Any:
        """Leave uniqueness to ``full_clean()``: REST framework's validators would ask the database a second time."""
        return extra_kwargs, {}

    def get_validators(self) -> list[Any]:
        return list(getattr(self.Meta, "validators", []))

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        field_class, options = super().build_standard_field(field_name, model_field)
        validators = options.get("validators", [])
        options["validators"] = [one for one in validators if type(one).__module__ != "rest_framework.validators"]
        return field_class, options

    def include_extra_kwargs(self, kwargs: Any, extra_kwargs: Any) -> Any:
        """Let a choice that may be empty say so even where it is only read: REST framework forgets it there."""
        may_be_empty = "choices" in kwargs and kwargs.get("allow_blank", False)
        options = super().include_extra_kwargs(kwargs, extra_kwargs)
        return {**options, "allow_blank": True} if may_be_empty else options

    def validate(self, attrs: Any) -> Any:
        """Check the object as it would become. Raises ``ValidationError`` by field."""
        attrs = self.as_stored(attrs)
        candidate = self.candidate(attrs)
        try:
            check(candidate, self.unsent(attrs))
        except ModelValidationError as error:
            raise ValidationError(self._as_fields(error)) from error
        return super().validate(attrs)

    def as_stored(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return ``attrs`` with what is stored for empty texts: a field that may be NULL may store them as that.

        Otherwise the check for uniqueness would find the other rows that have none.
        """
        model: Any = self.Meta.model
        nullable = {field.name: field for field in model._meta.concrete_fields if field.null}
        return {
            name: nullable[name].get_prep_value(value) if value == "" and name in nullable else value
            for name, value in attrs.items()
        }

    def candidate(self, attrs: dict[str, Any]) -> M:
        """Return an unsaved object with the values of ``attrs``, a copy of the present one where there is one."""
        model: Any = self.Meta.model
        candidate: Any = copy.copy(self.instance) if self.instance is not None else model()
        columns = {field.name for field in candidate._meta.concrete_fields}
        for name in columns & attrs.keys():
            setattr(candidate, name, attrs[name])
        return candidate  # type: ignore[no-any-return]  # the model of Meta

    def unsent(self, attrs: dict[str, Any]) -> set[str]:
        """Return the columns that the body leaves alone: nobody is blamed for what others wrote there."""
        model: Any = self.Meta.model
        return {field.name for field in model._meta.concrete_fields} - attrs.keys()

    def _as_fields(self, error: ModelValidationError) -> dict[str, Any]:
        """Return the model's errors under the names that the body uses."""
        names: dict[Any, str] = {field.source: name for name, field in self.fields.items()}
        details = get_error_detail(error)
        by_column: dict[Any, Any] = details if isinstance(details, dict) else {NON_FIELD_ERRORS: details}
        names[NON_FIELD_ERRORS] = api_settings.NON_FIELD_ERRORS_KEY
        return {names.get(key, key): found for key, found in by_column.items()}


def check(candidate: Model, unsent: set[str]) -> None:
    """Run a model's validation but for the fields ``unsent``; constraints are checked as a whole.

    Raises Django's ``ValidationError``. One query per unique column that was sent and per constraint.
    """
    candidate.full_clean(exclude=unsent, validate_constraints=False)
    candidate.validate_constraints()


class ShortListField(serializers.ListField):
    """A list that is refused for its length before its items are looked at: for each there would be a fault."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        found: list[Any] = super().to_internal_value(data)
        return found


class PageRequestSerializer(Serializer):
    """The body of a list that is asked for by POST."""

    ordering = serializers.CharField(required=False, help_text=_("An ordering, descending with “-” before it."))
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200)
    cursor = serializers.CharField(required=False, allow_null=True, help_text=_("“next” or “previous” of an answer."))
    count = ChoiceField(required=False, choices=["exact", "estimate"])


class FilterRequestSerializer(PageRequestSerializer):
    """A filter tree and which page of what it finds."""

    filter = serializers.JSONField(required=False, default=dict)
