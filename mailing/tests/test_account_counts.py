"""How mails about accounts are counted, where one mailbox has several addresses."""

import pytest
from pytest_django import Settings

from mailing.accounts import AT_MOST, AT_MOST_OF_ALL
from mailing.models import AccountMail, Delivery
from mailing.pump import pump
from mailing.tests.account_calls import BODY, post_from
from mailing.tests.factories import QUICK
from mailing.tests.smtp_server import SmtpServer
from users.accounts.tests.conftest import HASHER
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    """Hash quickly."""
    settings.PASSWORD_HASHERS = [HASHER]


@pytest.mark.parametrize(
    "ways",
    [
        [f"nora+{tag}@example.com" for tag in "abcdefg"],
        [f"nora@{letter}xample.com" for letter in "ｅℯⅇＥ"] + ["nora+a@example.com", "nora+a@ｅxample.com"],
        ["nora@example.com", "Nora@example.com", "NORA@EXAMPLE.COM"] * 2,
    ],
    ids=["tags", "letters", "capitals"],
)
def test_ways_to_write_an_address_are_counted_together(ways: list[str]) -> None:
    for way in ways:
        post_from("198.51.100.7", "signup", {**BODY, "email": way})

    assert AccountMail.objects.count() == AT_MOST
    assert ways[0] in Delivery.objects.values_list("address", flat=True)  # it is mailed as it was written


@pytest.mark.parametrize("path", ["signup", "password/reset"])
@pytest.mark.parametrize(
    "networks",
    [[f"198.51.100.{number}" for number in range(AT_MOST_OF_ALL)], ["192.0.2.1"] * AT_MOST],
    ids=["many", "hers"],
)
def test_who_asks_for_tagged_addresses_uses_up_nothing_of_the_plain_one(
    path: str, networks: list[str], server: SmtpServer
) -> None:
    body = BODY if path == "signup" else {"email": "nora@example.com"}
    if path == "password/reset":
        UserFactory.create(**body)
    for number, network in enumerate(networks):
        post_from(network, path, {**body, "email": f"nora+{number}@example.com"})

    post_from("192.0.2.1", path, body)
    pump(QUICK)

    assert "nora@example.com" in server.addresses()


def test_resets_of_an_account_with_a_tag_are_used_up_by_no_other_tag(server: SmtpServer) -> None:
    UserFactory.create(email="nora+work@example.com")
    for number in range(AT_MOST_OF_ALL):
        post_from(f"198.51.100.{number}", "password/reset", {"email": f"nora+{number}@example.com"})

    post_from("192.0.2.1", "password/reset", {"email": "nora+work@example.com"})
    pump(QUICK)

    assert server.addresses() == ["nora+work@example.com"]
