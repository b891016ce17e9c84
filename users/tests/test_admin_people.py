"""People in the admin: their list and its filters."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from users.admin.suggestions import values_beginning
from users.models import EventCounts, User
from users.tests.factories import UserFactory

LIST = reverse("admin:users_user_changelist")


def shown(client: Client, query: str = "") -> list[str]:
    """Return the names in the list, in its order, without the caller's."""
    people = client.get(LIST + query).context["cl"].result_list
    return [person.first_name for person in people if not person.is_staff]


def people(*rows: dict[str, Any]) -> None:
    for row in rows:
        counts = {name: row.pop(name) for name in ("hosted", "attended") if name in row}
        person = UserFactory.create(**row)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('crm.repair', 'on', true)")
        EventCounts.objects.filter(pk=person.pk).update(**counts)


def test_list_at_one_and_three_rows_asks_as_often(admin_of_staff: Client) -> None:
    UserFactory.create()
    admin_of_staff.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as at_one:
        admin_of_staff.get(LIST)
    UserFactory.create_batch(2)
    with CaptureQueriesContext(connection) as at_three:
        admin_of_staff.get(LIST)
    assert len(at_three) == len(at_one)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?company=acme", ["Zoë", "Ann"]),
        ("?job_title=CTO&city=berlin", ["Ann"]),
        ("?state=BE", ["Ann"]),
        ("?min_events_hosted=5&min_events_attended=3", ["Ann"]),
        ("?max_events_hosted=4", ["Zoë", "Bob"]),
        ("?created_since=2100-01-01", []),
        ("?q=zoe", ["Zoë"]),
        ("?q=mo", ["Ann"]),
        ("?o=7", ["Bob", "Zoë", "Ann"]),
        ("?o=-7", ["Ann", "Zoë", "Bob"]),
        ("?o=1", ["Bob", "Ann", "Zoë"]),
    ],
)
def test_list_with_a_filter_or_an_order(admin_of_staff: Client, query: str, names: list[str]) -> None:
    people(
        {
            "first_name": "Ann",
            "last_name": "Mole",
            "company": "ACME",
            "job_title": "CTO",
            "city": "Berlin",
            "state": "BE",
        }
        | {"hosted": 5, "attended": 3},
        {"first_name": "Bob", "last_name": "Abel", "company": "Globex", "job_title": "CTO", "email": "b@example.com"},
        {"first_name": "Zoë", "last_name": "Young", "company": "Acme", "email": "z@example.com", "hosted": 2},
    )
    assert shown(admin_of_staff, query) == names


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("min_events_hosted=many", "Events hosted: Give a whole number."),
        ("created_since=soon", "Created: "),
        ("status__exact=foo", "This list has no filter called status__exact: use those it offers."),
        ("email__contains=a&x=1", "This list has no filter called email__contains, x: use those it offers."),
        ("e=1", "A filter in the address could not be read: use those that this list offers."),
    ],
)
def test_list_with_a_filter_that_is_none_finds_nobody_and_says_so(
    admin_of_staff: Client, query: str, said: str
) -> None:
    answer = admin_of_staff.get(f"{LIST}?{query}")
    (message,) = answer.context["messages"]
    assert (answer.status_code, [*answer.context["cl"].result_list]) == (200, [])
    assert str(message).startswith(said)


def test_page_behind_the_last_keeps_the_filters(admin_of_staff: Client) -> None:
    people({"first_name": "Ann", "last_name": "Mole", "city": "Rome"}, {"first_name": "Bob", "last_name": "Abel"})
    assert shown(admin_of_staff, "?city=Rome&p=99") == ["Ann"]


@pytest.mark.parametrize("text", ["", "a", "ac", "acme", "  ", "%", "o'brien\\", "é" * 200])
def test_search_with_any_text(admin_of_staff: Client, text: str) -> None:
    answer = admin_of_staff.get(LIST, {"q": text})
    assert (answer.status_code, [*answer.context["messages"]]) == (200, [])


def test_search_for_too_much_is_said_and_finds_nothing(admin_of_staff: Client) -> None:
    person, field = (
        UserFactory.create(first_name="é" * 150),
        "app_label=relations&model_name=usereventrelation&field_name=user",
    )
    answer = admin_of_staff.get(LIST, {"q": "é" * 201})
    suggested = admin_of_staff.get(f"/admin/autocomplete/?{field}&term={'a+' * 11}")
    action = {"action": "delete_selected", "_selected_action": [person.pk], "select_across": "1"}
    acted = admin_of_staff.post(f"{LIST}?q={'a+' * 11}", action)
    assert (answer.status_code, [*answer.context["cl"].result_list]) == (200, [])
    assert [str(message) for message in answer.context["messages"]] == ["Search for at most 200 characters."]
    assert (suggested.status_code, suggested.json()["results"]) == (200, [])
    assert (acted.status_code < 500, User.objects.filter(pk=person.pk).exists()) == (True, True)


def test_search_by_people_without_rights(outsider: User) -> None:
    client = Client()
    client.force_login(outsider)
    assert client.get(LIST).status_code == 302


def test_suggestions_begin_with_the_text_and_come_once(admin_of_staff: Client) -> None:
    people(*({"company": company} for company in ("Acme", "acme", "Ácme Labs", "Globex", "")))
    answer = admin_of_staff.get(reverse("admin:users_user_suggest", args=["company"]), {"text": "AC"})
    assert [value.lower() for value in answer.json()["values"]] == ["acme", "ácme labs"]


@pytest.mark.django_db
@pytest.mark.parametrize(("roles", "status", "values"), [(["customer"], 200, ["Acme Own"]), ([], 403, None)])
def test_suggestions_hold_what_the_caller_may_see(roles: list[str], status: int, values: list[str] | None) -> None:
    caller = UserFactory.create(roles=roles, is_staff=True, company="Acme Own")
    people({"company": "Acme"}, {"company": "Acme Other"})
    client = Client()
    client.force_login(caller)
    answer = client.get(reverse("admin:users_user_suggest", args=["company"]), {"text": "ac"})
    assert answer.status_code == status
    assert values is None or answer.json()["values"] == values


@pytest.mark.django_db
def test_suggestions_out_of_some_records_begin_with_the_text_and_come_once() -> None:
    people(*({"company": company} for company in ("Acme", "acme", "Ácme Labs", "Globex", "")))
    some = User.objects.exclude(company="Globex")
    assert [value.lower() for value in values_beginning(some, "company", "ac")] == ["acme", "ácme labs"]
    assert [value.lower() for value in values_beginning(some, "company", "")] == ["acme", "ácme labs"]


def test_suggestions_for_another_column(admin_of_staff: Client) -> None:
    assert admin_of_staff.get(reverse("admin:users_user_suggest", args=["password"])).status_code == 404


def test_autocomplete_finds_people(admin_of_staff: Client) -> None:
    person = UserFactory.create(first_name="Margaret", last_name="Hamilton")
    query = {"term": "hamilt", "app_label": "relations", "model_name": "usereventrelation", "field_name": "user"}
    answer = admin_of_staff.get(reverse("admin:autocomplete"), query)
    assert answer.json()["results"] == [{"id": str(person.pk), "text": "Margaret Hamilton"}]
