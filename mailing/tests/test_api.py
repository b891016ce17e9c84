"""Sending mail over REST: to whom, what, and what is refused."""

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.utils import timezone as clock
from rest_framework.test import APIClient

from events.tests.factories import EventFactory
from mailing.api.sending import SendEmailSerializer
from mailing.models import Campaign, CampaignExclusion, Delivery
from mailing.rendering import PLACEHOLDERS
from mailing.tests.api_calls import NOTHING, SEND, faults
from mailing.tests.factories import people
from relations.models import Role, Status
from relations.tests.factories import attend, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SOON = 5  # seconds, on a busy machine


def test_people_are_sent_the_predefined_mail(client_of_staff: APIClient) -> None:
    recipients = people(2)

    response = client_of_staff.post(SEND, {"user_ids": [str(one.pk) for one in recipients]})

    campaign = Campaign.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "campaign": {"id": str(campaign.pk), "status": "sending", "counts": {**NOTHING, "queued": 2, "frozen": 2}},
        "excluded": [],
    }
    assert (campaign.template, campaign.created_by) == ("welcome", User.objects.get(email="sam@example.com"))


@pytest.mark.parametrize(
    ("name", "most"), [("user_ids", 5_000), ("emails", 5_000), ("roles", len(Role)), ("statuses", len(Status))]
)
def test_list_that_would_take_long_is_refused_at_once(client_of_staff: APIClient, name: str, most: int) -> None:
    begun = monotonic()

    refused = client_of_staff.post(SEND, {name: ["x" * 20] * 100_000})

    assert faults(refused) == [(f"/{name}", f"Name at most {most} here. To mail more people, give a filter.")]
    assert monotonic() - begun < SOON


@pytest.mark.parametrize("name", ["user_ids", "emails"])
def test_thousands_of_unknown_people_are_left_out_in_their_order(client_of_staff: APIClient, name: str) -> None:
    given = [f"nobody-{number}@example.com" for number in range(5_000, 0, -1)]
    begun = monotonic()

    answer = client_of_staff.post(SEND, {name: given})

    assert answer.status_code == 202
    assert monotonic() - begun < SOON
    rows = CampaignExclusion.objects.order_by("pk").values_list("given", "email", "reason")
    assert list(rows) == [(one, one if name == "emails" else "", "unknown") for one in given]


def test_who_is_left_out_is_answered(client_of_staff: APIClient) -> None:
    addressless = UserFactory.create(email=None)

    response = client_of_staff.post(SEND, {"user_ids": [str(addressless.pk), "crm-0"]})

    assert sorted(response.json()["excluded"], key=str) == sorted(
        [
            {"user_id": str(addressless.pk), "email": "", "reason": "no_address", "detail": ""},
            {"user_id": "crm-0", "email": "", "reason": "unknown", "detail": ""},
        ],
        key=str,
    )


def test_address_of_nobody_is_left_out_as_unknown(client_of_staff: APIClient) -> None:
    (person,) = people(1)

    response = client_of_staff.post(
        "/api/v1/emails/send-emails",
        {"emails": [person.email, "nobody@example.com"], "subject": "Hi", "body": "Dear {{ first_name }}"},
    )

    assert response.json()["campaign"]["counts"]["queued"] == 1
    unknown = {"user_id": None, "email": "nobody@example.com", "reason": "unknown", "detail": ""}
    assert response.json()["excluded"] == [unknown]


def test_filter_chooses_whom(client_of_staff: APIClient) -> None:
    UserFactory.create(company="Acme", email="a@example.com")
    UserFactory.create(company="Other")

    client_of_staff.post(SEND, {"filter": {"company": "acme"}, "template": "newsletter"})

    assert list(Delivery.objects.values_list("address", flat=True)) == ["a@example.com"]


def test_example_of_the_description_is_taken(client_of_staff: APIClient) -> None:
    assert client_of_staff.post(SEND, SendEmailSerializer.Meta.example).status_code == 202


def test_people_of_an_event_are_chosen_by_role_and_status(client_of_staff: APIClient) -> None:
    event = EventFactory.create(external_id="pycon")
    speaker, listener, _stranger = people(3)
    host(speaker, event)
    attend(listener, event)

    client_of_staff.post(SEND, {"event": "pycon", "roles": ["attendee"], "statuses": ["confirmed"]})
    client_of_staff.post(SEND, {"event": str(event.pk)})

    by_role, by_event = Campaign.objects.filter(registration_mail=None).order_by("pk")
    assert list(by_role.deliveries.values_list("address", flat=True)) == [listener.email]
    assert set(by_event.deliveries.values_list("address", flat=True)) == {speaker.email, listener.email}


def test_mail_for_later_is_scheduled(client_of_staff: APIClient) -> None:
    (person,) = people(1)
    later = (clock.now() + timedelta(days=1)).isoformat()

    response = client_of_staff.post(SEND, {"user_ids": [str(person.pk)], "scheduled_at": later})

    assert response.json()["campaign"]["status"] == "scheduled"


def test_large_audience_is_answered_before_it_is_frozen(client_of_staff: APIClient) -> None:
    people(1001)

    response = client_of_staff.post(SEND, {"filter": {"everybody": True}})

    assert response.json()["campaign"]["status"] == "freezing"
    assert response.json()["campaign"]["counts"] == NOTHING


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("", "Say to whom by exactly one of user_ids, emails, filter, segment, event; you gave none of them.")),
        (
            {"user_ids": ["1"], "emails": ["a@example.com"]},
            ("", "Say to whom by exactly one of user_ids, emails, filter, segment, event; you gave user_ids, emails."),
        ),
        ({"user_ids": []}, ("/user_ids", "This list may not be empty.")),
        ({"user_ids": "1"}, ("/user_ids", 'Expected a list of items but got type "str".')),
        ({"user_ids": [{}]}, ("/user_ids/0", "Not a valid string.")),
        ({"emails": ["a@example.com"], "subject": "Hi"}, ("/body", "Subject and body go together.")),
        (
            {"emails": ["a@example.com"], "subject": "Hi", "body": "x", "template": "welcome"},
            ("/template", "Give a template, or subject and body."),
        ),
        (
            {"emails": ["a@example.com"], "template": "../welcome"},
            (
                "/template",
                "There is no template of this name. Known: event-reminder, invitation, newsletter, thank-you, welcome.",
            ),
        ),
        ({"emails": ["a@example.com"], "roles": ["host"]}, ("/roles", "This goes with “event” only.")),
        ({"filter": []}, ("/filter", "Give an object of filters.")),
        ({"event": "x", "roles": ["boss"]}, ("/roles/0", "“boss” is not known here. Possible: attendee, host, owner.")),
        (
            {"emails": ["a@example.com"], "subject": "Hi", "body": "{{ name }}"},
            ("/body", f"Unknown placeholder: name. Known: {', '.join(PLACEHOLDERS)}."),
        ),
        (
            {"emails": ["a@example.com"], "subject": "{{ first_name|truncate(2) }}", "body": "x"},
            ("/subject", "expected length >= 3, got 2"),
        ),
        (
            {"event": "nonexistent"},
            ("/event", "No such event: “nonexistent”. Name one that you can see, or leave this key out."),
        ),
        (
            {"emails": ["a@example.com"], "scheduled_at": "soon"},
            ("/scheduled_at", "Give an ISO 8601 time, such as 2026-03-01T18:30:00+01:00, or a date."),
        ),
    ],
)
def test_body_that_says_too_little_or_too_much_is_refused(
    client_of_staff: APIClient, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert faults(client_of_staff.post(SEND, body)) == [expected]
    assert not Campaign.objects.exists()


def test_unknown_field_is_refused(client_of_staff: APIClient) -> None:
    ((place, detail),) = faults(client_of_staff.post(SEND, {"userids": ["1"]}))

    assert place == "/userids"
    assert "Did you mean “user_ids”?" in detail


def test_filter_that_is_wrong_is_refused_where_it_stands(client_of_staff: APIClient) -> None:
    ((place, _detail),) = faults(client_of_staff.post(SEND, {"filter": {"or": [{"compani": "Acme"}]}}))

    assert place == "/filter/or/0/compani"


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ({}, "/filter"),
        ({"not": {}}, "/filter/not"),
        ({"city": "Oslo", "and": [{}]}, "/filter/and/0"),
        ({"or": [{"city": "Oslo"}, {"not": {"or": [{}]}}]}, "/filter/or/1/not/or/0"),
    ],
)
def test_filter_that_finds_everybody_by_a_slip_is_refused(
    client_of_staff: APIClient, tree: dict[str, Any], place: str
) -> None:
    people(1)

    said = 'An empty filter finds everybody. To mail everybody, give {"everybody": true} as the whole filter.'
    assert faults(client_of_staff.post(SEND, {"filter": tree})) == [(place, said)]
    assert not Campaign.objects.exists()


def test_everybody_is_a_whole_filter(client_of_staff: APIClient) -> None:
    for tree in ({"everybody": False}, {"everybody": True, "city": "Oslo"}, {"or": [{"everybody": True}]}):
        assert "“everybody” is not known here" in faults(client_of_staff.post(SEND, {"filter": tree}))[0][1]


@pytest.mark.parametrize("path", [SEND, "/api/v1/emails/send-emails/"])
def test_mail_is_sent_by_staff_alone(path: str, outsider: User) -> None:
    client = APIClient()
    assert client.post(path, {"user_ids": ["1"]}).status_code == 401

    client.force_authenticate(outsider)
    assert client.post(path, {"user_ids": ["1"]}).status_code == 403
