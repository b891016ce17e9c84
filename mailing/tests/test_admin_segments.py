"""Writing from the page of a segment or of an event to its people."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from mailing.models import Campaign, Delivery, EmailTemplate, MailCategory
from relations.tests.factories import attend, attended, host
from users.models import Segment, User
from users.tests.factories import SegmentFactory, UserFactory

pytestmark = pytest.mark.django_db
OWN = {"subject": "Hello {{ first_name }}", "body": "See you."}


def page_to_write(record: Segment | Event) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_write", args=[record.pk])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reached() -> set[str]:
    return set(Delivery.objects.values_list("user__first_name", flat=True))


def test_segment_is_written_to(admin_of_staff: Client) -> None:
    UserFactory.create(first_name="Ann", city="London")
    UserFactory.create(first_name="Bob", city="Rome")
    address = page_to_write(SegmentFactory.create(name="Londoners"))

    before = admin_of_staff.get(address)
    preview = admin_of_staff.post(address, {**OWN, "step": "preview"})
    token = dict(preview.context["carried"])["form_token"]
    sent = admin_of_staff.post(address, {**OWN, "step": "send", "form_token": token})

    assert (before.context["reached"], "Write to Londoners" in before.content.decode()) == ("1", True)
    assert (preview.context["can_send"], preview.context["preview_subject"]) == (True, "Hello Ann")
    assert sent["Location"] == reverse("admin:mailing_campaign_change", args=[Campaign.objects.get().pk])
    assert reached() == {"Ann"}
    Segment.objects.all().delete()
    assert "Segment: Londoners" in admin_of_staff.get(sent["Location"]).content.decode()


@pytest.mark.parametrize("changed", ["template", "category", "segment", "form", "nothing"])
def test_only_what_was_shown_is_sent(admin_of_staff: Client, changed: str) -> None:
    UserFactory.create(city="London")
    segment = SegmentFactory.create(name="Londoners", filter={"city": "London"})
    address, mail = page_to_write(segment), {"template": "welcome"}
    shown = dict(admin_of_staff.post(address, {**mail, "step": "preview"}).context["carried"])
    if changed == "template":
        EmailTemplate.objects.filter(name="welcome").update(subject="Ahoy")
    elif changed == "category":
        EmailTemplate.objects.filter(name="welcome").update(category=MailCategory.objects.create(key="x", name="X"))
    elif changed == "segment":
        Segment.objects.filter(pk=segment.pk).update(filter={"city": ["London", "Rome"]})
    elif changed == "form":
        mail = {"template": "newsletter"}

    again: Any = admin_of_staff.post(address, {**mail, **shown, "step": "send"})

    if changed == "nothing":
        assert Campaign.objects.get().template == "welcome"
        return
    assert not Campaign.objects.exists()
    assert "changed meanwhile. Look at it again" in again.content.decode()
    assert again.context["can_send"]
    admin_of_staff.post(address, {**mail, **dict(again.context["carried"]), "step": "send"})
    assert Campaign.objects.count() == 1


def test_segment_that_cannot_be_evaluated_is_not_written_to(admin_of_staff: Client) -> None:
    segment = SegmentFactory.create(filter={"colour": "red"})

    answer = admin_of_staff.post(page_to_write(segment), {**OWN, "step": "send"}, follow=True)

    assert "cannot be evaluated" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_people_of_an_event_are_written_to_as_ticked(organizer: User) -> None:
    event = PastEventFactory.create(max_capacity=50)
    host(organizer, event)
    attended(UserFactory.create(first_name="Came"), event)
    address, client = page_to_write(event), signed_in(organizer)

    at_first = client.get(address).context["reached"]
    counted = [
        client.post(address, {**OWN, "step": "preview", **ticked}).context["reached"]
        for ticked in (
            {},
            {"roles": ["host"]},
            {"statuses": ["attended"]},
            {"roles": ["attendee"], "statuses": ["declined"]},
        )
    ]
    client.post(address, {**OWN, "step": "send", "roles": ["attendee"], "statuses": ["attended", "confirmed"]})

    assert (at_first, counted) == ("1", ["2", "1", "1", "0"])
    assert reached() == {"Came"}


def test_event_of_others_reaches_nobody_whom_one_may_not_know(organizer: User) -> None:
    event = EventFactory.create()
    attend(UserFactory.create(), event)
    client = signed_in(organizer)

    page: Any = client.get(reverse("admin:events_event_change", args=[event.pk])).content.decode()

    assert page_to_write(event) not in page
    assert client.post(page_to_write(event), {**OWN, "step": "preview"}).context["reached"] == "0"


def test_choice_that_there_is_not_is_refused(admin_of_staff: Client) -> None:
    answer = admin_of_staff.post(page_to_write(EventFactory.create()), {**OWN, "step": "send", "roles": ["guest"]})

    assert "Select a valid choice" in str(answer.context["form"].errors["roles"])
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("role", ["organizer", "agent"])
def test_link_is_for_who_may_send(role: str) -> None:
    segment = SegmentFactory.create()
    client = signed_in(UserFactory.create(roles=[role]))

    page = client.get(reverse("admin:users_segment_panel", args=[segment.pk, "people"])).content.decode()

    assert (page_to_write(segment) in page) is (role == "organizer")
