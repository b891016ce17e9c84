"""Mails about accounts, from the call to the mail server and back by the link."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from mailing.accounts import AT_MOST, AT_MOST_DAILY, AT_MOST_OF_ALL
from mailing.models import AccountMail, Campaign, Delivery, Suppression
from mailing.pump import pump
from mailing.tests.account_calls import BODY, LINK, PASSWORD, link_in, part_of, post, post_from, token_of
from mailing.tests.factories import QUICK
from mailing.tests.smtp_server import SmtpServer
from users.accounts.tests.conftest import HASHER
from users.models import PendingEmail, PendingSignup, User
from users.services import update_user
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    """Hash quickly."""
    settings.PASSWORD_HASHERS = [HASHER]


def test_signing_up_by_the_mail_that_was_sent(client: Client, server: SmtpServer) -> None:
    asked = post(client, "signup", BODY)
    token = token_of(link_in(server))
    before = User.objects.count()
    confirmed = post(client, "signup/confirm", {"token": token, "password": PASSWORD})
    login = post(client, "login", {"email": "nora@example.com", "password": PASSWORD})

    nora = User.objects.get(email="nora@example.com")
    assert (asked.status_code, confirmed.status_code, login.status_code) == (201, 200, 200)
    assert before == 0
    assert (nora.first_name, nora.last_name, nora.company) == ("Nora", "New", "Acme")
    assert nora.role_names == {"customer"}
    assert server.addresses() == ["nora@example.com"]


def test_no_row_holds_a_link_that_works(client: Client, server: SmtpServer) -> None:
    post(client, "signup", BODY)
    UserFactory.create(email="ada@example.com")
    post(client, "password/reset", {"email": "ada@example.com"})
    pump(QUICK)

    tokens = [token_of(LINK.findall(part_of(one.message, "plain"))[0]) for one in server.accepted]
    rows = [*Campaign.objects.values(), *Delivery.objects.values(), *AccountMail.objects.values()]
    rows += [*PendingSignup.objects.values()]
    assert len(tokens) == 2
    assert [token for token in tokens if token in str(rows) or token.rpartition(".")[2] in str(rows)] == []


@pytest.mark.parametrize("whose", ["nobody", "contact", "account", "closed"])
def test_signing_up_does_the_same_whoever_has_the_address(
    client: Client, whose: str, django_assert_num_queries: Any
) -> None:
    if whose != "nobody":
        person = UserFactory.create(email="nora@example.com", is_active=whose != "closed")
        if whose == "account":
            person.set_password(PASSWORD)
            person.save()

    with django_assert_num_queries(11):
        answer = post(client, "signup", BODY)

    assert answer.status_code == 201
    assert answer.json() == {
        "email": "nora@example.com",
        "detail": "We have sent you a mail: follow its link to confirm that the address is yours.",
    }
    assert (PendingSignup.objects.count(), Delivery.objects.count()) == (1, 1)


def test_account_is_told_that_it_is_one(client: Client, server: SmtpServer) -> None:
    person = UserFactory.create(email="nora@example.com", first_name="Nora")
    person.set_password("the old and right one")
    person.save()

    post(client, "signup", BODY)

    assert link_in(server) == "/account/password/reset/"
    assert server.accepted[0].message["Subject"] == "You have an account already"
    person.refresh_from_db()
    assert person.check_password("the old and right one")


def test_closed_account_gets_no_mail(client: Client, server: SmtpServer) -> None:
    UserFactory.create(email="nora@example.com", is_active=False)

    post(client, "signup", BODY)
    post(client, "password/reset", {"email": "nora@example.com"})
    pump(QUICK)

    assert server.accepted == []
    assert set(Delivery.objects.values_list("status", flat=True)) == {"suppressed"}


@pytest.mark.parametrize("known", [True, False])
def test_reset_does_the_same_whoever_has_the_address(
    client: Client, server: SmtpServer, django_assert_num_queries: Any, *, known: bool
) -> None:
    if known:
        UserFactory.create(email="nora@example.com")

    with django_assert_num_queries(10):
        answer = post(client, "password/reset", {"email": "Nora@example.com"})
    pump(QUICK)

    assert answer.status_code == 202
    assert answer.json() == {"detail": "If this address has an account, we have sent it a mail with a link."}
    assert Delivery.objects.get().status == ("sent" if known else "failed")
    assert len(server.accepted) == known


def test_reset_by_the_mail_that_was_sent(client: Client, server: SmtpServer) -> None:
    nora = UserFactory.create(email="nora@example.com")
    post(client, "password/reset", {"email": "nora@example.com"})
    token = token_of(link_in(server))

    answers = [
        post(client, "password/reset/confirm", {"token": token, "new_password": one}).status_code
        for one in (PASSWORD, "another one of mine")
    ]
    pump(QUICK)

    nora.refresh_from_db()
    assert answers == [204, 400]
    assert nora.check_password(PASSWORD)
    assert server.accepted[-1].message["Subject"] == "Your password was changed"


COLLEAGUE = {"first_name": "Colin", "email": "colin@example.com", "timezone": "UTC", "language": "en", "invite": "on"}


def test_colleague_who_is_invited_chooses_a_password(
    admin_of_staff: Client, client: Client, server: SmtpServer
) -> None:
    added = admin_of_staff.post("/admin/users/user/add/", {**COLLEAGUE, "roles": ["organizer"]})
    token = token_of(link_in(server))
    chosen = post(client, "password/reset/confirm", {"token": token, "new_password": PASSWORD})

    colin = User.objects.get(email="colin@example.com")
    signed_in = client.post("/admin/login/", {"username": colin.email, "password": PASSWORD})
    assert [answer.status_code for answer in (added, chosen, signed_in)] == [302, 204, 302]
    assert server.accepted[0].message["Subject"] == "You have an account: choose a password"
    assert (colin.role_names, colin.is_staff) == (frozenset({"organizer"}), True)


def test_nobody_is_invited_without_an_address_or_by_others(admin_of_staff: Client, agent: User) -> None:
    helper = Client()
    helper.force_login(agent, "users.backends.RoleBackend")

    nowhere = admin_of_staff.post("/admin/users/user/add/", {**COLLEAGUE, "email": ""})
    by_others = helper.post("/admin/users/user/add/", COLLEAGUE)

    assert nowhere.context["adminform"].form.errors == {"email": ["An invitation is a mail: give an e-mail."]}
    assert (by_others.status_code, User.objects.get(email="colin@example.com").role_names) == (302, frozenset())
    assert not AccountMail.objects.exists()


def test_old_address_is_told_of_a_new_one(server: SmtpServer) -> None:
    nora = UserFactory.create(email="old@example.com")
    nora.set_password(PASSWORD)
    nora.save()

    update_user(user=nora, changes={"email": "new@example.com"}, actor=None)
    pump(QUICK)

    assert server.addresses() == ["old@example.com"]
    assert Delivery.objects.get().user is None


def test_changing_ones_email_by_the_mail_that_was_sent(client: Client, server: SmtpServer) -> None:
    nora = UserFactory.create(email="old@example.com")
    nora.set_password(PASSWORD)
    nora.save()
    client.force_login(nora, "users.backends.RoleBackend")
    body = {"email": "New@Example.com", "current_password": PASSWORD}

    client.patch("/api/v1/users/me/", body, "application/json")
    token = token_of(link_in(server))
    told = server.addresses()
    confirmed = post(client, "email/confirm", {"token": token, "current_password": PASSWORD})
    pump(QUICK)

    assert sorted(told) == ["new@example.com", "old@example.com"]
    assert confirmed.json() == {"id": str(nora.pk), "email": "new@example.com"}
    assert post(client, "login", {"email": "new@example.com", "password": PASSWORD}).status_code == 200
    assert server.addresses()[2:] == ["old@example.com"]
    assert token not in str([*AccountMail.objects.values(), *Campaign.objects.values(), *PendingEmail.objects.values()])


def test_wishing_for_an_email_does_the_same_whoever_has_it(client: Client) -> None:
    nora = UserFactory.create(email="old@example.com")
    nora.set_password(PASSWORD)
    nora.save()
    UserFactory.create(email="taken@example.com")
    client.force_login(nora, "users.backends.RoleBackend")

    def wish(email: str) -> tuple[int, str, bool, list[str]]:
        body = {"email": email, "current_password": PASSWORD}
        with CaptureQueriesContext(connection) as asked:
            answer = client.patch("/api/v1/users/me/", body, "application/json")
        mine = answer.json()
        kinds = [query["sql"].split(maxsplit=1)[0] for query in asked.captured_queries]
        return answer.status_code, mine["email"], mine["email_pending"] == email, kinds

    free, taken = wish("free@example.com"), wish("taken@example.com")

    assert free == taken
    assert free[:3] == (200, "old@example.com", True)
    assert AccountMail.objects.count() == 4


def test_nobody_asks_for_other_emails_without_end(client: Client) -> None:
    nora = UserFactory.create(email="old@example.com")
    nora.set_password(PASSWORD)
    nora.save()
    client.force_login(nora, "users.backends.RoleBackend")

    def wish(email: str) -> Any:
        body = {"email": email, "city": email, "current_password": PASSWORD}
        return client.patch("/api/v1/users/me/", body, "application/json")

    answers = [wish(f"new{number}@example.com") for number in range(AT_MOST + 1)]

    nora.refresh_from_db()
    assert [answer.status_code for answer in answers] == [200] * AT_MOST + [429]
    assert int(answers[-1].headers["Retry-After"]) == 3600
    assert (nora.city, nora.pending_email.email) == ("new4@example.com", "new4@example.com")
    assert AccountMail.objects.count() == 2 * AT_MOST


def test_link_that_is_over_before_it_is_sent_is_not_sent(client: Client, server: SmtpServer) -> None:
    post(client, "signup", BODY)
    post(client, "signup", BODY)

    pump(QUICK)

    assert [one.status for one in Delivery.objects.order_by("pk")] == ["failed", "sent"]
    assert len(server.accepted) == 1


def test_suppressed_address_gets_none(client: Client, server: SmtpServer) -> None:
    Suppression.objects.create(address="nora@example.com", reason="hard_bounce")

    post(client, "signup", BODY)
    pump(QUICK)

    assert (Delivery.objects.get().status, server.accepted) == ("suppressed", [])


def test_nobody_is_flooded(client: Client) -> None:
    for _time in range(AT_MOST + 3):
        post(client, "password/reset", {"email": "nora@example.com"})
    post(client, "password/reset", {"email": "other@example.com"})

    assert AccountMail.objects.filter(address="nora@example.com").count() == AT_MOST
    assert AccountMail.objects.filter(address="other@example.com").count() == 1


def test_who_asks_for_one_sort_of_mail_uses_up_no_other(client: Client) -> None:
    for _time in range(AT_MOST + 1):
        post(client, "signup", BODY)
    post(client, "password/reset", {"email": "nora@example.com"})

    kinds = Counter(AccountMail.objects.values_list("kind", flat=True))
    assert kinds == {"confirm_signup": AT_MOST, "password_reset": 1}


def test_sign_up_that_is_not_mailed_replaces_none(client: Client, server: SmtpServer) -> None:
    for _time in range(AT_MOST):
        post(client, "signup", BODY)
    token = token_of(link_in(server))
    beyond = post(client, "signup", {**BODY, "password": "the password of a stranger"})

    confirmed = post(client, "signup/confirm", {"token": token, "password": PASSWORD})

    assert (beyond.status_code, confirmed.status_code) == (201, 200)
    assert User.objects.get().check_password(PASSWORD)


def test_stranger_uses_up_no_mail_of_the_owner(client: Client, server: SmtpServer) -> None:
    for _time in range(AT_MOST + 1):
        post_from("198.51.100.7", "signup", {**BODY, "password": "the password of a stranger"})

    post_from("192.0.2.1", "signup", BODY)
    confirmed = post(client, "signup/confirm", {"token": token_of(link_in(server)), "password": PASSWORD})

    assert confirmed.status_code == 200
    assert User.objects.get().first_name == "Nora"


def test_who_asks_hour_after_hour_has_so_many_a_day() -> None:
    def ask() -> int:
        post_from("198.51.100.7", "password/reset", {"email": "nora@example.com"})
        return AccountMail.objects.count()

    numbers = []
    for hours in (1, 1, 24, 1):
        numbers.append([ask() for _time in range(AT_MOST + 1)][-1])
        AccountMail.objects.update(created_at=F("created_at") - timedelta(hours=hours, seconds=1))

    assert numbers == [AT_MOST, AT_MOST_DAILY, AT_MOST_DAILY, AT_MOST_DAILY + AT_MOST]


def test_many_strangers_flood_nobody_and_keep_nobody_out(client: Client, server: SmtpServer) -> None:
    for number in range(AT_MOST_OF_ALL + 2):
        post_from(f"198.51.100.{number}", "signup", {**BODY, "password": "the password of a stranger", "name": "A B"})
    post_from("192.0.2.1", "signup", BODY)  # the owner, to whom no mail goes any more
    token = token_of(link_in(server))

    stranger = post(client, "signup/confirm", {"token": token, "password": PASSWORD})
    owner = post(client, "signup/confirm", {"token": token, "new_password": PASSWORD})

    assert AccountMail.objects.count() == AT_MOST_OF_ALL
    assert (stranger.status_code, owner.status_code) == (400, 200)
    nora = User.objects.get()
    assert (nora.first_name, nora.last_name, nora.company) == ("", "", "")
    assert nora.check_password(PASSWORD)


def test_who_asks_for_the_address_of_another_does_not_keep_it_from_them(client: Client) -> None:
    people = [UserFactory.create(email=f"{name}@example.com") for name in ("stranger", "nora")]
    for person in people:
        person.set_password(PASSWORD)
        person.save()

    def wish(person: User) -> int:
        client.force_login(person, "users.backends.RoleBackend")
        body = {"email": "new@example.com", "current_password": PASSWORD}
        return int(client.patch("/api/v1/users/me/", body, "application/json").status_code)

    assert [wish(people[0]) for _time in range(AT_MOST + 1)] == [200] * AT_MOST + [429]
    assert wish(people[1]) == 200


def test_who_asked_is_not_written_down() -> None:
    post_from("198.51.100.7", "signup", BODY)
    post_from("198.51.100.8", "signup", BODY)

    first, second = AccountMail.objects.order_by("created_at").values_list("asker", flat=True)
    assert (len(first), len(second), first == second) == (64, 64, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["signup", "password/reset"])
def test_nobody_is_flooded_by_many_calls_at_once(path: str) -> None:
    together = threading.Barrier(AT_MOST * 3)
    body = BODY if path == "signup" else {"email": "nora@example.com"}

    def ask() -> int:
        together.wait()
        try:
            status: int = post(Client(), path, body).status_code
            return status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_MOST * 3) as pool:
        statuses = {one.result() for one in [pool.submit(ask) for _time in range(AT_MOST * 3)]}

    assert statuses == {201 if path == "signup" else 202}
    assert AccountMail.objects.count() == AT_MOST
