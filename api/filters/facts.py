"""Several keys about one related row: the keys of one object mean the same row, found by one ``Exists``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput
from api.filters.context import FilterContext
from api.filters.declarations import Filter, Names, wrong_type
from api.names import unknown_name
from api.parsers import strict_json

if TYPE_CHECKING:
    from api.filters.scalars import IdFilter


class Facts(Mapping[str, Any]):
    """The typed values of the keys that were given, out of those that a group declares."""

    def __init__(self, members: Mapping[str, Filter], values: Mapping[str, Any]) -> None:
        self.members = members
        self.values_by_name = values

    def __getitem__(self, name: str) -> Any:
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def q(self, context: FilterContext, *, leaving_out: tuple[str, ...] = ()) -> Q:
        """Return the members' own conditions together, for the queryset of the related rows."""
        found = Q()
        for name, value in self.values_by_name.items():
            if name not in leaving_out:
                found &= self.members[name].q(value, context)
        return found


FactsCondition = Callable[[Facts, FilterContext], Q]


class FactGroup:
    """Keys at one level of an object that together make one condition, by ``condition(facts, context)``."""

    def __init__(self, *members: Filter, condition: FactsCondition) -> None:
        self.members = {member.name: member for member in members}
        self.condition = condition

    def q(self, values: Mapping[str, Any], context: FilterContext) -> Q:
        """Return the condition for the typed values of the keys that were given."""
        return self.condition(Facts(self.members, values), context)


class ObjectFilter(Filter):
    """A nested object with typed keys of its own, such as ``{"attended": {"event": …, "min": 2}}``.

    ``required`` names the key without which the object means nothing. As a parameter of an address it takes the
    object as JSON text.
    """

    json_type = "object"

    def __init__(
        self, name: str, *members: Filter, condition: FactsCondition, required: str = "", **options: Any
    ) -> None:
        super().__init__(name, condition=condition, **options)
        self.members = {member.name: member for member in members}
        self.required = required

    def read(self, value: object) -> Facts:
        if not isinstance(value, dict):
            raise wrong_type("an object")
        faults = [Fault(unknown_name(key, self.members), "unknown", (key,)) for key in value if key not in self.members]
        known = [key for key in value if key in self.members]
        values = {key: self._read_member(key, value[key], faults) for key in known}
        if self.required and self.required not in value:
            faults.append(Fault(_("This key is required."), "required", (self.required,)))
        if faults:
            raise InvalidInput(faults)
        return Facts(self.members, values)

    def _read_member(self, key: str, value: object, faults: list[Fault]) -> Any:
        try:
            return self.members[key].read(value)
        except InvalidInput as error:
            faults.extend(error.under(key).faults)
            return None

    def strangers(self, value: object, context: FilterContext) -> list[Fault]:
        given = value.items() if isinstance(value, dict) else ()
        return [fault.under(key) for key, one in given for fault in self.members[key].strangers(one, context)]

    def by_id(self, value: Facts) -> "Iterable[tuple[IdFilter, Sequence[UUID | str]]]":
        return (one for key, given in value.items() for one in self.members[key].by_id(given))

    def in_words(self, value: Facts, names: Names) -> str:
        given = (f"{self.members[key].label} {self.members[key].in_words(one, names)}" for key, one in value.items())
        return ", ".join(given) or _("at least once")

    def compare(self, value: Any) -> Q:
        raise NotImplementedError(f"The filter {self.name} needs a condition.")

    def from_text(self, text: str) -> object:
        try:
            return self.from_address(strict_json(text))
        except ValueError as error:
            raise InvalidInput(Fault(str(error), "json")) from error

    def from_address(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        members = self.members
        return {key: members[key].from_address(one) if key in members else one for key, one in value.items()}

    def schema(self) -> dict[str, Any]:
        properties = {name: member.schema() for name, member in self.members.items()}
        required = {"required": [self.required]} if self.required else {}
        return {
            "type": "object",
            "properties": properties,
            **required,
            "additionalProperties": False,
            **self.described(),
        }

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "string", "contentMediaType": "application/json", "contentSchema": self.schema()}
