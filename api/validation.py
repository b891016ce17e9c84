"""Checking an object against its model's constraints before it is stored, by one question to the database."""

from collections.abc import Collection

from django.db import models, router
from django.db.models import CheckConstraint, Q


class CheckedAtOnce(models.Model):
    """A model whose CHECK constraints are asked about together: Django asks about one after the other."""

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Raise ``ValidationError`` with what the violated constraints say; those about a field of ``exclude`` rest.

        One query for all CHECK constraints, none where they rest; more only to tell which of them are violated.
        """
        excluded, using = set(exclude or ()), router.db_for_write(type(self), instance=self)
        if not self._meets_checks(excluded, using):
            super().validate_constraints(exclude=excluded)
        for constraint in self._meta.constraints:
            if not isinstance(constraint, CheckConstraint):
                constraint.validate(type(self), self, exclude=excluded, using=using)  # type: ignore[attr-defined]  # not in the stubs

    def _meets_checks(self, excluded: set[str], using: str) -> bool:
        values = self._get_field_expression_map(meta=self._meta, exclude=excluded)  # type: ignore[attr-defined]  # not in the stubs
        checks = [Q(one.condition) for one in self._meta.constraints if isinstance(one, CheckConstraint)]
        asked = [one for one in checks if _fields(self, one) <= values.keys()]
        return not asked or Q(*asked).check(values, using=using)


def _fields(instance: models.Model, condition: Q) -> set[str]:
    """Return the fields of ``instance`` that a condition is about."""
    return {names[0] for names in instance._get_expr_references(condition)}  # type: ignore[attr-defined]  # not in the stubs
