"""Ids in paths and bodies: a UUID, or the ``external_id`` that another system gave the object."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import AutoField, Model, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from api.serializers import ShortListField

UUID_SHAPE = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
# Names the caller, in place of a person's id in a path. No external id is the same word.
ME = "me"
INTEGER_SHAPE = re.compile(r"[0-9]{1,18}", re.ASCII)


def as_uuid(text: str) -> UUID | None:
    """Return the UUID that ``text`` spells, or None."""
    return UUID(text) if UUID_SHAPE.fullmatch(text) else None


def identified_by(model: type[Model], identifier: str) -> Q | None:
    """Return the condition for the one object that ``identifier`` names, or None when it can name none."""
    if "\0" in identifier:
        return None
    if isinstance(model._meta.pk, AutoField):
        if INTEGER_SHAPE.fullmatch(identifier):
            return Q(pk=int(identifier))
    elif key := as_uuid(identifier):
        return Q(pk=key)
    return Q(external_id=identifier) if has_external_id(model) else None


def has_external_id(model: type[Model]) -> bool:
    """Tell whether objects of ``model`` can have an id of another system."""
    try:
        model._meta.get_field("external_id")
    except FieldDoesNotExist:
        return False
    return True


def find(queryset: "QuerySet[Any, Any]", identifier: str) -> Any | None:
    """Return the object of ``queryset`` that ``identifier`` names, or None."""
    condition = identified_by(queryset.model, identifier)
    return None if condition is None else queryset.filter(condition).first()


def find_all(queryset: "QuerySet[Any, Any]", identifiers: Iterable[str]) -> dict[str, Any]:
    """Return the objects of ``queryset`` that ``identifiers`` name, by these; two queries at most."""
    names = {*identifiers}
    keys = {name: key for name in names if (key := as_uuid(name))}
    by_key = {one.pk: one for one in queryset.filter(pk__in=set(keys.values()))} if keys else {}
    others = [name for name in names if name not in keys and "\0" not in name]
    by_name = {one.external_id: one for one in queryset.filter(external_id__in=others)} if others else {}
    return {**{name: by_key[key] for name, key in keys.items() if key in by_key}, **by_name}


@extend_schema_field({"type": "string", "description": "The id, or the external_id."})
class IdentifierField(serializers.RelatedField[Model, Any, Any]):
    """A related object in a body, named by UUID or external id, among those that the caller may know of.

    Reads back as the object's key.
    """

    default_error_messages = {
        "type": "Give the id as a text.",
        "does_not_exist": "No such object: “{identifier}”.",
    }

    def __init__(self, model: type[Model] | None = None, **options: Any) -> None:
        if model is not None and not options.get("read_only"):
            options["queryset"] = model._default_manager.all()
        super().__init__(**options)

    def use_pk_only_optimization(self) -> bool:
        return True

    def get_queryset(self) -> Any:
        """Return the objects that the caller may know of."""
        queryset: Any = super().get_queryset()
        return queryset.visible_to(self.context["request"].user)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("type")
        found = find(self.get_queryset(), data)
        if found is None:
            self.fail("does_not_exist", identifier=data[:100])
        return found

    def to_representation(self, value: Any) -> Any:
        return value.pk


@extend_schema_field({"type": "array", "items": {"type": "string", "description": "The id, or the external_id."}})
class IdentifierListField(ShortListField):
    """Related objects in a body, named as by ``IdentifierField``, in the order given and each once; two queries."""

    child = serializers.CharField()

    def __init__(self, model: type[Model] | None = None, **options: Any) -> None:
        self.model = model
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the objects. Raises ``ValidationError`` by place for those that the caller cannot know of."""
        names: list[str] = super().to_internal_value(data)
        found = self._found(names)
        missing: dict[Any, Any] = {
            place: [ErrorDetail(_("No such object: “%s”.") % name[:100], "does_not_exist")]
            for place, name in enumerate(names)
            if name not in found
        }
        if missing:
            raise serializers.ValidationError(missing)
        return list({found[name].pk: found[name] for name in names}.values())

    def to_representation(self, value: Any) -> Any:
        return [getattr(one, "pk", one) for one in value]

    def _found(self, names: list[str]) -> dict[str, Any]:
        model: Any = self.model
        return find_all(model._default_manager.visible_to(self.context["request"].user), names)
