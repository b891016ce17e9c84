"""The figures of an event on its desk."""

import json
from typing import Any

import pytest
from django.test import Client

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from relations.closing import complete_event, settle_all
from relations.models import Role, Status
from relations.registration import check_in
from relations.services import add_relation, end_relation
from relations.tests.desk import panel, registered, running, signed_in
from relations.tests.factories import attend, attended
from users.models import User
from users.tests.factories import UserFactory


def test_statistics_show_the_figures_with_a_plot(admin_of_staff: Client) -> None:
    event = running(max_capacity=2)
    first, second, _third = registered(event, 3)
    check_in(relation=first, actor=None, reason="test")
    end_relation(relation=second, actor=None, reason="fell ill")
    complete_event(event=event, actor=None)
    settle_all()
    context = admin_of_staff.get(panel(event, "statistics")).context
    bars = {str(figure["title"]): str(figure["bar"]) for figure in context["figures"]}
    assert "50% · 1 came · 1 did not come" in bars["Who came"]
    assert "100% · 1 got in · 0 did not get in" in bars["Waitlist"]
    assert "100% · 2 for the first time" in bars["Newcomers"]
    chart = json.loads(context["chart"]["data"])
    assert [sum(one["data"]) for one in chart["datasets"][1:]] == [3, 0]


def test_statistics_count_who_came_so_far(admin_of_staff: Client) -> None:
    event = running()
    first, _second = registered(event, 2)
    check_in(relation=first, actor=None, reason="test")
    assert figure(admin_of_staff, event, "Who came")["bar"] == "1 came so far"


def figure(client: Client, event: Event, title: str) -> dict[str, Any]:
    figures: list[dict[str, Any]] = client.get(panel(event, "statistics")).context["figures"]
    return next(one for one in figures if one["title"] == title)


def test_statistics_tell_who_waits_from_who_did_not_get_in(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=1)
    seated, _first, _second, leaves = registered(event, 4)
    end_relation(relation=seated, actor=None, reason="test")
    end_relation(relation=leaves, actor=None, reason="test")
    shown = str(figure(admin_of_staff, event, "Waitlist")["bar"])
    assert ">1 got in · 1 waiting still · 1 did not get in<" in shown


@pytest.mark.parametrize(("cancelled", "said"), [(1, False), (3, False), (4, True)])
def test_statistics_speak_of_a_half_where_there_is_one(admin_of_staff: Client, cancelled: int, said: bool) -> None:  # noqa: FBT001  # parametrized
    event = EventFactory.create()
    for relation in registered(event, cancelled):
        end_relation(relation=relation, actor=None, reason="test")
    assert figure(admin_of_staff, event, "Cancellations")["note"].startswith("Half of them") is said


def test_plot_has_one_scale_of_whole_numbers(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    registered(event, 1)
    chart = admin_of_staff.get(panel(event, "statistics")).context["chart"]
    scales = json.loads(chart["options"])["scales"]
    assert (set(scales), scales["y"]["ticks"]["precision"]) == ({"x", "y"}, 0)
    assert {one.get("yAxisID") for one in json.loads(chart["data"])["datasets"]} == {None}


def test_statistics_suggest_how_many_to_let_in_once_enough_is_known(
    admin_of_staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = EventFactory.create(max_capacity=10)
    past = PastEventFactory.create()
    for number in range(4):
        relation = attended(UserFactory.create(), past)
        attend(relation.user, event)
        if number:
            continue
        add_relation(
            user=relation.user, event=past, role=Role.ATTENDEE, status=Status.NO_SHOW, actor=None, reason="test"
        )

    def suggestion() -> str:
        figures = admin_of_staff.get(panel(event, "statistics")).context["figures"]
        return str(next(one["bar"] for one in figures if one["title"] == "Overbooking"))

    assert "Too little is known of who comes: 4 registrations, and 100 are wanted." in suggestion()
    monkeypatch.setattr("relations.insights.overbooking.LEAST_KNOWN", 4)
    assert "people could be let in for 10 places." in suggestion()


def test_statistics_of_nobody(admin_of_staff: Client) -> None:
    context = admin_of_staff.get(panel(EventFactory.create(), "statistics")).context
    assert (context["chart"], [figure["bar"] for figure in context["figures"]][:3]) == (None, ["–"] * 3)


def test_statistics_of_an_event_that_others_lead(organizer: User) -> None:
    event = EventFactory.create()
    registered(event, 1)
    answer = signed_in(organizer).get(panel(event, "statistics"))
    assert "figures" not in answer.context
    assert "for those who lead it" in answer.content.decode()
