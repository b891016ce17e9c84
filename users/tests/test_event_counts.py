"""The row of counts beside each person: made with them, written by triggers alone, sorted by through its indexes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from api.ordering import sort_named
from api.pages import keyset_page
from events.tests.factories import EventFactory
from relations.tests.factories import host
from users.filters import people_orderings
from users.models import EventCounts, User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PEOPLE = "/api/v1/users/"
COLUMNS = "id, first_name, last_name, password, phone_number, avatar, gender, job_title, company, city, state"
REST = "timezone, language, is_superuser, is_staff, is_active"


def set_counts(person: User, **counts: int) -> None:
    """Write counts as a repair does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.repair', 'on', true)")
        EventCounts.objects.filter(user=person).update(**counts)
        cursor.execute("SELECT set_config('crm.repair', '', true)")


def has_counts() -> list[bool]:
    """Tell for everybody whether there is a row, in the order of ids."""
    return [counts is not None for counts in User.objects.order_by("pk").values_list("counts", flat=True)]


def test_every_person_gets_a_row_however_they_are_inserted() -> None:
    UserFactory.create()
    User.objects.bulk_create(UserFactory.build_batch(2))
    User.objects.bulk_create([*User.objects.all(), UserFactory.build()], ignore_conflicts=True)
    values = "Ada\tLovelace\t!\t\t\t\t\t\t\t\tUTC\ten\tf\tf\tt"
    with connection.cursor() as cursor, cursor.copy(f"COPY users_user ({COLUMNS}, {REST}) FROM STDIN") as copy:
        copy.write("".join(f"01a1fd9f-5480-75c7-91b2-55111fa7c94{number}\t{values}\n" for number in range(3)))

    assert has_counts() == [True] * 7
    assert set(EventCounts.objects.values_list("hosted", "attended")) == {(0, 0)}


def test_row_goes_with_its_person() -> None:
    UserFactory.create_batch(2)

    User.objects.order_by("pk")[0].delete()
    User.objects.all().delete()

    assert not EventCounts.objects.exists()


@pytest.mark.parametrize("way", ["save", "update", "insert"])
def test_nobody_writes_counts_by_hand(way: str) -> None:
    person = UserFactory.create()
    ways: dict[str, Callable[[], object]] = {
        "save": EventCounts(user=person, hosted=9).save,
        "update": lambda: EventCounts.objects.update(attended=9),
        "insert": lambda: EventCounts.objects.bulk_create([EventCounts(user=person)], ignore_conflicts=True),
    }

    with pytest.raises(IntegrityError, match="Counts follow the relations"), transaction.atomic():
        ways[way]()

    assert EventCounts.objects.values_list("hosted", "attended").get() == (0, 0)


def test_stale_save_of_a_person_leaves_counts_alone() -> None:
    stale = User.objects.select_related("counts").get(pk=UserFactory.create().pk)
    host(User.objects.get(pk=stale.pk), EventFactory.create())

    stale.first_name = "New"
    stale.save()

    fresh = User.objects.get(pk=stale.pk)
    assert (fresh.first_name, fresh.counts.hosted, stale.counts.hosted) == ("New", 1, 0)


@pytest.mark.parametrize("ordering", ["hosted_count", "attended_count"])
def test_orderings_by_a_count_page_over_ties_both_ways(client_of_staff: APIClient, ordering: str) -> None:
    for number in range(8):
        set_counts(UserFactory.create(), **{ordering.removesuffix("_count"): number % 3})

    for sign, limit in (("", 3), ("-", 3), ("", 2), ("-", 2)):
        query = f"{PEOPLE}?ordering={sign}{ordering}"
        everybody = client_of_staff.get(f"{query}&limit=200").json()["results"]
        walked, url = [], f"{query}&limit={limit}"
        while url:
            page = client_of_staff.get(url).json()
            walked += page["results"]
            url = page["next"]
        assert walked == everybody
        places = [(person[ordering], person["id"]) for person in everybody]
        assert places == sorted(places, reverse=bool(sign))
        assert len(places) == 9


@pytest.mark.parametrize("name", ["hosted_count", "-hosted_count", "attended_count", "-attended_count"])
def test_orderings_by_a_count_are_read_from_one_index(name: str) -> None:
    User.objects.bulk_create(UserFactory.build_batch(1_000))
    sort = sort_named(name, people_orderings)
    first = keyset_page(User.objects.all(), sort, limit=2)
    assert first.next
    queryset = sort.placed(User.objects.all()).order_by(*sort.order_by())
    deep = queryset.filter(sort.beyond("after", first.next.key, first.next.pk))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE users_user, users_eventcounts")
        # So few rows would be read and sorted; what matters is that the index can serve.
        for other in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"):
            cursor.execute(f"SET LOCAL enable_{other} = off")
    index = f"users_eventcounts_{name.strip('-').removesuffix('_count')}"

    plans = [page[:3].explain() for page in (queryset, deep)]

    assert [index in plan and "Sort" not in plan for plan in plans] == [True, True]
    assert re.search(r"Index Cond: \(\(?ROW\(", plans[1])


def test_person_without_a_row_is_shown_and_can_be_mended(client_of_staff: APIClient, admin_of_staff: Client) -> None:
    person = UserFactory.create(first_name="Ann")
    EventCounts.objects.filter(user=person).delete()

    def first_names(query: str) -> list[str]:
        rows: list[dict[str, Any]] = client_of_staff.get(f"{PEOPLE}?{query}").json()["results"]
        return [row["first_name"] for row in rows]

    shown = client_of_staff.get(f"{PEOPLE}{person.pk}/").json()
    pages = ["changelist", "change"]
    answers = [
        admin_of_staff.get(reverse(f"admin:users_user_{page}", args=[person.pk] if page == "change" else []))
        for page in pages
    ]
    assert (shown["hosted_count"], shown["attended_count"]) == (0, 0)
    assert (first_names(""), first_names("ordering=hosted_count")) == (["Ann", "Sam"], ["Sam"])
    assert [answer.status_code for answer in answers] == [200, 200]
