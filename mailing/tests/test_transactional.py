"""One mail to one person over REST, with files: what is sent, to whom, and what is refused."""

from base64 import b64encode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone as clock
from rest_framework.test import APIClient

from mailing.models import Attachment, Campaign, Delivery, OptOutSource
from mailing.preferences import Door, Topic, opt_out
from mailing.pump import pump
from mailing.suppressions import suppress
from mailing.tasks import forget_attachments
from mailing.tests.api_calls import faults
from mailing.tests.factories import QUICK, campaign_to, people
from mailing.tests.smtp_server import SmtpServer
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CALL = "/api/v1/emails/transactional/"
PDF = bytes(range(256)) * 8
GREETING = {"subject": "Your invoice, {{ first_name }}", "body": "Dear {{ first_name }},\n\nit is enclosed."}


@pytest.fixture
def ada() -> User:
    """Return somebody who is written to."""
    return UserFactory.create(first_name="Ada", email="ada@example.com")


def attached(name: str, content: bytes, **said: str) -> dict[str, str]:
    return {"name": name, "content": b64encode(content).decode(), **said}


def test_mail_goes_to_one_person_with_its_files(client_of_staff: APIClient, ada: User, server: SmtpServer) -> None:
    files = [
        attached("invoice.pdf", PDF),
        attached("Grüße aus dem Café.txt", "Schön.\r\n".encode("latin-1"), content_type="Text/Plain"),
        attached("no ending", b"?"),
    ]

    answer = client_of_staff.post(CALL, {"user_id": str(ada.pk), **GREETING, "attachments": files})
    pump(QUICK)

    delivery = Delivery.objects.get()
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (202, delivery.pk, "queued")
    assert client_of_staff.get(f"/api/v1/deliveries/{delivery.pk}/").json()["status"] == "sent"
    (sent,) = server.accepted
    message: Any = sent.message
    assert (message["To"], message["Subject"], message["Auto-Submitted"]) == (
        "ada@example.com",
        "Your invoice, Ada",
        "auto-generated",
    )
    assert "it is enclosed." in message.get_body(("plain",)).get_content()
    parts = [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.iter_attachments()
    ]
    assert parts == [
        ("invoice.pdf", "application/pdf", PDF),
        ("Grüße aus dem Café.txt", "text/plain", "Schön.\r\n".encode("latin-1")),
        ("no ending", "application/octet-stream", b"?"),
    ]
    assert message.defects == []


def test_template_is_sent_to_an_address(client_of_staff: APIClient, ada: User, server: SmtpServer) -> None:
    answer = client_of_staff.post(CALL, {"email": " ADA@example.com", "template": "welcome"})
    pump(QUICK)

    assert (answer.status_code, answer.json()["user_id"]) == (202, str(ada.pk))
    assert b"Welcome, Ada" in server.accepted[0].raw


def test_it_overtakes_a_campaign_and_reaches_who_does_without_mail_to_many(
    client_of_staff: APIClient, ada: User, server: SmtpServer
) -> None:
    opt_out(user=ada, topic=Topic(), door=Door(OptOutSource.ADMIN))
    campaign_to(people(3))

    client_of_staff.post(CALL, {"user_id": str(ada.pk), **GREETING})
    pump(QUICK)

    assert server.addresses()[0] == "ada@example.com"
    assert len(server.addresses()) == 4


def test_it_is_sent_once_however_often_it_is_asked_for(client_of_staff: APIClient, ada: User) -> None:
    body, key = {"user_id": str(ada.pk), **GREETING, "attachments": [attached("a.txt", b"a")]}, str(uuid4())

    answers = [client_of_staff.post(CALL, body, headers={"Idempotency-Key": key}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert (Delivery.objects.count(), Attachment.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"email": None}, "no_address"),
        ({"is_active": False}, "inactive"),
        ({"email": "gone@example.com"}, "suppressed"),
    ],
)
def test_who_can_get_no_mail_is_a_409_and_nothing_is_stored(
    client_of_staff: APIClient, person: dict[str, Any], code: str
) -> None:
    user = UserFactory.create(**person)
    suppress(address="gone@example.com", reason="complaint")

    answer = client_of_staff.post(CALL, {"user_id": str(user.pk), **GREETING, "attachments": [attached("a", b"a")]})

    assert (answer.status_code, answer.json()["type"]) == (409, f"/api/problems/{code}")
    assert not Campaign.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({**GREETING}, ""),
        ({"user_id": "ada", "email": "ada@example.com", **GREETING}, ""),
        ({"email": "nobody@example.com", **GREETING}, "/email"),
        ({"user_id": "nobody", **GREETING}, "/user_id"),
        ({"user_id": "ada"}, ""),
        ({"user_id": "ada", "template": "welcome", **GREETING}, ""),
        ({"user_id": "ada", "template": "none"}, "/template"),
        ({"user_id": "ada", "subject": "Alone"}, "/body"),
        ({"user_id": "ada", "subject": "Hi", "body": "Leave: {{ unsubscribe_url }}"}, "/body"),
        ({"user_id": "ada", "subject": "Hi {{ secret }}", "body": "x"}, "/subject"),
        (
            {"user_id": "ada", **GREETING, "attachments": [{"name": "a", "content": "no base64"}]},
            "/attachments/0/content",
        ),
        ({"user_id": "ada", **GREETING, "attachments": [{"name": "a", "content": ""}]}, "/attachments/0/content"),
        ({"user_id": "ada", **GREETING, "attachments": [{"name": "../a", "content": "YQ=="}]}, "/attachments/0/name"),
        (
            {"user_id": "ada", **GREETING, "attachments": [{"name": "a\r\nBcc: x", "content": "YQ=="}]},
            "/attachments/0/name",
        ),
        (
            {"user_id": "ada", **GREETING, "attachments": [{"name": "\u202egpj.exe", "content": "YQ=="}]},
            "/attachments/0/name",
        ),
        (
            {
                "user_id": "ada",
                **GREETING,
                "attachments": [{"name": "a", "content_type": "message/rfc822", "content": "YQ=="}],
            },
            "/attachments/0/content_type",
        ),
        (
            {
                "user_id": "ada",
                **GREETING,
                "attachments": [{"name": "a", "content_type": "a/b; c=d", "content": "YQ=="}],
            },
            "/attachments/0/content_type",
        ),
        ({"user_id": "ada", **GREETING, "attachments": [{"name": "a", "content": "YQ=="}] * 11}, "/attachments"),
    ],
)
def test_what_is_refused_is_told_by_its_place(client_of_staff: APIClient, body: dict[str, Any], place: str) -> None:
    UserFactory.create(external_id="ada", email="ada@example.com")

    assert [where for where, _why in faults(client_of_staff.post(CALL, body))] == [place]
    assert not Campaign.objects.exists()


def test_files_of_old_mails_are_forgotten(client_of_staff: APIClient, ada: User, server: SmtpServer) -> None:
    for _time in range(2):
        client_of_staff.post(CALL, {"user_id": str(ada.pk), **GREETING, "attachments": [attached("a", b"a")]})
    pump(QUICK)
    old = Campaign.objects.order_by("pk")[:1]
    Campaign.objects.filter(pk__in=list(old.values_list("pk", flat=True))).update(
        finished_at=clock.now() - timedelta(days=8)
    )

    forget_attachments()

    assert Attachment.objects.get().campaign_id != old[0].pk
