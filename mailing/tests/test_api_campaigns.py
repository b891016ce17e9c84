"""Following and steering campaigns and their deliveries over REST."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from mailing.api.campaigns import ExcludedSerializer
from mailing.models import Campaign, Delivery
from mailing.pump import pump
from mailing.services import pause_campaign
from mailing.tests.api_calls import CAMPAIGNS, NOTHING, SEND, faults
from mailing.tests.factories import QUICK, campaign_to, people
from mailing.tests.smtp_server import Fate, SmtpServer
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [1, 3])
def test_campaigns_are_listed_with_counts_in_as_many_queries(
    client_of_staff: APIClient, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    recipients = people(2)
    for _campaign in range(number):
        campaign_to(recipients)

    with django_assert_num_queries(2):
        rows = client_of_staff.get(CAMPAIGNS).json()["results"]

    assert [row["counts"]["queued"] for row in rows] == [2] * number
    assert [row["id"] for row in rows] == [
        str(pk) for pk in Campaign.objects.order_by("-pk").values_list("pk", flat=True)
    ]


def test_list_leaves_out_what_only_the_campaign_itself_shows(client_of_staff: APIClient) -> None:
    campaign = campaign_to(people(1))

    (row,) = client_of_staff.get(CAMPAIGNS).json()["results"]
    shown = client_of_staff.get(f"{CAMPAIGNS}{campaign.pk}/").json()

    assert {name: shown[name] for name in shown.keys() - row.keys()} == {"text": campaign.text, "html": ""}
    assert row.items() <= shown.items()


def test_campaigns_are_filtered(client_of_staff: APIClient, staff: User) -> None:
    paused, _sending = (campaign_to(people(1)) for _number in range(2))
    pause_campaign(campaign=paused)

    rows = client_of_staff.get(CAMPAIGNS, {"status": "paused"}).json()["results"]

    assert [row["id"] for row in rows] == [str(paused.pk)]
    assert client_of_staff.get(CAMPAIGNS, {"created_by": str(staff.pk)}).json()["results"] == []


def test_campaign_is_shown_whole(client_of_staff: APIClient) -> None:
    campaign = campaign_to(people(1))

    shown = client_of_staff.get(f"{CAMPAIGNS}{campaign.pk}/").json()

    times = [shown.pop(name) for name in ("created_at", "updated_at", "started_at")]
    assert [datetime.fromisoformat(time) for time in times] == [
        campaign.created_at,
        campaign.updated_at,
        campaign.started_at,
    ]
    assert shown == {
        "id": str(campaign.pk),
        "subject": "Hello {{ first_name }}",
        "text": "Dear {{ full_name }}, come along.",
        "html": "",
        "template": "",
        "lane": "campaign",
        "category": None,
        "event_id": None,
        "status": "sending",
        "scheduled_at": None,
        "created_by": None,
        "finished_at": None,
        "trouble": "",
        "counts": {**NOTHING, "queued": 1, "frozen": 1},
    }


def test_campaign_is_paused_resumed_and_cancelled(client_of_staff: APIClient) -> None:
    path = f"{CAMPAIGNS}{campaign_to(people(1)).pk}/"

    verbs = [client_of_staff.post(f"{path}{verb}/").json()["status"] for verb in ("pause", "resume", "cancel")]
    refused = client_of_staff.post(f"{path}resume/")

    assert verbs == ["paused", "sending", "cancelled"]
    assert (refused.status_code, refused.json()["title"]) == (409, "Conflict")


def test_doubt_is_settled(client_of_staff: APIClient, server: SmtpServer) -> None:
    path = f"{CAMPAIGNS}{campaign_to(people(1)).pk}/settle/"
    server.script("BODY", Fate.RESET)
    pump(QUICK)

    refused = client_of_staff.post(path, {"outcome": "perhaps"})
    settled = client_of_staff.post(path, {"outcome": "sent"})

    assert faults(refused)[0][0] == "/outcome"
    assert settled.json()["counts"] == {**NOTHING, "sent": 1, "frozen": 1}


@pytest.mark.parametrize("below", ["", "excluded/", "pause/"])
def test_campaign_that_is_none_is_not_found(client_of_staff: APIClient, below: str) -> None:
    for name in ("01a1fda5-d523-736d-b836-53f8295d7e94", "none"):
        path = f"{CAMPAIGNS}{name}/{below}"

        response = client_of_staff.post(path) if below == "pause/" else client_of_staff.get(path)

        assert response.status_code == 404


def test_who_was_left_out_is_listed_by_reason(client_of_staff: APIClient) -> None:
    ids = [*(f"crm-{number}" for number in range(3)), str(UserFactory.create(email=None).pk)]
    campaign = client_of_staff.post(SEND, {"user_ids": ids}).json()["campaign"]["id"]
    path = f"{CAMPAIGNS}{campaign}/excluded/"

    first = client_of_staff.get(path, {"reason": "unknown", "limit": "2"}).json()
    second = client_of_staff.get(first["next"]).json()

    assert [row["user_id"] for row in first["results"] + second["results"]] == ["crm-0", "crm-1", "crm-2"]
    assert len(client_of_staff.get(path).json()["results"]) == 4


def test_deliveries_of_a_campaign_are_listed_in_pages(client_of_staff: APIClient) -> None:
    campaign, _other = campaign_to(people(3)), campaign_to(people(1))
    path = "/api/v1/deliveries/"

    first = client_of_staff.get(path, {"campaign": str(campaign.pk), "limit": "2"}).json()
    second = client_of_staff.get(first["next"]).json()

    found = first["results"] + second["results"]
    assert [row["id"] for row in found] == list(campaign.deliveries.order_by("pk").values_list("pk", flat=True))
    assert client_of_staff.get(path, {"status": "sent"}).json()["results"] == []
    assert client_of_staff.get(f"{path}{found[0]['id']}/").json() == found[0]


def test_deliveries_in_doubt_of_all_campaigns_are_found_by_their_index(client_of_staff: APIClient) -> None:
    campaign_to(people(500))
    Delivery.objects.update(status="sent", sent_at=clock.now())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client_of_staff.get("/api/v1/deliveries/", {"status": "in_doubt"})
    (listing,) = [query["sql"] for query in queries if "'in_doubt'" in query["sql"]]

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mailing_delivery")
        cursor.execute("EXPLAIN " + listing)
        plan = str(cursor.fetchall())

    assert "mailing_delivery_unusual" in plan


def test_delivery_shows_what_became_of_it(client_of_staff: APIClient, server: SmtpServer) -> None:
    (person,) = people(1)
    server.refused_addresses[str(person.email)] = "550 5.1.1 no such user"
    campaign = campaign_to([person])
    pump(QUICK)

    (row,) = client_of_staff.get("/api/v1/deliveries/", {"user": str(person.pk)}).json()["results"]

    delivery = Delivery.objects.get()
    assert datetime.fromisoformat(row.pop("next_attempt_at")) == delivery.next_attempt_at
    assert row == {
        "id": delivery.pk,
        "campaign_id": str(campaign.pk),
        "user_id": str(person.pk),
        "address": person.email,
        "status": "failed",
        "attempts": 1,
        "message_id": delivery.message_id,
        "error": "550 5.1.1 no such user",
        "sent_at": None,
    }


def test_people_who_were_mailed_cannot_be_deleted(client_of_staff: APIClient) -> None:
    (person,) = people(1)
    campaign_to([person])

    response = client_of_staff.delete(f"/api/v1/users/{person.pk}/")

    assert response.status_code == 409
    assert "deliveries" in response.json()["detail"]


def test_choice_that_is_only_read_says_that_it_may_be_empty() -> None:
    fields: Any = ExcludedSerializer().fields

    assert (fields["detail"].allow_blank, fields["reason"].allow_blank) == (True, False)
