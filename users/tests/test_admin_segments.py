"""Segments in the admin: made from the filters of the list, shown with whom they find, used as a filter."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from users.models import Segment, User
from users.tests.factories import SegmentFactory, UserFactory

pytestmark = pytest.mark.django_db
PEOPLE, SEGMENTS, ADD = (
    reverse(f"admin:users_{name}") for name in ("user_changelist", "segment_changelist", "segment_add")
)


def panel(segment: Segment, slug: str = "people") -> str:
    return reverse("admin:users_segment_panel", args=[segment.pk, slug])


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def listed(answer: Any) -> list[str]:
    return sorted(person.first_name for person in answer.context["cl"].result_list)


def form_of(segment: Segment, **changes: str) -> dict[str, str]:
    whole = {"name": segment.name, "description": "", "filter": json.dumps(segment.filter)}
    return {**whole, "loaded_version": str(segment.version), **changes}


def test_filters_of_the_list_become_a_segment_by_one_click(admin_of_staff: Client, staff: User) -> None:
    UserFactory.create(first_name="Ann", company="Acme", city="London")
    UserFactory.create(first_name="Bob", company="Acme", city="Rome")
    asked = admin_of_staff.get(f"{PEOPLE}?company=acme&city=London&q=ann&o=1&p=1&city__exact=")
    kept = admin_of_staff.get(f"{PEOPLE}?company=acme&city=London&o=1").context["cl"].kept

    form = admin_of_staff.get(kept["page"]).context["adminform"].form
    given = {"name": form.initial["name"], "filter": json.dumps(form.initial["filter"]), "description": ""}
    admin_of_staff.post(ADD, given)

    assert asked.context["cl"].kept["page"].endswith("?company=acme&city=London&q=ann")
    assert [str(one) for one in kept["words"]] == ["Company: acme", "City: London"]
    segment = Segment.objects.get()
    assert (segment.name, segment.filter, segment.owner) == (
        "Company: acme; City: London",
        {"company": "acme", "city": "London"},
        staff,
    )
    assert listed(admin_of_staff.get(f"{PEOPLE}?segment={segment.pk}")) == ["Ann"]


@pytest.mark.parametrize("query", ["", "?o=-1", "?created_since=never"])
def test_list_of_everybody_is_no_segment(admin_of_staff: Client, query: str) -> None:
    assert "Save as a segment" not in text(admin_of_staff.get(PEOPLE + query))


def test_filter_of_the_list_that_cannot_be_read_leaves_the_others(admin_of_staff: Client) -> None:
    kept = admin_of_staff.get(f"{PEOPLE}?city=London&created_since=never").context["cl"].kept

    assert [str(one) for one in kept["words"]] == ["City: London"]
    assert admin_of_staff.get(kept["page"]).context["adminform"].form.initial["filter"] == {"city": "London"}


def test_page_looks_the_segment_up_once(admin_of_staff: Client) -> None:
    segment = SegmentFactory.create()

    with CaptureQueriesContext(connection) as queries:
        admin_of_staff.get(panel(segment))

    # By the page itself, and by the filter.
    assert sum('FROM "users_segment"' in query["sql"] for query in queries) == 2


def test_page_shows_the_filter_in_words_the_number_and_the_people(admin_of_staff: Client) -> None:
    friend = UserFactory.create(first_name="Friend", last_name="Of All", city="Oslo")
    inner = SegmentFactory.create(name="Romans", filter={"city": "Rome"})
    tree = {"or": [{"city": ["London", "Oslo"]}, {"not": {"segment": str(inner.pk)}, "hosted": {"min": 2}}]}
    segment = SegmentFactory.create(name="Mixed", filter=tree, description="For spring.")

    page = text(admin_of_staff.get(panel(segment)))

    words = ["Any of these", "City: London or Oslo", "All of these", "Hosted: at least 2", "Not", "Segment: Romans"]
    places = [page.index(f"<li>{word}") for word in words]
    assert places == sorted(places)
    assert "<strong>1</strong> <span>person at present</span>" in page
    assert (str(friend) in page, "For spring." in page) == (True, True)


def test_page_of_a_segment_that_cannot_be_evaluated_says_why(admin_of_staff: Client) -> None:
    segment = SegmentFactory.create(name="Broken", filter={"colour": "red"})

    page = text(admin_of_staff.get(panel(segment)))

    assert "The segment “Broken” cannot be evaluated: change its filter. colour: “colour” is not known here." in page
    assert "Nothing" not in page
    assert "Cannot be read" in text(admin_of_staff.get(SEGMENTS))
    assert listed(admin_of_staff.get(f"{PEOPLE}?segment={segment.pk}")) == []


@pytest.mark.parametrize(
    ("filter_text", "fault"),
    [
        ("{", "Expecting property name"),
        ("[" * 5000, "nest"),
        ('["city"]', "Give an object of filters."),
        ('{"or": [{"citty": "Rome"}]}', "or/0/citty: “citty” is not known here. Did you mean “city”?"),
        ('{"or": [{}]}', "or/0: An empty filter finds everybody"),
        ("", "This field is required."),
    ],
)
def test_bad_filter_stands_at_its_field(admin_of_staff: Client, filter_text: str, fault: str) -> None:
    answer = admin_of_staff.post(ADD, {"name": "Bad", "filter": filter_text})

    said = " ".join(answer.context["adminform"].form.errors["filter"])
    assert fault in said or fault == "nest", said
    assert not Segment.objects.exists()


def test_filter_that_only_python_takes_for_the_same_stands_at_its_field(admin_of_staff: Client) -> None:
    segment = SegmentFactory.create(filter={"min_events_attended": 1})
    own = form_of(segment, filter='{"min_events_attended": true}')

    answer = admin_of_staff.post(reverse("admin:users_segment_change", args=[segment.pk]), own)

    assert "Give a whole number." in str(answer.context["adminform"].form.errors["filter"])


def test_segment_that_would_name_itself_is_refused_at_the_field(admin_of_staff: Client) -> None:
    segment = SegmentFactory.create()
    own = form_of(segment, filter=json.dumps({"segment": str(segment.pk)}))

    answer = admin_of_staff.post(reverse("admin:users_segment_change", args=[segment.pk]), own)

    assert "name itself" in str(answer.context["adminform"].form.errors["filter"])


def test_segment_is_changed_and_its_history_says_how(admin_of_staff: Client) -> None:
    segment = SegmentFactory.create(name="Londoners")
    change = reverse("admin:users_segment_change", args=[segment.pk])

    admin_of_staff.post(change, form_of(segment, filter='{"city": "Rome"}', name="Romans"))

    segment.refresh_from_db()
    assert (segment.name, segment.filter) == ("Romans", {"city": "Rome"})
    page = text(admin_of_staff.get(panel(segment, "history")))
    assert ("{&quot;city&quot;: &quot;London&quot;}" in page, "Londoners" in page) == (True, True)


def test_segment_that_others_name_is_not_deleted(admin_of_staff: Client) -> None:
    inner = SegmentFactory.create(name="Inner")
    SegmentFactory.create(name="Outer", filter={"segment": str(inner.pk)}, uses=[inner.pk])

    answer = admin_of_staff.post(reverse("admin:users_segment_delete", args=[inner.pk]), {"post": "yes"}, follow=True)

    assert "named by the filters of other segments: Outer" in text(answer)
    assert Segment.objects.filter(pk=inner.pk).exists()


def test_list_at_one_and_three_segments_asks_as_often(admin_of_staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            admin_of_staff.get(SEGMENTS)
        return len(found)

    inner = SegmentFactory.create()
    SegmentFactory.create(filter={"segment": str(inner.pk)}, uses=[inner.pk])
    queries()
    few = queries()
    for _more in range(2):
        SegmentFactory.create(filter={"segment": str(inner.pk)}, uses=[inner.pk])

    assert queries() == few
