"""Mail to a segment, and to the people of an event."""

from collections.abc import Callable
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from events.tests.factories import PastEventFactory
from mailing.audience import by_filter, by_segment
from mailing.content import own_content
from mailing.freeze import freeze_portion
from mailing.models import Audience, Campaign, CampaignStatus, Delivery
from mailing.policy import Policy
from mailing.services import create_campaign
from relations.tests.factories import attended, host
from users.models import Segment, User
from users.segments.services import create_segment, delete_segment, update_segment
from users.tests.answers import problem
from users.tests.factories import SegmentFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CALLS = ["/api/v1/users/send_email/", "/api/v1/emails/send-emails/"]
ClientOf = Callable[[User], APIClient]


def segment(name: str, tree: dict[str, Any]) -> Segment:
    return create_segment(segment=Segment(name=name, filter=tree), actor=None)


def londoners(number: int) -> list[User]:
    return UserFactory.create_batch(number, city="London")


def reached(campaign: Campaign) -> set[str]:
    return {*Delivery.objects.filter(campaign=campaign).values_list("user__first_name", flat=True)}


def mail_to(choice: Any, sender: User | None = None) -> Campaign:
    return create_campaign(content=own_content(subject="Spring", body="See you."), choice=choice, sender=sender)


@pytest.mark.parametrize("call", CALLS)
def test_segment_is_mailed(client_of_staff: APIClient, call: str) -> None:
    londoners(2)
    UserFactory.create(city="London", email=None)
    UserFactory.create(city="Rome")
    body = {"segment": str(segment("Londoners", {"city": "London"}).pk)}

    answer = client_of_staff.post(call, body)

    assert (answer.status_code, answer.json()["campaign"]["counts"]["frozen"]) == (202, 2)
    assert [one["reason"] for one in answer.json()["excluded"]] == ["no_address"]


def test_segment_that_there_is_not_is_named(client_of_staff: APIClient) -> None:
    answers = [client_of_staff.post(CALLS[1], {"segment": one}) for one in (str(uuid4()), "Londoners")]
    found = [problem(answer) for answer in answers]
    both = client_of_staff.post(CALLS[1], {"segment": str(uuid4()), "emails": ["a@example.com"]})

    assert found == [(400, [("/segment", "does_not_exist")]), (400, [("/segment", "invalid")])]
    assert "Give a UUID: /segments/?name=… finds it." in answers[1].json()["detail"]
    assert both.status_code == 400
    assert not Campaign.objects.exists()


def test_segment_is_mailed_with_the_senders_rights(organizer: User, client_of: ClientOf) -> None:
    mine, foreign = PastEventFactory.create(), PastEventFactory.create()
    host(organizer, mine)
    for first_name, event in (("Seen", mine), ("Unseen", foreign)):
        attended(UserFactory.create(first_name=first_name), event)
    came = segment("Came", {"attended": {"since": "2020-01-01"}})

    client_of(organizer).post(CALLS[0], {"segment": str(came.pk)})

    assert reached(Campaign.objects.get()) == {"Seen"}


def test_people_of_an_event_are_mailed_by_role_and_status(organizer: User, client_of: ClientOf) -> None:
    event = PastEventFactory.create(external_id="spring")
    host(organizer, event)
    attended(UserFactory.create(first_name="Guest"), event)

    def mailed(**who: list[str]) -> set[str]:
        answer = client_of(organizer).post(CALLS[1], {"event": "spring", **who})
        return reached(Campaign.objects.get(pk=answer.json()["campaign"]["id"]))

    assert mailed() == {"Guest", "Oscar"}
    assert mailed(roles=["attendee"], statuses=["attended"]) == {"Guest"}
    assert mailed(roles=["host"]) == {"Oscar"}
    bad = client_of(organizer).post(CALLS[1], {"event": "spring", "roles": ["guest"], "statuses": ["gone"]})
    assert problem(bad) == (400, [("/roles/0", "choice"), ("/statuses/0", "choice")])


def test_large_segment_is_frozen_in_portions_as_it_was_when_the_mail_was_made(
    staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed and deleted while it is frozen: the campaign keeps whom it was made for."""
    monkeypatch.setattr("mailing.services.FROZEN_AT_ONCE", 2)
    londoners(5)
    inner = segment("Londoners", {"city": "London"})
    outer = segment("Of London", {"segment": str(inner.pk)})
    campaign = mail_to(by_segment(str(outer.pk), sender=staff), staff)
    assert campaign.status == CampaignStatus.FREEZING

    for _looked_up_and_frozen in range(2):
        freeze_portion(Policy(freeze_size=2, look_ahead=3))
    update_segment(segment=inner, changes={"filter": {"city": "Rome"}}, actor=None)
    freeze_portion(Policy(freeze_size=2, look_ahead=3))
    delete_segment(segment=outer)
    delete_segment(segment=inner)
    while freeze_portion(Policy(freeze_size=2, look_ahead=3)):
        pass

    campaign.refresh_from_db()
    assert (campaign.status, campaign.frozen_count, Delivery.objects.count()) == (CampaignStatus.SENDING, 5, 5)
    assert {one["name"] for one in (Audience.objects.get().segments or {}).values()} == {"Of London", "Londoners"}


def test_filter_that_names_a_segment_pins_it_too(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailing.services.FROZEN_AT_ONCE", 1)
    londoners(3)
    one = segment("Londoners", {"city": "London"})
    mail_to(by_filter({"or": [{"segment": str(one.pk)}, {"city": "Rome"}]}, sender=staff), staff)
    delete_segment(segment=one)

    while freeze_portion(Policy(freeze_size=10)):
        pass

    assert Delivery.objects.count() == 3


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(*arguments, stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_command_mails_a_segment_by_its_name() -> None:
    londoners(3)
    segment("Londoners", {"city": "London"})

    assert "would go to 3 people" in run("send_email", "--segment", "LONDONERS", "--dry-run")[1]
    assert (run("send_email", "--segment", "londoners")[0], Delivery.objects.count()) == (0, 3)


@pytest.mark.parametrize("name", ["Parisians", "", "a\0b"])
def test_command_mails_nobody_for_a_name_of_none(name: str) -> None:
    code, said = run("send_email", "--segment", name)

    assert (code, "no segment is called" in said, Campaign.objects.count()) == (2, True, 0)


def test_segments_are_listed_with_their_numbers_and_in_words(staff: User) -> None:
    londoners(3)
    SegmentFactory.create(name="Londoners", owner=staff)
    above = {"or": [{"city": "London"}, {"segment": str(Segment.objects.get().pk), "role": "host"}]}
    SegmentFactory.create(name="Above", owner=None, filter=above)

    lines = run("segments")[1].splitlines()

    assert [line.split("  ")[0] for line in lines] == ["name", "Above", "Londoners"]
    assert "Any of these (City: London; All of these (Segment: Londoners; Role: host))" in lines[1]
    assert lines[2].split("  ")[1:] == ["Sam Staff", "3", "City: London"] or "Sam Staff" in lines[2]


def test_segment_that_is_broken_is_listed_and_fails() -> None:
    SegmentFactory.create(name="Broken", filter={"colour": "red"})

    code, said = run("segments", "--format", "json")

    assert (code, said) == (1, "Cannot be evaluated any more: Broken.")
