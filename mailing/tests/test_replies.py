import pytest

from mailing.transports.outcomes import DeferredError, OutcomeError, RefusedError, UnreachableError
from mailing.transports.replies import outcome, text


@pytest.mark.parametrize(
    ("code", "reply", "expected"),
    [
        (450, b"4.2.1 mailbox busy", DeferredError),
        (452, b"too many recipients", DeferredError),
        (550, b"5.7.1 blocked by policy", RefusedError),
        (421, b"closing", UnreachableError),
        (222, b"", UnreachableError),
        (-1, b"", UnreachableError),
        (530, b"5.7.0 sign in first", UnreachableError),
        (535, b"wrong password", UnreachableError),
        (550, b"5.1.8 bad sender's domain", UnreachableError),
    ],
)
def test_reply_tells_whose_fault_it_is(code: int, reply: bytes, expected: type[OutcomeError]) -> None:
    assert type(outcome(code, reply, of_recipient=True)) is expected


@pytest.mark.parametrize(
    ("code", "reply", "of_recipient", "hard"),
    [
        (550, b"5.1.1 no such user", True, True),
        (550, b"5.1.1 no such user", False, True),
        (550, b"5.2.1 mailbox disabled", True, True),
        (550, b"no such user", True, True),
        (550, b"spam", False, False),
        (550, b"5.7.1 spam", True, False),
        (552, b"5.2.2 mailbox full", True, False),
        (554, b"no", True, False),
    ],
)
def test_refusal_is_hard_when_the_address_is_no_good(code: int, reply: bytes, of_recipient: bool, hard: bool) -> None:  # noqa: FBT001  # a parameter of the test
    refusal = outcome(code, reply, of_recipient=of_recipient)

    assert isinstance(refusal, RefusedError)
    assert refusal.hard is hard
    assert refusal.certain is (hard and reply[:2] == b"5.")


def test_reply_of_any_bytes_is_one_line_of_text() -> None:
    assert text(550, b"no\r\nsuch \xff\x00user") == "550 no such \ufffduser"
