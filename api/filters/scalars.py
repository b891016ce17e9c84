"""Filters by one column: text, address, choice, number, time, yes or no, identifier."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Q, TextChoices, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput, Path
from api.filters.context import FilterContext
from api.filters.declarations import Filter, Label, ManyFilter, Names, read_text, wrong_type
from api.identifiers import as_uuid, has_external_id
from api.moments import read_moment, start_of
from api.names import unknown_name

BIGGEST = 2**63 - 1
LOOKUPS = ("exact", "gt", "gte", "lt", "lte")
SPACE_FOR_PLUS = re.compile(r"(T\S+) (\d\d(:?\d\d)?)$")
# Nowhere was a day ever ahead by as much: what starts after the first moment here does so everywhere.
EASTERNMOST = timezone(timedelta(hours=16))
TRUTHS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


class TextFilter(ManyFilter):
    """Equal texts without regard to what ``key`` drops (case and accents).

    ``key`` is the SQL function of the index ``(key(column) COLLATE "C", id)``, applied to both sides.
    The empty text finds rows without a value.
    """

    json_type = "string"

    def __init__(self, name: str, *, key: Callable[[Combinable], Any], **options: Any) -> None:
        super().__init__(name, **options)
        self.key = key

    def read_one(self, value: object) -> str:
        return read_text(value)

    def compare(self, value: Sequence[str]) -> Q:
        column = Collate(self.key(F(self.column)), "C")
        keys = [self.key(Value(text)) for text in value]
        return Q(Exact(column, keys[0]) if len(keys) == 1 else In(column, keys))


class AddressFilter(ManyFilter):
    """Equal e-mail addresses in a column that holds them lower-cased: an accent makes another mailbox.

    The empty text finds rows without one.
    """

    json_type = "string"

    def read_one(self, value: object) -> str:
        return read_text(value).strip().lower()

    def compare(self, value: Sequence[str]) -> Q:
        named = Q(**{f"{self.column}__in": [address for address in value if address]})
        return named if all(value) else named | Q(**{f"{self.column}__isnull": True})


class ChoiceFilter(ManyFilter):
    """One of the named choices; ``aliases`` are further names that stand for one of them."""

    json_type = "string"

    def __init__(
        self,
        name: str,
        choices: type[TextChoices] | Iterable[tuple[str, Label]],
        *,
        aliases: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, **options)
        pairs = choices.choices if isinstance(choices, type) else choices
        self.choices = {str(value): label for value, label in pairs}
        self.aliases = aliases or {}

    def read_one(self, value: object) -> str:
        text = read_text(value)
        text = self.aliases.get(text, text)
        if text not in self.choices:
            raise InvalidInput(Fault(unknown_name(text, self.choices), "choice"))
        return text

    def compare(self, value: Sequence[str]) -> Q:
        return Q(**{f"{self.column}__in": value})

    def one_in_words(self, value: Any, names: Names) -> str:
        return str(self.choices[value])

    def item_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.choices, *self.aliases]}


class ComparingFilter(Filter):
    """A filter by one comparison: ``exact``, ``gt``, ``gte``, ``lt`` or ``lte``."""

    def __init__(self, name: str, lookup: str = "exact", **options: Any) -> None:
        super().__init__(name, **options)
        if lookup not in LOOKUPS:
            raise ValueError(f"{lookup} is none of {', '.join(LOOKUPS)}")
        self.lookup = lookup

    def compare(self, value: Any) -> Q:
        return Q(**{f"{self.column}__{self.lookup}": value})


class CountFilter(ComparingFilter):
    """A whole number from 0 on: no filter of ours compares with less, which would find everybody or nobody."""

    json_type = "integer"

    def read(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(_("a whole number"))
        if value < 0:
            raise InvalidInput(Fault(_("Give a number from 0 on."), "out_of_range"))
        if value > BIGGEST:
            raise InvalidInput(Fault(_("The number is too large."), "out_of_range"))
        return value

    def from_text(self, text: str) -> object:
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,30}", text) else text

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "minimum": 0}


class DateTimeFilter(ComparingFilter):
    """A moment in ISO 8601: without offset it is UTC, a date alone is the start of that day in the caller's zone."""

    json_type = "string"

    def read(self, value: object) -> datetime | date:
        text = read_text(value)
        try:
            moment = read_moment(text)
            start_of(moment, EASTERNMOST)
        except (ValueError, OverflowError):
            detail = _("Give a date or time in ISO 8601, such as 2026-03-01 or 2026-03-01T18:30:00+01:00.")
            raise InvalidInput(Fault(detail, "datetime")) from None
        return moment

    def q(self, value: datetime | date, context: FilterContext) -> Q:
        return super().q(start_of(value, context.zone), context)

    def in_words(self, value: Any, names: Names) -> str:
        return f"{value:%-d %b %Y, %H:%M} UTC" if isinstance(value, datetime) else f"{value:%-d %b %Y}"

    def from_text(self, text: str) -> object:
        return self.from_address(text)

    def from_address(self, value: object) -> object:
        """Take back the plus sign that an address turns into a space when it is not escaped."""
        return SPACE_FOR_PLUS.sub(r"\1+\2", value) if isinstance(value, str) else value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}], **self.described()}


class BooleanFilter(Filter):
    """Yes or no: false is the opposite of true, and so is the condition."""

    json_type = "boolean"

    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise wrong_type(_("true or false"))
        return value

    def in_words(self, value: Any, names: Names) -> str:
        return _("yes") if value else _("no")

    def from_text(self, text: str) -> object:
        return TRUTHS.get(text.lower(), text)

    def compare(self, value: Any) -> Q:
        return Q(**{self.column: value})

    def q(self, value: Any, context: FilterContext) -> Q:
        if self.condition is None:
            return self.compare(value)
        return self.condition(True, context) if value else ~self.condition(True, context)


class IdFilter(ManyFilter):
    """A related record by its UUID or its ``external_id`` (``external`` is the path to it; None: UUIDs alone).

    ``of`` is the model, such as ``events.Event``: an id of none that the caller may know of is refused.
    """

    json_type = "string"

    def __init__(self, name: str, *, of: str, external: str | None = "", **options: Any) -> None:
        super().__init__(name, **options)
        self.of = of
        own = "external_id" if self.column in ("id", "pk") else f"{self.column}__external_id"
        self.external = own if external == "" else external

    def read_one(self, value: object) -> UUID | str:
        text = read_text(value)
        identifier = as_uuid(text)
        if identifier is None and self.external is None:
            raise wrong_type(_("a UUID"))
        return identifier or text

    def by_id(self, value: Sequence[UUID | str]) -> Iterable[tuple["IdFilter", Sequence[UUID | str]]]:
        return [(self, value)]

    def one_in_words(self, value: Any, names: Names) -> str:
        return names.get((self.of, value)) or str(value)

    def compare(self, value: Sequence[UUID | str]) -> Q:
        uuids = [identifier for identifier in value if isinstance(identifier, UUID)]
        texts = [identifier for identifier in value if isinstance(identifier, str)]
        by_uuid = Q(**{f"{self.column}__in": uuids})
        return by_uuid | Q(**{f"{self.external}__in": texts}) if texts else by_uuid

    def strangers(self, value: object, context: FilterContext) -> list[Fault]:
        ids = self.read(value)
        known = self.known(ids, context)
        paths: list[Path] = [(index,) for index in range(len(ids))] if isinstance(value, list) else [()]
        pairs = zip(ids, paths, strict=True)
        return [Fault(self._no_such(one), "does_not_exist", path) for one, path in pairs if one not in known]

    def known(self, ids: Iterable[UUID | str], context: FilterContext) -> Collection[UUID | str]:
        """Return those of ``ids`` that name what the caller may know of; one query for all not looked up before."""
        known: dict[UUID | str, bool] = context.found.setdefault(f"known {self.of}", {})
        if missing := {*ids} - known.keys():
            found = self._found(missing, context)
            known.update({one: one in found for one in missing})
        return [one for one in ids if known[one]]

    def _found(self, ids: Collection[UUID | str], context: FilterContext) -> set[UUID | str | None]:
        model: Any = apps.get_model(self.of)
        uuids = [one for one in ids if isinstance(one, UUID)]
        rows = model._default_manager.visible_to(context.caller)
        if not has_external_id(model):
            return set(rows.filter(pk__in=uuids).values_list("pk", flat=True))
        found = rows.filter(Q(pk__in=uuids) | Q(external_id__in=[one for one in ids if isinstance(one, str)]))
        return {name for names in found.values_list("pk", "external_id") for name in names}

    def _no_such(self, one: UUID | str) -> str:
        kind = apps.get_model(self.of)._meta.verbose_name
        return _("No such %(kind)s: “%(id)s”. Name one that you can see, or leave this key out.") % {
            "kind": kind,
            "id": str(one)[:100],
        }
