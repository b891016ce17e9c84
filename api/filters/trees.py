"""Reads a JSON tree of filters into conditions: keys are ANDed, and there are ``and``, ``or`` and ``not``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput, Path
from api.filters.context import FilterContext
from api.filters.declarations import Filter
from api.filters.facts import FactGroup
from api.names import unknown_name

OPERATORS = ("and", "or", "not")
MAX_DEPTH = 8
MAX_NODES = 200
# What an empty object means where it stands for something: an empty Q would vanish from an OR.
EVERYTHING = ~Q(pk__in=[])


class Node(Protocol):
    """A part of a tree that was read without fault."""

    def q(self, context: FilterContext) -> Q: ...


@dataclass(frozen=True, slots=True)
class Leaf:
    """One filter, or one group of facts, with its typed value."""

    declared: Filter | FactGroup
    value: Any

    def q(self, context: FilterContext) -> Q:
        return self.declared.q(self.value, context)


@dataclass(frozen=True, slots=True)
class Combination:
    """All of the parts, any of them, or not all of them."""

    operator: str
    parts: tuple[Node, ...]

    def q(self, context: FilterContext) -> Q:
        conditions = [part.q(context) for part in self.parts]
        if self.operator == "or":
            return reduce(or_, conditions)
        together = Q(*conditions) if conditions else EVERYTHING
        return ~together if self.operator == "not" else together

    def without(self, declared: Filter) -> "Combination":
        """Return the same without the part that is ``declared``."""
        kept = tuple(part for part in self.parts if not (isinstance(part, Leaf) and part.declared is declared))
        return Combination(self.operator, kept)


@dataclass(slots=True)
class TreeReader:
    """Reads one tree and collects every fault in it."""

    declared: Mapping[str, Filter]
    groups: Mapping[str, FactGroup]
    faults: list[Fault] = field(default_factory=list)
    # What was read, as JSON, and where it stood.
    given: list[tuple[Path, Filter, object]] = field(default_factory=list)
    nodes: int = 0

    def read(self, tree: object) -> Combination:
        """Return the tree with typed values. Raises ``InvalidInput`` with all its faults."""
        node = self._object(tree, (), 1)
        if self.faults:
            raise InvalidInput(self.faults)
        return node

    def _object(self, tree: object, path: Path, depth: int) -> Combination:
        if not isinstance(tree, dict):
            return self._fault(_("Give an object of filters."), "type", path)
        if depth > MAX_DEPTH:
            return self._fault(_("Filters nest at most %(depth)s deep.") % {"depth": MAX_DEPTH}, "too_deep", path)
        parts: list[Node] = []
        values: dict[str, Any] = {}
        for key, value in tree.items():
            here = (*path, key)
            if self._is_too_much(value, here):
                break
            if key in OPERATORS:
                parts.append(self._operation(key, value, here, depth))
            else:
                self._value(key, value, here, values)
        return Combination("and", (*parts, *self._leaves(values)))

    def _operation(self, operator: str, value: object, path: Path, depth: int) -> Combination:
        if operator == "not":
            return Combination("not", (self._object(value, path, depth + 1),))
        if not isinstance(value, list) or not value:
            return self._fault(_("Give a list of one or more objects of filters."), "type", path)
        parts = tuple(self._object(part, (*path, index), depth + 1) for index, part in enumerate(value))
        return Combination(operator, parts)

    def _value(self, key: str, value: object, path: Path, values: dict[str, Any]) -> None:
        if key not in self.declared:
            self._fault(unknown_name(key, [*self.declared, *OPERATORS]), "unknown", path)
            return
        try:
            values[key] = self.declared[key].read(value)
            self.given.append((path, self.declared[key], value))
        except InvalidInput as error:
            self.faults.extend(error.under(*path).faults)

    def _leaves(self, values: Mapping[str, Any]) -> list[Leaf]:
        """Return a leaf per filter, and one for all the keys of a group of facts."""
        facts: dict[FactGroup, dict[str, Any]] = {}
        for key, value in values.items():
            if key in self.groups:
                facts.setdefault(self.groups[key], {})[key] = value
        alone = [Leaf(self.declared[key], value) for key, value in values.items() if key not in self.groups]
        return [*alone, *(Leaf(group, together) for group, together in facts.items())]

    def _is_too_much(self, value: object, path: Path) -> bool:
        """Count the key and the entries below it; tell whether the tree has become too large."""
        too_much_before = self.nodes > MAX_NODES
        self.nodes += 1 + (len(value) if isinstance(value, list | dict) else 0)
        if self.nodes > MAX_NODES and not too_much_before:
            self._fault(_("A filter has at most %(nodes)s parts.") % {"nodes": MAX_NODES}, "too_many", path)
        return self.nodes > MAX_NODES

    def _fault(self, detail: str, code: str, path: Path) -> Combination:
        self.faults.append(Fault(detail, code, path))
        return Combination("and", ())


def empty_objects(tree: Mapping[str, Any]) -> list[Path]:
    """Return the places of the objects that hold no filter, in a tree that was read without fault."""
    return list(_empty_objects(tree, ()))


def _empty_objects(tree: Mapping[str, Any], path: Path) -> Iterator[Path]:
    if not tree:
        yield path
    if "not" in tree:
        yield from _empty_objects(tree["not"], (*path, "not"))
    for operator in ("and", "or"):
        for at, part in enumerate(tree.get(operator, ())):
            yield from _empty_objects(part, (*path, operator, at))
