"""Every filter and every order: whom or what it finds of two who differ."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone as clock

from tests.replaces.examples import register
from tests.replaces.page import Key
from tests.replaces.scene import Scene

TODAY = clock.now().date()
YESTERDAY, LONG_AGO = TODAY - timedelta(days=1), TODAY - timedelta(days=60)


def filters(call: str, name: str, value: Callable[[Scene], str], *found: str) -> None:
    """Register a filter that leaves, of the rows that the list has without it, exactly ``found`` of the scene."""

    def run(scene: Scene) -> None:
        both = named(scene, scene.call(call).json()["results"])
        asked = scene.call(call, query=f"?{name}={value(scene)}")
        assert asked.status_code == 200, asked.content
        assert (both, named(scene, asked.json()["results"])) == (set(PEOPLE if "ada" in both else EVENTS), set(found))

    register(Key("Filters", call, name), run)


PEOPLE, EVENTS = ("ada", "bob"), ("meeting", "past")


def named(scene: Scene, rows: list[dict[str, str]]) -> set[str]:
    """Return which of the scene's two people or two events are among ``rows``."""
    shown = {row.get("event_id", row.get("id")) for row in rows}
    return {name for name in (*PEOPLE, *EVENTS) if str(getattr(scene, name).pk) in shown}


def of_people(name: str, value: str, *found: str) -> None:
    """Register a filter of the list of people."""
    filters("GET /users/", name, lambda _scene: value, *found)


of_people("company", "analytical engines", "ada")
of_people("job_title", "Analyst", "ada")
of_people("city", "York", "bob")
of_people("state", "Yorkshire", "bob")
of_people("gender", "female", "ada")
of_people("role", "participant", "bob")
of_people("q", "lovelase", "ada")
of_people("min_events_hosted", "2", "ada")
filters("GET /users/", "segment", lambda scene: str(scene.segment.pk), "bob")
of_people("max_events_hosted", "1", "bob")
of_people("min_events_attended", "1", "bob")
of_people("max_events_attended", "0", "ada")
of_people("created_since", str(YESTERDAY), "bob")
of_people("created_until", str(YESTERDAY), "ada")
of_people("last_attended_since", str(LONG_AGO), "bob")
of_people("last_attended_until", str(TODAY), "bob")
filters("GET /users/", "event", lambda scene: f"{scene.past.pk}&role=host", "ada")

BY_NUMBER = "POST /users/filter_by/"


def by_number(name: str, query: str, *found: str) -> None:
    """Register a filter of the people by how many events they had."""

    def run(scene: Scene) -> None:
        assert named(scene, scene.call(BY_NUMBER, query=f"?{query}").json()["results"]) == set(found)

    register(Key("Filters", BY_NUMBER, name), run)


by_number("min_events", "min_events=2&role=host", "ada")
by_number("max_events", "min_events=0&max_events=1&role=host", "bob")
by_number("role", "role=attendee", "bob")

OF_A_PERSON = "GET /users/{id}/events/"
filters(OF_A_PERSON, "upcoming", lambda _scene: "true", "meeting")
filters(OF_A_PERSON, "past", lambda _scene: "true", "past")


def narrowed(name: str, other: str) -> None:
    """Register a filter of a person's events, all of which are alike in ``name``: another value finds none."""

    def run(scene: Scene) -> None:
        rows = scene.call(OF_A_PERSON).json()["results"]
        same = scene.call(OF_A_PERSON, query=f"?{name}={rows[0][name]}").json()["results"]
        assert (same, scene.call(OF_A_PERSON, query=f"?{name}={other}").json()["results"]) == (rows, [])

    register(Key("Filters", OF_A_PERSON, name), run)


narrowed("role", "attendee")
narrowed("status", "cancelled")

OF_EVENTS = "GET /events/"
filters(OF_EVENTS, "start_since", lambda _scene: str(TODAY), "meeting")
filters(OF_EVENTS, "start_until", lambda _scene: str(TODAY), "past")
filters(OF_EVENTS, "venue", lambda _scene: "town hall", "past")
filters(OF_EVENTS, "q", lambda _scene: "sprng meeting", "meeting")


def status_of_events(scene: Scene) -> None:
    scene.call("PATCH /events/{id}/", {"status": "cancelled"})
    found = [
        named(scene, scene.call(OF_EVENTS, query=f"?status={one}").json()["results"]) for one in ("active", "cancelled")
    ]
    assert found == [{"past"}, {"meeting"}]


def host_of_events(scene: Scene) -> None:
    found = [
        named(scene, scene.call(OF_EVENTS, query=f"?host={who.pk}").json()["results"]) for who in (scene.ada, scene.bob)
    ]
    assert found == [{"meeting", "past"}, set()]


register(Key("Filters", OF_EVENTS, "status"), status_of_events)
register(Key("Filters", OF_EVENTS, "host"), host_of_events)


def orders(name: str, *, first: str) -> None:
    """Register an order of people in which ``first`` stands before the other, and behind when it is turned round."""

    def run(scene: Scene) -> None:
        ids = {str(scene.ada.pk): "ada", str(scene.bob.pk): "bob"}
        there, back = (
            [
                ids[row["id"]]
                for row in scene.call("GET /users/", query=f"?ordering={sign}{name}").json()["results"]
                if row["id"] in ids
            ]
            for sign in ("", "-")
        )
        assert (there[0], back) == (first, there[::-1])

    register(Key("Orders", "GET /users/", name), run)


for order in ("name", "email", "company", "city", "created_at", "attended_count"):
    orders(order, first="ada")
orders("hosted_count", first="bob")
