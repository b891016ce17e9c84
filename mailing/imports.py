"""Suppressed addresses from a file, as other systems of mail write them out."""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from mailing.models import Suppression, SuppressionReason
from mailing.suppressions import Held, suppress_all
from users.imports.columns import REQUIRED, Column
from users.imports.errors import RowError
from users.imports.kinds import Batch, ImportKind, Outcome

LONGEST_ADDRESS = 254
LONGEST_DETAIL = 1_000
BETWEEN = re.compile(r"[\s_-]+")


def plain(word: str) -> str:
    """Return a word as it is looked for here: “Opt-out”, “opt_out” and “OptOut” are one."""
    return BETWEEN.sub("", word).lower()


# What others call these. Any other word stands as it is in the detail, and the address is suppressed all the same:
# nobody's export may be refused for its words.
WORDS = {
    "bounce": SuppressionReason.HARD_BOUNCE,
    "bounced": SuppressionReason.HARD_BOUNCE,
    "hard": SuppressionReason.HARD_BOUNCE,
    "hardbounced": SuppressionReason.HARD_BOUNCE,
    "spam": SuppressionReason.COMPLAINT,
    "spamcomplaint": SuppressionReason.COMPLAINT,
    "complained": SuppressionReason.COMPLAINT,
    **{plain(reason.value): reason for reason in SuppressionReason},
}
# Who unsubscribed still wants what they wait for: that is a person's choice, and not their address's.
UNSUBSCRIBED = {"unsubscribed", "unsubscribe", "unsub", "optout", "optedout"}


def address(text: str) -> str:
    """Return an address as it is stored. Raises ``ValidationError`` for what is none."""
    if len(text) > LONGEST_ADDRESS:
        raise ValidationError(_("an address has at most %s characters") % LONGEST_ADDRESS)
    validate_email(text)
    return text.lower()


def detail(text: str) -> str:
    """Return a text that is not too long."""
    return text[:LONGEST_DETAIL]


class SuppressionImport(ImportKind):
    """A column of addresses; perhaps their reasons and details. What is suppressed already stays as it is."""

    name = "suppressions"
    model = Suppression
    columns = [Column("address", address, REQUIRED), Column("reason", detail, ""), Column("detail", detail, "")]
    required = [("address",)]
    ignored = ("id", "at")

    def check(self, names: Sequence[str], values: list[object]) -> None:
        """Refuse who has unsubscribed."""
        if "reason" in names and plain(str(values[names.index("reason")])) in UNSUBSCRIBED:
            raise RowError(_("who unsubscribed still gets confirmations: change the person's preferences instead"))

    def store(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Suppress the addresses, and withdraw what is queued for them."""
        held: dict[str, Held] = {}
        for row in batch.rows:
            one = _held(dict(zip(batch.names, row.values, strict=True)))
            held.setdefault(one.address, one)
        added = suppress_all(held=list(held.values()), actor=None)
        return Outcome(created=len(added), unchanged=len(batch.rows) - len(added))


def _held(row: dict[str, object]) -> Held:
    said, more = str(row.get("reason", "")), str(row.get("detail", ""))
    known = WORDS.get(plain(said))
    if known or not said:
        return Held(str(row["address"]), known or SuppressionReason.IMPORTED, more)
    return Held(str(row["address"]), SuppressionReason.IMPORTED, ": ".join(filter(None, (said, more))))
