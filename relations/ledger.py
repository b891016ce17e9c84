"""The actor and the reason that each change of a relation's status names, for the guard and for the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection, transaction

from api.statements import Statement, insertion, send
from relations.models import UserEventRelation
from users.models import User

_SET = "SELECT set_config('crm.actor', %s, true), set_config('crm.reason', %s, true)"
_UNSET: Statement = (_SET, ["", ""])


@contextmanager
def stated(*, actor: User | None, reason: str) -> Iterator[None]:
    """Let relations change within the block, for ``reason`` and by ``actor`` (None: the system).

    The settings are local to the transaction, which the block opens where there is none. An error within it ends
    what the caller's own ``atomic`` began, so that no setting outlives it.
    """
    with transaction.atomic(savepoint=False):
        send(_setting(actor, reason))
        yield
        send(_UNSET)


def insert_stated(relation: UserEventRelation, *, actor: User | None, reason: str) -> None:
    """Store a new relation as ``stated`` lets it be saved, in one way to the server and back."""
    with transaction.atomic(savepoint=False):
        send(_setting(actor, reason), insertion(relation), _UNSET)
    relation._state.adding, relation._state.db = False, DEFAULT_DB_ALIAS


def _setting(actor: User | None, reason: str) -> Statement:
    return _SET, [str(actor.pk) if actor else "", reason]


@contextmanager
def forgetting() -> Iterator[None]:
    """Let lines of the ledger be deleted within the block. It opens a transaction, or a savepoint in the caller's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.forgetting', 'on', true)")
        yield
        cursor.execute("SELECT set_config('crm.forgetting', '', true)")
