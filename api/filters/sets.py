"""The filters of one resource, to which higher apps add theirs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput, Path
from api.filters.context import FilterContext
from api.filters.declarations import Filter
from api.filters.facts import FactGroup
from api.filters.forms import DeclaredFilterSet, django_filterset
from api.filters.scalars import IdFilter
from api.filters.search import SearchFilter
from api.filters.trees import OPERATORS, Combination, TreeReader
from api.names import unknown_name
from api.pagination import PARAMETERS
from api.ranking import Ranking

# Parameters of every list besides its filters; ``format`` chooses the renderer.
LIST_PARAMETERS = (*PARAMETERS, "format")


class Parameters(Protocol):
    """What Django's ``QueryDict`` offers."""

    def lists(self) -> Iterable[tuple[str, list[Any]]]: ...


@dataclass(frozen=True, slots=True)
class ReadFilter:
    """A filter that was read without fault and can be evaluated for any caller."""

    tree: Combination
    search: tuple[SearchFilter, str] | None
    given: Sequence[tuple[Path, Filter, object]]

    def q(self, context: FilterContext) -> Q:
        """Return the condition; evaluated for the caller of ``context``. Raises ``InvalidInput`` for strangers."""
        self.refuse_strangers(context)
        return self.tree.q(context)

    def refuse_strangers(self, context: FilterContext) -> None:
        """Raise ``InvalidInput`` for ids that name nothing the caller may know of: a list of nobody would pass.

        One query per model that the ids are of.
        """
        self._look_up(context)
        strangers = [
            fault.under(*path) for path, declared, value in self.given for fault in declared.strangers(value, context)
        ]
        if strangers:
            raise InvalidInput(strangers)

    def _look_up(self, context: FilterContext) -> None:
        """Have the ids of each model looked up together, whichever filters name them, and kept in ``context``."""
        wanted: dict[str, tuple[IdFilter, set[UUID | str]]] = {}
        for _path, declared, value in self.given:
            for by_id, ids in declared.by_id(declared.read(value)):
                wanted.setdefault(by_id.of, (by_id, set()))[1].update(ids)
        for by_id, together in wanted.values():
            by_id.known(together, context)

    def ranking(self, context: FilterContext) -> Ranking | None:
        """Return how the finds of a search at the top level of the filter are ranked, else None."""
        if self.search is None:
            return None
        declared, text = self.search
        rest = self.tree.without(declared).q(context)
        return Ranking([rest & tier for tier in declared.tiers(text)], declared.rank(text))


class FilterSet:
    """A registry of typed filters: ``people_filters = FilterSet("people")``.

    Apps register theirs in ``AppConfig.ready()``. Names are unique; those of list parameters are taken.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.filters: dict[str, Filter] = {}
        self.groups: dict[str, FactGroup] = {}

    def register(self, *declarations: Filter | FactGroup) -> None:
        """Add filters and groups of facts."""
        for declaration in declarations:
            if isinstance(declaration, FactGroup):
                for member in declaration.members.values():
                    self._add(member)
                    self.groups[member.name] = declaration
            else:
                self._add(declaration)

    def _add(self, declared: Filter) -> None:
        if declared.name in (*self.filters, *OPERATORS, *LIST_PARAMETERS):
            raise ValueError(f"The filters of {self.name} have a “{declared.name}” already.")
        self.filters[declared.name] = declared

    def read(self, tree: object) -> ReadFilter:
        """Return the JSON ``tree`` with typed values. Raises ``InvalidInput`` with every fault and its JSON pointer."""
        reader = TreeReader(self.filters, self.groups)
        return ReadFilter(reader.read(tree), self._search(tree), reader.given)

    def _search(self, tree: object) -> tuple[SearchFilter, str] | None:
        for name, value in tree.items() if isinstance(tree, dict) else ():
            declared = self.filters.get(name)
            if isinstance(declared, SearchFilter):
                return declared, declared.read(value)
        return None

    def q(self, tree: object, context: FilterContext) -> Q:
        """Return the condition that the JSON ``tree`` stands for. Raises ``InvalidInput``."""
        return self.read(tree).q(context)

    def tree_of(self, parameters: Parameters) -> dict[str, object]:
        """Return the JSON tree that the parameters of an address stand for. Raises ``InvalidInput``.

        Repeating a parameter means any of its values; an empty one counts as absent; an unknown one is refused.
        """
        tree: dict[str, object] = {}
        faults: list[Fault] = []
        for name, values in parameters.lists():
            if name in LIST_PARAMETERS:
                continue
            try:
                if texts := [text for text in values if text]:
                    tree[name] = self._declared(name).from_texts(texts)
                else:
                    self._declared(name)
            except InvalidInput as error:
                faults.extend(error.under(name).as_parameters().faults)
        if faults:
            raise InvalidInput(faults)
        return tree

    def _declared(self, name: str) -> Filter:
        if name not in self.filters:
            raise InvalidInput(Fault(unknown_name(name, [*self.filters, *LIST_PARAMETERS]), "unknown"))
        return self.filters[name]

    def read_parameters(self, parameters: Parameters) -> ReadFilter:
        """Read the parameters of an address. Raises ``InvalidInput`` that names the faulty ones."""
        tree = self.tree_of(parameters)
        try:
            return self.read(tree)
        except InvalidInput as error:
            raise error.as_parameters() from None

    def django_filterset(self, model: type[Model]) -> type[DeclaredFilterSet]:
        """Return a django-filter class with the same filters, for forms."""
        return django_filterset(self, model)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of a tree; ``and``, ``or`` and ``not`` hold objects of the same kind."""
        inner = {"$ref": f"#/components/schemas/{self.component}"}
        groups = {"type": "array", "items": inner, "minItems": 1}
        operators = {
            "and": {**groups, "description": _("All of these hold.")},
            "or": {**groups, "description": _("At least one of these holds.")},
            "not": {**inner, "description": _("This does not hold.")},
        }
        properties = {name: declared.schema() for name, declared in self.filters.items()}
        return {"type": "object", "properties": {**properties, **operators}, "additionalProperties": False}

    @property
    def component(self) -> str:
        """Return the name of the schema in the API's documentation."""
        return f"{self.name.title().replace('_', '')}Filter"
