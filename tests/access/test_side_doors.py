"""Ways round the front door that other systems left open: counts, groups, filters, searches, tabs and error texts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from events.tests.factories import EventFactory
from mailing.models import Campaign
from mailing.tests.factories import campaign_to
from relations.tests.factories import attend, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]
API = "/api/v1"


@pytest.fixture
def elsewhere(db: None) -> Any:
    """Return an event that somebody else leads, with one attendee."""
    event = EventFactory.create(title="Elsewhere")
    host(UserFactory.create(roles=["organizer"]), event)
    attend(UserFactory.create(first_name="Hidden", email="hidden@example.com"), event)
    return event


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_filters_do_not_tell_who_takes_part_where_others_lead(
    organizer: User, agent: User, client_of: ClientOf, elsewhere: Any
) -> None:
    asked = [
        f"{API}/users/?event={elsewhere.pk}&count=exact",
        f'{API}/users/?registered={{"event": "{elsewhere.pk}"}}&count=exact',
    ]
    found = {
        str(caller): [client_of(caller).get(path).json()["count"] for path in asked] for caller in (organizer, agent)
    }
    assert found == {"Oscar Organizer": [0, 0], "Agnes Agent": [2, 1]}
    tree = {"filter": {"not": {"event": str(elsewhere.pk)}}, "count": "exact"}
    everybody = User.objects.count()
    assert client_of(organizer).post(f"{API}/users/filter/", tree).json()["count"] == everybody


def test_owners_are_counted_among_what_one_may_see(organizer: User, agent: User, client_of: ClientOf) -> None:
    from relations.models import Role
    from relations.services import add_relation

    another = UserFactory.create(roles=["organizer"])
    add_relation(user=another, event=EventFactory.create(), role=Role.OWNER, actor=None, reason="test")
    path = f"{API}/users/filter_by/?role=owner&count=exact"
    assert [client_of(one).post(path).json()["count"] for one in (organizer, agent)] == [0, 1]


def test_groups_of_an_events_people_count_what_one_may_see(organizer: User, agent: User, elsewhere: Any) -> None:
    panel = reverse("admin:events_event_panel", args=[elsewhere.pk, "people"])
    shown = {
        str(caller): [str(choice.title) for choice in signed_in(caller).get(panel).context["choices"]]
        for caller in (organizer, agent)
    }
    assert shown == {
        "Oscar Organizer": ["all 0"],
        "Agnes Agent": ["all 2", "confirmed 1", "owner and hosts 1"],
    }


def test_tabs_of_a_person_show_ones_own_mail_alone(organizer: User, elsewhere: Any) -> None:
    person = UserFactory.create()
    own, _others = campaign_to([person], subject="Mine"), campaign_to([person], subject="Theirs")
    Campaign.objects.filter(pk=own.pk).update(created_by=organizer)
    page = signed_in(organizer).get(reverse("admin:users_user_panel", args=[person.pk, "mail"])).content.decode()
    assert ("Mine" in page, "Theirs" in page) == (True, False)


def test_search_of_relations_finds_no_people_of_others(organizer: User, elsewhere: Any) -> None:
    page = signed_in(organizer).get(reverse("admin:relations_usereventrelation_changelist") + "?q=hidden")
    assert list(page.context["cl"].result_list) == []


def test_dashboard_counts_ones_own_mail_alone(organizer: User) -> None:
    own, _others = (campaign_to([UserFactory.create()], subject=subject) for subject in ("Mine", "Theirs"))
    Campaign.objects.filter(pk=own.pk).update(created_by=organizer)
    page = signed_in(organizer).get(reverse("admin:index"))
    text = page.content.decode()
    assert ("Mine" in text, "Theirs" in text) == (True, False)
    assert len(page.context["campaign_table"]["table"]["rows"]) == 1


def test_customer_learns_nothing_of_others(customer: User, agent: User, client_of: ClientOf, elsewhere: Any) -> None:
    client = client_of(customer)
    asked = ["?q=hidden", "?email=hidden@example.com", "?min_events_hosted=0", "?ordering=-email", "?city="]

    def seen_by(caller: User, query: str) -> set[str]:
        return {row["email"] for row in client_of(caller).get(f"{API}/users/{query}").json()["results"]}

    # Who may see people finds them by each of these.
    assert [query for query in asked if "hidden@example.com" not in seen_by(agent, query)] == []
    assert [seen_by(customer, query) for query in asked] == [set(), set(), *[{customer.email}] * 3]
    assert client.get(f"{API}/events/{elsewhere.pk}/users/").json()["results"] == []
    assert client.get(f"{API}/relations/?event={elsewhere.pk}&count=exact").json()["count"] == 0


@pytest.mark.parametrize("method", ["get", "patch", "put", "delete"])
def test_what_is_hidden_answers_as_what_is_not_there(customer: User, client_of: ClientOf, method: str) -> None:
    hidden = [UserFactory.create().pk, UserFactory.build().pk]
    drafts = [EventFactory.create(status="draft").pk, EventFactory.build().pk]
    for kind, keys in (("users", hidden), ("events", drafts)):
        call = getattr(client_of(customer), method)
        answers = [call(f"{API}/{kind}/{key}/", {}, headers={"If-Match": '"1"'}) for key in keys]
        texts = [str(answer.json()).replace(str(key), "…") for answer, key in zip(answers, keys, strict=True)]
        assert (answers[0].status_code, texts[0]) == (answers[1].status_code, texts[1])


def test_ids_in_bodies_and_filters_tell_no_more(customer: User, client_of: ClientOf) -> None:
    client, draft = client_of(customer), EventFactory.create(status="draft")
    known, unknown = UserFactory.create(), UserFactory.build()
    event = EventFactory.create()

    def said(key: Any, path: str, body: Any = None) -> tuple[int, str]:
        answer = client.get(path) if body is None else client.post(path, body)
        return answer.status_code, str(answer.json()).replace(str(key), "…")

    added = [
        said(one.pk, f"{API}/relations/", {"user_id": str(one.pk), "event_id": str(event.pk), "role": "attendee"})
        for one in (known, unknown)
    ]
    filtered = [said(one.pk, f"{API}/users/?event={one.pk}") for one in (draft, EventFactory.build())]
    assert (added[0], filtered[0]) == (added[1], filtered[1])
    assert added[0][0] == 400


def test_suggestions_and_autocomplete_are_for_staff(customer: User) -> None:
    pages = [
        reverse("admin:users_user_suggest", args=["company"]) + "?text=a",
        reverse("admin:autocomplete") + "?app_label=relations&model_name=usereventrelation&field_name=user",
    ]
    assert [signed_in(customer).get(page).status_code for page in pages] == [302, 302]
