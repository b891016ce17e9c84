"""What a server's reply means: whose fault it is, and whether it is worth another try (RFC 5321, RFC 3463)."""

import re

from mailing.transports.outcomes import DeferredError, OutcomeError, RefusedError, UnreachableError

CLOSING = 421
REFUSALS = range(400, 600)
TEMPORARY = range(400, 500)
ACCOUNT = {530, 534, 535, 538}
WITHOUT_DETAIL = {550, 551, 553}
ENHANCED = re.compile(rb"[245]\.(\d{1,3})\.(\d{1,3})\b")
OF_SENDER = {(1, 7), (1, 8)}
MAILBOX_DISABLED = (2, 1)


def outcome(code: int, reply: bytes, *, of_recipient: bool) -> OutcomeError:
    """Return what any reply but yes means. ``of_recipient`` tells that it answers RCPT, not the message."""
    said = text(code, reply)
    match = ENHANCED.match(reply)
    detail = (int(match[1]), int(match[2])) if match else None
    if code not in REFUSALS or code == CLOSING or code in ACCOUNT or detail in OF_SENDER:
        return UnreachableError(said)
    if code in TEMPORARY:
        return DeferredError(said)
    if detail is None:
        return RefusedError(said, hard=code in WITHOUT_DETAIL and of_recipient)
    of_address = detail[0] == 1 or detail == MAILBOX_DISABLED
    return RefusedError(said, hard=of_address, certain=of_address)


def text(code: int, reply: bytes) -> str:
    """Return the reply in one line, whatever bytes it is made of."""
    return f"{code} {' '.join(reply.decode('utf-8', 'replace').replace(chr(0), '').split())}"
