"""The base of all filters: a typed declaration that turns a JSON value into a condition.

One declaration serves GET parameters, POST bodies, saved filters, admin forms, commands and the documentation.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput
from api.filters.context import FilterContext

if TYPE_CHECKING:
    from api.filters.scalars import IdFilter

# Of one filter: as many as a whole filter may have parts.
MOST_VALUES = 200

Condition = Callable[[Any, FilterContext], Q]
# What records are called, by their model and id.
Names = Mapping[tuple[str, object], str]
Label = str | Promise


class Filter(ABC):
    """One key of the filter grammar.

    ``column`` is the model's column or path (the name itself when left out). ``condition(value, context)`` replaces
    the usual comparison. ``label`` and ``help_text`` go into forms, commands and the API's documentation.
    """

    many: ClassVar[bool] = False
    json_type: ClassVar[str]

    def __init__(
        self,
        name: str,
        *,
        column: str | None = None,
        condition: Condition | None = None,
        label: Label = "",
        help_text: Label = "",
    ) -> None:
        self.name = name
        self.column = column or name
        self.condition = condition
        self.label = label or name.replace("_", " ")
        self.help_text = help_text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @abstractmethod
    def read(self, value: object) -> Any:
        """Return the typed value. Raises ``InvalidInput`` whose paths begin below this key."""

    @abstractmethod
    def compare(self, value: Any) -> Q:
        """Return the usual condition for a value that ``read`` returned."""

    def q(self, value: Any, context: FilterContext) -> Q:
        """Return the condition for a value that ``read`` returned."""
        return self.condition(value, context) if self.condition else self.compare(value)

    def strangers(self, value: object, context: FilterContext) -> list[Fault]:
        """Return a fault for each id in a JSON value that names nothing the caller may know of.

        Reads the database where nobody has looked the ids up for this context.
        """
        return []

    def by_id(self, value: Any) -> Iterable[tuple["IdFilter", Sequence[UUID | str]]]:
        """Return each filter by id in a value that ``read`` returned, with the ids that it is given there."""
        return ()

    def in_words(self, value: Any, names: Names) -> str:
        """Return a value that ``read`` returned as people read it."""
        return str(value)

    def from_texts(self, texts: Sequence[str]) -> object:
        """Return the JSON value for the texts of a repeated parameter or option. Raises ``InvalidInput``."""
        if not self.many and len(texts) > 1:
            raise InvalidInput(Fault(_("Give this once."), "repeated"))
        values = [self.from_text(text) for text in texts]
        return values if self.many else values[0]

    def from_text(self, text: str) -> object:
        """Return the JSON value that one text stands for; one that stands for none is left for ``read`` to refuse."""
        return text

    def from_address(self, value: object) -> object:
        """Return a JSON value out of the text of a parameter as it was before it stood in an address."""
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the value."""
        return {"type": self.json_type, **self.described()}

    def described(self) -> dict[str, str]:
        """Return the description of the schema."""
        return {"description": str(self.help_text or self.label)}

    def parameter_schema(self) -> dict[str, Any]:
        """Return the schema of the value as a parameter of an address."""
        return self.schema()


class ManyFilter(Filter):
    """A filter that takes one value or a list, which means any of them."""

    many = True

    @abstractmethod
    def read_one(self, value: object) -> Any:
        """Return one typed value. Raises ``InvalidInput``."""

    def item_schema(self) -> dict[str, Any]:
        """Return the JSON schema of one value."""
        return {"type": self.json_type}

    def read(self, value: object) -> list[Any]:
        if not isinstance(value, list):
            return [self.read_one(value)]
        if not value:
            raise InvalidInput(Fault(_("Give at least one value."), "empty"))
        if len(value) > MOST_VALUES:
            raise InvalidInput(Fault(_("Give at most %(most)s values.") % {"most": MOST_VALUES}, "too_many"))
        return [self._read_item(index, item) for index, item in enumerate(value)]

    def in_words(self, value: Any, names: Names) -> str:
        return _(" or ").join(self.one_in_words(one, names) for one in value)

    def one_in_words(self, value: Any, names: Names) -> str:
        """Return one value as people read it."""
        return str(value) or _("none")

    def _read_item(self, index: int, item: object) -> Any:
        try:
            return self.read_one(item)
        except InvalidInput as error:
            raise error.under(index) from None

    def schema(self) -> dict[str, Any]:
        one = self.item_schema()
        return {"oneOf": [one, {"type": "array", "items": one, "minItems": 1}], **self.described()}

    def parameter_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item_schema()}


def wrong_type(wanted: str) -> InvalidInput:
    """Return the refusal of a value of another type than ``wanted``."""
    return InvalidInput(Fault(_("Give %(wanted)s.") % {"wanted": wanted}, "type"))


def read_text(value: object) -> str:
    """Return ``value`` if it is text that the database can compare. Raises ``InvalidInput``."""
    if not isinstance(value, str):
        raise wrong_type(_("a text"))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(Fault(_("The text has half a surrogate pair."), "text")) from None
    if "\0" in value:
        raise InvalidInput(Fault(_("The text has a NUL."), "text"))
    return value
