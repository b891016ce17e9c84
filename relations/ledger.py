"""The actor and the reason that each change of a relation's status names, for the guard and for the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from users.models import User

_SET = "SELECT set_config('crm.actor', %s, true), set_config('crm.reason', %s, true)"


@contextmanager
def stated(*, actor: User | None, reason: str) -> Iterator[None]:
    """Let relations change within the block, for ``reason`` and by ``actor`` (None: the system).

    The settings are local to the transaction, which the block opens where there is none. An error within it ends
    what the caller's own ``atomic`` began, so that no setting outlives it.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_SET, [str(actor.pk) if actor else "", reason])
        yield
        cursor.execute(_SET, ["", ""])


@contextmanager
def forgetting() -> Iterator[None]:
    """Let lines of the ledger be deleted within the block. It opens a transaction, or a savepoint in the caller's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.forgetting', 'on', true)")
        yield
        cursor.execute("SELECT set_config('crm.forgetting', '', true)")
