"""Columns of a file: how the text of a cell becomes a value, by the rules of the model's field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import models
from django.utils.translation import gettext as _

from users.imports.errors import RowError

LONGEST_TEXT = 1_000_000  # characters, of a text that the model does not bound
LARGEST_INTEGER = 2**31 - 1
TRUE, FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
REQUIRED = object()  # stands for "an empty cell is an error"
_CHECKED_HERE = (MaxLengthValidator, MinValueValidator, MaxValueValidator, ProhibitNullCharactersValidator)


@dataclass(frozen=True)
class Column:
    """One column: ``convert`` gets text without outer spaces and raises ``ValueError`` or ``ValidationError``.

    ``empty`` is what an empty cell stores. ``keeps`` marks a key: its empty cell leaves the stored value alone.
    ``fills`` names the fields of a column that is none itself: its values are as many.
    """

    name: str
    convert: Callable[[str], object]
    empty: object
    keeps: bool = False
    fills: Sequence[str] = ()

    def parse(self, cell: str) -> object:
        """Return the value of a cell. Raises ``RowError`` naming the column."""
        text = cell.strip()
        if not text:
            if self.empty is REQUIRED:
                raise RowError(_("%(column)s is empty") % {"column": self.name})
            return self.empty
        try:
            refuse_unstorable(text)
            return self.convert(text)
        except ValidationError as error:
            raise RowError(f"{self.name}: {' '.join(error.messages)}") from error
        except ValueError as error:
            raise RowError(f"{self.name}: {error}") from error


def refuse_unstorable(text: str) -> None:
    """Raise ``ValueError`` for text that PostgreSQL cannot hold."""
    if "\0" in text:
        raise ValueError(_("holds a NUL character"))
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(_("holds half of a surrogate pair"))


def column_of(model: type[models.Model], name: str, *, keeps: bool = False) -> Column:
    """Return the column for a field of ``model``: same limits, validators, choices and default."""
    field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]  # concrete fields only
    if field.null or keeps:
        empty: object = None
    else:
        empty = field.get_default() if field.blank or field.has_default() else REQUIRED
    return Column(name, _converter(field), empty, keeps)


def _converter(field: models.Field[Any, Any]) -> Callable[[str], object]:
    if isinstance(field, models.DateTimeField):
        return parse_moment
    if isinstance(field, models.IntegerField):
        return parse_count
    if isinstance(field, models.BooleanField):
        return parse_boolean
    return _text_converter(field)


def _text_converter(field: models.Field[Any, Any]) -> Callable[[str], object]:
    longest = field.max_length or LONGEST_TEXT
    validators = [check for check in field.validators if not isinstance(check, _CHECKED_HERE)]
    choices = {value for value, _label in field.choices or ()}
    normalises = type(field).to_python not in (models.CharField.to_python, models.TextField.to_python)

    def convert(text: str) -> object:
        value = field.to_python(text) if normalises else text
        if len(value) > longest:
            raise ValueError(
                _("%(number)s characters; at most %(most)s fit") % {"number": f"{len(value):,}", "most": f"{longest:,}"}
            )
        if choices and value not in choices:
            raise ValueError(
                _("“%(word)s” is none of %(known)s") % {"word": value, "known": ", ".join(sorted(choices))}
            )
        for validate in validators:
            validate(value)
        return value

    return convert


def parse_moment(text: str) -> datetime | date:
    """Return an ISO 8601 time (without an offset it has no zone yet), or a date alone."""
    try:
        return date.fromisoformat(text) if len(text) <= len("2025-W01-1") else datetime.fromisoformat(text)
    except ValueError as error:
        reason = _("“%(text)s” is no ISO 8601 time such as 2025-03-30T18:00:00+02:00")
        raise ValueError(reason % {"text": text[:40]}) from error


def parse_count(text: str) -> int:
    """Return a whole number from 0 up to what an integer column holds."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_INTEGER)) or int(text) > LARGEST_INTEGER:
        reason = _("“%(text)s” is no whole number from 0 to %(most)s")
        raise ValueError(reason % {"text": text[:40], "most": LARGEST_INTEGER})
    return int(text)


def parse_boolean(text: str) -> bool:
    """Return what true, false, 1, 0, yes and no mean."""
    word = text.lower()
    if word not in TRUE | FALSE:
        raise ValueError(_("“%(text)s” is neither true nor false") % {"text": text[:40]})
    return word in TRUE
