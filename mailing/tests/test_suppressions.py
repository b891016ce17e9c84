"""Suppressed addresses: added, listed, let go, imported, and written down."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from mailing.models import Suppression, SuppressionChange
from mailing.suppressions import lift, suppress
from mailing.tests.factories import campaign_to, counts, people
from users.models import User

pytestmark = pytest.mark.django_db
API = "/api/v1/suppressions/"


def history() -> list[tuple[str, ...]]:
    """Return the changes: address, step, reason and the first name of who made it."""
    rows = SuppressionChange.objects.order_by("pk").select_related("by")
    return [(row.address, row.step, row.reason, row.by.first_name if row.by else "") for row in rows]


def test_address_is_added_and_what_is_queued_for_it_withdrawn(client_of_staff: APIClient, staff: User) -> None:
    person, other = people(2)
    campaign = campaign_to([person, other])

    answer = client_of_staff.post(API, {"address": str(person.email).upper(), "reason": "complaint", "detail": "spam"})

    assert answer.status_code == 201
    body = answer.json()
    assert (body["address"], body["reason"], body["detail"]) == (person.email, "complaint", "spam")
    assert client_of_staff.get(answer["Location"]).json() == body
    assert counts(campaign) == {"queued": 1, "suppressed": 1}
    assert history() == [(person.email, "added", "complaint", staff.first_name)]


def test_adding_again_changes_nothing(client_of_staff: APIClient) -> None:
    first = client_of_staff.post(API, {"address": "ada@example.com", "reason": "hard_bounce"})
    again = client_of_staff.post(API, {"address": "Ada@example.com", "reason": "complaint"})

    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert len(history()) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/address"),
        ({"address": "nobody"}, "/address"),
        ({"address": f"{'a' * 250}@example.com"}, "/address"),
        ({"address": ["a@example.com"]}, "/address"),
        ({"address": "ada@example.com", "reason": "whim"}, "/reason"),
        ({"address": "ada@example.com", "detail": "x" * 1001}, "/detail"),
        ({"address": "ada@example.com", "because": "x"}, "/because"),
    ],
)
def test_bad_body_is_refused_by_name(client_of_staff: APIClient, body: dict[str, Any], pointer: str) -> None:
    answer = client_of_staff.post(API, body)

    assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (400, [pointer])
    assert Suppression.objects.count() == 0


def test_list_is_filtered(client_of_staff: APIClient) -> None:
    for address, reason in (("a@example.com", "manual"), ("b@example.com", "complaint"), ("c@example.com", "manual")):
        suppress(address=address, reason=reason)

    def found(query: str) -> list[str]:
        return [row["address"] for row in client_of_staff.get(f"{API}?{query}").json()["results"]]

    assert found("reason=manual") == ["a@example.com", "c@example.com"]
    assert found("address=B@example.com") == ["b@example.com"]
    assert found("reason=manual&reason=complaint&ordering=-id&limit=1") == ["c@example.com"]


def test_removal_lets_mail_flow_again_and_is_written_down(client_of_staff: APIClient, staff: User) -> None:
    person = people(1)[0]
    suppress(address=str(person.email), reason="hard_bounce", detail="550 unknown")
    key = Suppression.objects.get().pk

    codes = [client_of_staff.delete(f"{API}{key}/").status_code for _time in range(2)]

    assert codes == [204, 404]
    assert counts(campaign_to([person])) == {"queued": 1}
    assert history() == [
        (person.email, "added", "hard_bounce", ""),
        (person.email, "removed", "hard_bounce", staff.first_name),
    ]


def test_lifting_twice_is_told_once() -> None:
    suppress(address="a@example.com", reason="manual")
    held = Suppression.objects.get()

    assert [lift(suppression=held, actor=None) for _time in range(2)] == [True, False]
    assert len(history()) == 2


def test_admin_adds_and_removes_through_the_services(staff: User) -> None:
    browser = Client()
    browser.force_login(staff)

    browser.post(reverse("admin:mailing_suppression_add"), {"address": "Ada@example.com", "detail": "asked by phone"})
    key = Suppression.objects.get(address="ada@example.com").pk
    browser.post(reverse("admin:mailing_suppression_delete", args=[key]), {"post": "yes"})

    assert history() == [("ada@example.com", step, "manual", staff.first_name) for step in ("added", "removed")]
    page = browser.get(reverse("admin:mailing_suppressionchange_changelist")).content.decode()
    assert page.count("ada@example.com") >= 2


def imported(path: Path, text: str, *options: str) -> int:
    """Import ``text`` as a file, and return the exit status."""
    path.write_text(text, "utf-8")
    try:
        call_command("import_suppressions", str(path), *options)
    except CommandError as error:
        return error.returncode
    return 0


def test_file_is_imported_with_its_reasons(tmp_path: Path) -> None:
    person = people(1)[0]
    campaign = campaign_to([person])
    lines = [
        "address,reason,detail",
        "a@example.com,bounce,550",
        "B@Example.com,Spam complaint,",
        "c@example.com,,",
        "d@example.com,blocked by hand,2019",
        f"{person.email},hard_bounce,",
        "a@example.com,complaint,",
    ]

    assert imported(tmp_path / "list.csv", "\n".join(lines)) == 0

    assert list(Suppression.objects.order_by("address").values_list("address", "reason", "detail")[:4]) == [
        ("a@example.com", "hard_bounce", "550"),
        ("b@example.com", "complaint", ""),
        ("c@example.com", "imported", ""),
        ("d@example.com", "imported", "blocked by hand: 2019"),
    ]
    assert counts(campaign) == {"suppressed": 1}


def test_rows_in_error_are_listed_and_the_others_go_in(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"

    assert imported(path, "address,reason\nnobody,\na@example.com,\nb@example.com,unsubscribed\n") == 1

    errors = (tmp_path / "list.csv.errors.csv").read_text("utf-8").splitlines()
    assert len(errors) == 3
    assert list(Suppression.objects.values_list("address", flat=True)) == ["a@example.com"]


@pytest.mark.parametrize(
    "word", ["Unsubscribed", "unsub", "opt_out", "Opt out", "opt-out", "OptOut", "opted_out", " OPTED\u00a0OUT "]
)
def test_who_unsubscribed_is_not_suppressed_however_it_is_written(tmp_path: Path, word: str) -> None:
    assert imported(tmp_path / "list.csv", f"address,reason\na@example.com,{word}\n") == 1

    assert not Suppression.objects.exists()


@pytest.mark.parametrize("word", ["hard_bounce", "Hard Bounce", "hard-bounced", "HardBounce"])
def test_reason_is_known_however_it_is_written(tmp_path: Path, word: str) -> None:
    assert imported(tmp_path / "list.csv", f"address,reason\na@example.com,{word}\n") == 0

    assert [*Suppression.objects.values_list("reason", "detail")] == [("hard_bounce", "")]


def test_import_again_stores_nothing_and_a_dry_run_neither(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"

    assert imported(path, "address\na@example.com\n", "--dry-run") == 0
    assert Suppression.objects.count() == 0
    assert [imported(path, "address\na@example.com\n") for _time in range(2)] == [0, 0]
    assert len(history()) == 1


def test_file_without_addresses_is_of_no_use(tmp_path: Path) -> None:
    assert imported(tmp_path / "list.csv", "email\na@example.com\n") == 2
