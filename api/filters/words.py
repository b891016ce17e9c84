"""Filters in words, for people who read them on pages and at the command line."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from api.exceptions import InvalidInput
from api.filters.context import FilterContext
from api.filters.declarations import Names
from api.filters.facts import FactGroup
from api.filters.sets import FilterSet, ReadFilter
from api.filters.trees import Combination, Leaf, Node
from api.identifiers import has_external_id


@dataclass(frozen=True, slots=True)
class Words:
    """One condition in words, or a heading with the conditions below it."""

    text: str
    parts: tuple["Words", ...] = ()

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.text} ({'; '.join(map(str, self.parts))})" if self.parts else self.text


def in_words(
    filters: FilterSet, trees: Sequence[object], context: FilterContext, known: Names | None = None
) -> list[list[Words]]:
    """Return the conditions of each tree, all of which hold; one that cannot be read says so in a single one.

    One query per kind of record that any of the trees names; records that the caller may not know of show their ids.
    ``known`` are names that are given beforehand.
    """
    read = [_read(filters, tree) for tree in trees]
    names = {**names_of([one for one in read if isinstance(one, ReadFilter)], context), **(known or {})}
    return [_conditions(one.tree, names) if isinstance(one, ReadFilter) else [one] for one in read]


def in_one_line(conditions: Iterable[Words]) -> str:
    """Return conditions as one text."""
    return "; ".join(map(str, conditions))


def names_of(filters: Iterable[ReadFilter], context: FilterContext) -> Names:
    """Return what the records are called that the filters name, by model and id."""
    wanted: dict[str, set[object]] = defaultdict(set)
    for one in filters:
        for _path, declared, value in one.given:
            for by_id, keys in declared.by_id(declared.read(value)):
                wanted[by_id.of].update(keys)
    return {(model, key): name for model, keys in wanted.items() for key, name in _names(model, keys, context)}


def _names(label: str, keys: set[object], context: FilterContext) -> Iterable[tuple[object, str]]:
    model: Any = apps.get_model(label)
    condition = Q(pk__in=[key for key in keys if isinstance(key, UUID)])
    external = has_external_id(model)
    if external:
        condition |= Q(external_id__in=[key for key in keys if isinstance(key, str)])
    for row in model._default_manager.visible_to(context.caller).filter(condition):
        yield row.pk, str(row)
        if external:
            yield row.external_id, str(row)


def _read(filters: FilterSet, tree: object) -> ReadFilter | Words:
    try:
        return filters.read(tree)
    except InvalidInput as error:
        return Words(_("Cannot be read: %s") % error)


def _conditions(tree: Combination, names: Names) -> list[Words]:
    """Return the conditions of an object of filters, in the order: filters, then groups."""
    parts = sorted(tree.parts, key=lambda part: isinstance(part, Combination))
    return [words for part in parts for words in _part(part, names)]


def _part(part: Node, names: Names) -> list[Words]:
    if isinstance(part, Leaf):
        return _leaf(part, names)
    if not isinstance(part, Combination) or part.operator == "and":
        return _conditions(part, names) if isinstance(part, Combination) else []
    if part.operator == "or":
        return [Words(_("Any of these"), tuple(_together(one, names) for one in part.parts))]
    below = [words for one in part.parts for words in _part(one, names)]
    heading = _("Not") if len(below) == 1 else _("Not all of these")
    return [Words(heading, tuple(below))]


def _together(part: Node, names: Names) -> Words:
    below = _part(part, names)
    return below[0] if len(below) == 1 else Words(_("All of these"), tuple(below))


def _leaf(leaf: Leaf, names: Names) -> list[Words]:
    if isinstance(leaf.declared, FactGroup):
        members = leaf.declared.members
        return [_one(members[name], value, names) for name, value in leaf.value.items()]
    return [_one(leaf.declared, leaf.value, names)]


def _one(declared: Any, value: Any, names: Names) -> Words:
    return Words(f"{capfirst(str(declared.label))}: {declared.in_words(value, names)}")
