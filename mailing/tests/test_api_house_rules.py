import pytest
from rest_framework.test import APIClient

from mailing.models import Campaign, CampaignStatus, Delivery
from mailing.tests.factories import campaign_to, people
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SEND = "/api/v1/users/send_email/"


def test_mail_sent_twice_with_one_key_is_sent_once(client_of_staff: APIClient) -> None:
    person = UserFactory.create()
    body = {"user_ids": [str(person.pk)], "subject": "Hello", "body": "How are you?"}

    first, again = (client_of_staff.post(SEND, body, headers={"Idempotency-Key": "1"}) for _attempt in range(2))

    assert (first.status_code, again.status_code, first.content) == (202, 202, again.content)
    assert (Campaign.objects.filter(subject="Hello").count(), Delivery.objects.filter(user=person).count()) == (1, 1)


def test_campaign_that_was_stopped_meanwhile_is_not_resumed(client_of_staff: APIClient) -> None:
    campaign = campaign_to(people(1))
    path = f"/api/v1/campaigns/{campaign.pk}/"
    paused = client_of_staff.post(f"{path}pause/")
    client_of_staff.post(f"{path}cancel/")

    stale = client_of_staff.post(f"{path}resume/", headers={"If-Match": paused["ETag"]})

    assert (stale.status_code, Campaign.objects.get().status) == (412, CampaignStatus.CANCELLED)
