"""Every status and role: reached, and seen to be what it means."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone as clock

from tests.replaces.examples import example, register
from tests.replaces.page import Key
from tests.replaces.scene import Scene


# --- Events ----------------------------------------------------------------------------------------------------------
def event_becomes(status: str, *, customers_see: bool, takes_people: bool) -> None:
    """Register a status of events by who finds such an event and whether it takes people."""

    def run(scene: Scene) -> None:
        if status == "completed":  # which only an event is that has begun
            begun = (clock.now() - timedelta(hours=1)).isoformat()
            assert scene.call("PATCH /events/{id}/", {"start_at": begun}).status_code == 200
        answer = scene.call("PATCH /events/{id}/", {"status": status})
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert (scene.call("GET /events/{id}/", role="customer").status_code == 200) == customers_see
        assert (add(scene, role="attendee").status_code == 201) == takes_people

    register(Key("Statuses", "/events/", status), run)


def add(scene: Scene, **given: str) -> Any:
    """Return the answer to giving Clara, a customer, a part in the meeting."""
    body = {"user_id": str(scene.customer.pk), "event_id": str(scene.meeting.pk), **given}
    return scene.call("POST /relations/", body)


event_becomes("draft", customers_see=False, takes_people=False)
event_becomes("active", customers_see=True, takes_people=True)
event_becomes("cancelled", customers_see=False, takes_people=False)
event_becomes("completed", customers_see=False, takes_people=False)


# --- Registrations ---------------------------------------------------------------------------------------------------
def relation_is(status: str) -> Callable[[Callable[[Scene], Any]], None]:
    """Register the example of a status: the function reaches it, and returns the answer that says so."""

    def put(reach: Callable[[Scene], Any]) -> None:
        def run(scene: Scene) -> None:
            answer = reach(scene)
            assert (answer.status_code, answer.json()["status"]) == (201, status)
            assert scene.call(f"GET /relations/{answer.json()['id']}/").json()["status"] == status

        register(Key("Statuses", "/relations/", status), run)

    return put


@relation_is("confirmed")
def seat(scene: Scene) -> Any:
    return add(scene, role="attendee")


@relation_is("waitlisted")
def queue(scene: Scene) -> Any:
    assert scene.call("PATCH /events/{id}/", {"max_capacity": 1}).status_code == 200  # Bob's
    return add(scene, role="attendee")


@relation_is("pending")
def approval(scene: Scene) -> Any:
    return add(scene, role="attendee", status="pending")


@relation_is("attended")
def presence(scene: Scene) -> Any:
    return add(scene, role="attendee", status="attended", event_id=str(scene.past.pk))


@example("Statuses", "cancelled", place="/relations/")
def ended(scene: Scene) -> None:
    assert scene.call("DELETE /relations/{id}/").status_code == 204
    assert scene.call("GET /relations/{id}/").json()["status"] == "cancelled"


# --- Parts in an event -----------------------------------------------------------------------------------------------
def part(role: str, *sent: str) -> None:
    """Register a part in an event, however it is sent."""

    def run(scene: Scene) -> None:
        for word in sent:
            answer = add(scene, role=word)
            assert (answer.status_code, answer.json()["role"]) in {(201, role), (200, role)}

    register(Key("Roles", "/relations/", role), run)


part("owner", "owner")
part("host", "host")
part("attendee", "participant", "attendee")


# --- Who signs in ----------------------------------------------------------------------------------------------------
CALLS = ("DELETE /customers/{id}/", "POST /events/", "POST /users/", "GET /users/me/")


def may(role: str, *calls: str) -> None:
    """Register a role by which of the calls it may make; the others are forbidden."""
    bodies: dict[str, Any] = {
        "POST /events/": {"title": "New", "start_at": "2030-01-01T10:00:00Z"},
        "POST /users/": {"name": "New"},
    }

    def run(scene: Scene) -> None:
        assert scene.call("GET /users/me/", role=role).json()["roles"] == [role]
        codes = {one: scene.call(one, bodies.get(one), role=role).status_code for one in CALLS}
        assert {one for one, code in codes.items() if code < 300} == {*calls}  # a success
        assert {code for one, code in codes.items() if one not in calls} <= {403}

    register(Key("Roles", "/users/me/", role), run)


may("admin", *CALLS)
may("organizer", *CALLS[1:])
may("agent", *CALLS[2:])
may("customer", *CALLS[3:])
