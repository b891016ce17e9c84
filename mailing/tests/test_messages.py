from email import message_from_bytes, policy
from uuid import UUID

import pytest
from pytest_django import Settings

from mailing.messages import build, message_id
from mailing.rendering import Rendered

CAMPAIGN = UUID(int=1)


def sent(subject: str = "Hello", html: str = "", lane: str = "campaign", address: str = "ada@example.com") -> bytes:
    """Return a message as it goes out."""
    built = build(Rendered(subject, "Dear Ada", html), address=address, message_id="<1@example.com>", lane=lane)
    return bytes(built.message().as_bytes(linesep="\r\n"))


def test_message_id_is_the_same_for_one_delivery_alone(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Events <events@crm.example>"

    first = message_id(CAMPAIGN, 7)

    assert first == message_id(CAMPAIGN, 7)
    assert len({first, message_id(CAMPAIGN, 8), message_id(UUID(int=2), 7)}) == 3
    assert first.endswith("@crm.example>")


def test_message_with_html_carries_both_forms() -> None:
    message = message_from_bytes(sent(html="<p>Dear Ada</p>"), policy=policy.default)

    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert message["Message-ID"] == "<1@example.com>"
    assert message["To"] == "ada@example.com"
    assert message["Date"]


@pytest.mark.parametrize(
    ("lane", "header"),
    [("campaign", "List-Id"), ("transactional", "Auto-Submitted")],
    ids=["campaign", "transactional"],
)
def test_message_says_what_sort_it_is(lane: str, header: str) -> None:
    message = message_from_bytes(sent(lane=lane))

    assert [name for name in ("List-Id", "Auto-Submitted") if name in message] == [header]


@pytest.mark.parametrize("subject", ["ä" * 200, "x" * 200, "word " * 60, "名" * 200])
def test_long_subject_stays_one_header(subject: str) -> None:
    raw = sent(subject=subject)

    message = message_from_bytes(raw, policy=policy.default)
    assert message["Subject"].strip() == subject.strip()
    assert message.get_content().strip() == "Dear Ada"
    assert b"\n" not in raw.replace(b"\r\n", b"")
