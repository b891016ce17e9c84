"""send_email, campaign_status and check_deliveries at the command line."""

import csv
import io
import json
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.utils import timezone as clock
from pytest_django import DjangoAssertNumQueries

from api.exceptions import Conflict
from mailing.management.commands import send_email
from mailing.models import Campaign, CampaignExclusion, Delivery
from mailing.pump import pump
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.smtp_server import SmtpServer
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def run(*words: str, **options: Any) -> str:
    """Run a command and return what it says."""
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def refusal(*words: str) -> tuple[int, str]:
    """Run a command that fails; return its exit status and what it says."""
    with pytest.raises(CommandError) as error:
        run(*words)
    return error.value.returncode, str(error.value)


def test_filter_is_mailed_the_template() -> None:
    UserFactory.create(company="Acme")
    UserFactory.create(company="Acme", email=None)

    said = run("send_email", "--template", "newsletter", "--filter", '{"company": "Acme"}')

    campaign = Campaign.objects.get()
    assert said.splitlines() == [
        f"Campaign {campaign.pk} is sending: frozen 1 = queued 1",
        "Left out: no_address 1",
    ]
    assert (campaign.template, campaign.created_by) == ("newsletter", None)


def test_people_are_mailed_words_of_ones_own() -> None:
    first, second = people(2)

    run("send_email", "--subject", "Hi", "--body", "There", "--user", str(first.pk), "--user", str(second.pk))

    campaign = Campaign.objects.get()
    assert (campaign.subject, campaign.text, counts(campaign)) == ("Hi", "There", {"queued": 2})


def test_dry_run_stores_nothing() -> None:
    people(2)
    UserFactory.create(email=None)

    said = run("send_email", "--subject", "Hi", "--body", "There", "--filter", '{"everybody": true}', "--dry-run")

    assert said.splitlines() == ["Dry run, nothing stored: “Hi” would go to 2 people.", "Left out: no_address 1"]


def test_dry_run_reads_as_a_mail_does() -> None:
    people(1)

    said = run("send_email", "--template", "newsletter", "--filter", '{"everybody": true}', "--dry-run")

    assert said.startswith("Dry run, nothing stored: “‹first name›, here is what is coming up” would go to 1 person.")
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("further", [[], ["--dry-run"]])
def test_id_of_nobody_mails_nobody(further: list[str]) -> None:
    (person,) = people(1)

    assert refusal("send_email", "--user", "crm-0", "--user", str(person.pk), *further) == (
        2,
        "--user: nobody's id: crm-0. Nobody was mailed.",
    )
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("given", ['{"role": ', '{"compani": 1}', "{}"])
def test_filter_at_fault_is_named(given: str) -> None:
    status, said = refusal("send_email", "--filter", given)

    assert (status, said[:10]) == (2, "--filter: ")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--filter", "{"], "line 1 column 2"),
        (["--filter", "[]"], "Give an object of filters."),
        (["--filter", "{}"], 'To mail everybody, give {"everybody": true} as the whole filter.'),
        (["--filter", '{"compani": 1}'], "Did you mean “company”?"),
        (
            ["--filter", "{}", "--template", "nope"],
            "Known: event-reminder, invitation, newsletter, thank-you, welcome.",
        ),
        (["--filter", "{}", "--subject", "Hi"], "Give --template, or --subject and --body."),
        (["--filter", "{}", "--subject", "Hi", "--body", "x", "--template", "welcome"], "Give --template, or"),
        (["--filter", "{}", "--subject", "Hi", "--body", "{{ x }}"], "Unknown placeholder: x."),
        (["--filter", "{}", "--user", "1"], "not allowed with"),
        ([], "one of the arguments --filter --segment --user is required"),
    ],
)
def test_bad_arguments_are_refused(words: list[str], complaint: str) -> None:
    _status, said = refusal("send_email", *words)

    assert complaint in said
    assert not Campaign.objects.exists()


def test_id_that_the_database_cannot_hold_is_nobodys() -> None:
    assert refusal("send_email", "--user", "x" * 300)[0] == 2
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("error", [Conflict("Not now."), OperationalError("Not now.\nIs the server running?")])
def test_what_stands_in_the_way_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The database goes away, or something is in a state that forbids it, between reading and writing."""

    def fail(**_options: Any) -> None:
        raise error

    monkeypatch.setattr(send_email, "create_campaign", fail)

    assert refusal("send_email", "--user", str(people(1)[0].pk)) == (2, "Not now.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refused", [False, True])
def test_wait_shows_the_campaign_go(server: SmtpServer, refused: bool) -> None:  # noqa: FBT001  # a parameter of the test
    (person,) = people(1)
    if refused:
        server.refused_addresses[str(person.email)] = "554 no"

    def work() -> None:
        while not Campaign.objects.filter(finished_at__isnull=False).exists():
            pump(QUICK)
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    words = ["send_email", "--user", str(person.pk), "--wait"]
    if refused:
        assert refusal(*words) == (1, "Not all was sent: frozen 1 = failed 1")
    else:
        assert run(*words).splitlines()[-1].endswith("is sent: frozen 1 = sent 1")
    worker.join()


def test_status_lists_the_ledger_as_json() -> None:
    older, newer = campaign_to(people(1)), campaign_to(people(2), subject="News")

    rows = json.loads(run("campaign_status", "--format", "json"))

    assert [row["id"] for row in rows] == [str(newer.pk), str(older.pk)]
    states = ["queued", "claimed", "sending", "sent", "failed", "suppressed", "in_doubt", "cancelled", "frozen"]
    assert rows[0] == {
        "id": str(newer.pk),
        "subject": "News",
        "event": "",
        "status": "sending",
        **dict.fromkeys(states, 0),
        "queued": 2,
        "frozen": 2,
        "trouble": "",
    }


def test_status_of_one_campaign_is_shown_alone() -> None:
    campaign, _other = campaign_to(people(1), subject="One"), campaign_to(people(1))

    said = run("campaign_status", str(campaign.pk))

    assert said.split() == [str(campaign.pk), "sending", "One", "queued", "1,", "frozen", "1"]


def test_status_as_csv_holds_no_formula() -> None:
    campaign_to(people(1), subject="=1+1")

    (row,) = csv.DictReader(io.StringIO(run("campaign_status", "--format", "csv")))

    assert (row["subject"], row["queued"]) == ("'=1+1", "1")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_status_of_any_number_takes_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries, number: int, form: str
) -> None:
    for _campaign in range(number):
        campaign_to(people(1))

    with django_assert_num_queries(2):
        run("campaign_status", "--format", form)


def test_status_without_campaigns_says_so() -> None:
    assert run("campaign_status") == "There are no campaigns yet.\n"


def test_status_of_no_campaign_is_refused() -> None:
    assert refusal("campaign_status", str(uuid4()))[0] == 2


def test_status_is_watched_until_all_is_sent(server: SmtpServer) -> None:
    campaign = campaign_to(people(1))
    pump(QUICK)

    assert "sent 1" in run("campaign_status", str(campaign.pk), "--watch")


def test_sound_ledger_is_said_to_be_sound(server: SmtpServer) -> None:
    campaign_to(people(3))
    pump(QUICK)

    assert run("check_deliveries") == "Every delivery is accounted for.\n"


def test_everything_that_cannot_be_is_found(server: SmtpServer) -> None:
    campaign = campaign_to(people(3))
    pump(QUICK)
    first, second, third = campaign.deliveries.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(message_id="")
    Delivery.objects.filter(pk=second.pk).update(
        status="claimed", sent_at=None, token=uuid4(), lease_until=clock.now() - timedelta(hours=1)
    )
    CampaignExclusion.objects.create(campaign=campaign, user=first.user, reason="suppressed")
    third.delete()
    open_ended = campaign_to(people(1))
    Campaign.objects.filter(pk=open_ended.pk).update(status="sent")

    out = io.StringIO()
    with pytest.raises(CommandError, match="7 faults") as error:
        call_command("check_deliveries", stdout=out)

    assert error.value.returncode == 1
    lines = [line.removeprefix(f"Campaign {campaign.pk} ") for line in out.getvalue().splitlines()]
    assert [line.split(" since ")[0] for line in lines] == [
        "has 2 deliveries, but froze into 3.",
        "is sent and finished, but 1 of its deliveries are not.",
        'keeps the counts {"sent": 3}, but {"sent": 1, "claimed": 1} are counted.',
        f"Campaign {open_ended.pk} has status sent, but finished at None.",
        "mailed 1 people whom it left out as suppressed.",
        "has 1 deliveries that were handed over without a Message-ID.",
        "has 1 deliveries whose worker is gone",
    ]
