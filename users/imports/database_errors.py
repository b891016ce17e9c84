"""What the database says against a row, in words for its author."""

from django.apps import apps
from django.db import DatabaseError
from psycopg.errors import CheckViolation


def said_by_database(error: DatabaseError) -> str:
    """Return the message of the violated constraint where a model words one, else the database's own in one line."""
    said = getattr(error.__cause__, "diag", None)
    if said is None:
        return str(error)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            worded = constraint.violation_error_message != constraint.default_violation_error_message
            if worded and constraint.name == said.constraint_name:
                return str(constraint.violation_error_message)
    detail = said.message_detail or ""
    return said.message_primary if "Failing row" in detail else f"{said.message_primary} {detail}".strip()


def violated_check(error: DatabaseError) -> str:
    """Return the name of the CHECK constraint that refused a row; empty where it was something else."""
    cause = error.__cause__
    return cause.diag.constraint_name or "" if isinstance(cause, CheckViolation) else ""
