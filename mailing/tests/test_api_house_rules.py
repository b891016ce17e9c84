import pytest
from rest_framework.test import APIClient

from mailing.models import Campaign, Delivery
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SEND = "/api/v1/users/send_email/"


def test_mail_sent_twice_with_one_key_is_sent_once(client_of_staff: APIClient) -> None:
    person = UserFactory.create()
    body = {"user_ids": [str(person.pk)], "subject": "Hello", "body": "How are you?"}

    first, again = (client_of_staff.post(SEND, body, headers={"Idempotency-Key": "1"}) for _attempt in range(2))

    assert (first.status_code, again.status_code, first.content) == (202, 202, again.content)
    assert (Campaign.objects.filter(subject="Hello").count(), Delivery.objects.filter(user=person).count()) == (1, 1)
