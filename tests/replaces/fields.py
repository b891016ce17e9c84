"""Every field: what can be written is written and read again, what the system keeps is compared with what is so."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from django.test import override_settings
from django.utils.dateparse import parse_datetime

from crm_project.email_url import email_settings
from mailing.pump import pump
from mailing.tests.factories import QUICK
from mailing.tests.smtp_server import smtp_server
from tests.replaces.examples import example, register
from tests.replaces.page import Key
from tests.replaces.scene import PASSWORD, Scene

START = "2030-06-01T18:00:00+00:00"
Value = Callable[[Scene], Any]


def minimal(place: str, scene: Scene) -> dict[str, Any]:
    """Return what an object cannot do without."""
    return {
        "/users/": lambda: {"first_name": "New"},
        "/events/": lambda: {"title": "New", "start_at": START},
        "/relations/": lambda: {
            "user_id": str(scene.customer.pk),
            "event_id": str(scene.meeting.pk),
            "role": "attendee",
        },
    }[place]()


def written(place: str, name: str, value: Value) -> None:
    """Register a field that is given with a new object and read from it."""

    def run(scene: Scene) -> None:
        sent = value(scene)
        made = scene.call(f"POST {place}", {**minimal(place, scene), name: sent})
        assert made.status_code == 201, made.content
        assert scene.call(f"GET {place}{made.json()['id']}/").json()[name] == sent

    register(Key("Fields", place, name), run)


def shown(place: str, name: str, value: Value, of: Callable[[Any], Any] = lambda body: body) -> None:
    """Register a field that is read: at the scene's object, or at what ``of`` picks from the answer."""
    path = place if "{id}" in place else f"{place}{{id}}/"

    def run(scene: Scene) -> None:
        found = of(scene.call(f"GET {path}").json())
        assert reduce(lambda inner, key: inner[key], name.split("."), found) == value(scene)

    register(Key("Fields", place, name), run)


def given(value: Any) -> Value:
    """Return what is ``value`` in every scene."""
    return lambda _scene: value


def moment(name: str) -> Callable[[Any], Any]:
    """Return what reads one moment of an answer, for a comparison of moments instead of spellings."""
    return lambda body: {**body, name: parse_datetime(body[name])}


# --- Errors and lists ------------------------------------------------------------------------------------------------
def refused(name: str, judge: Callable[[Any, Any], bool]) -> None:
    """Register a field of an error."""

    def run(scene: Scene) -> None:
        answer = scene.call("POST /users/", {"email": "no address"})
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert judge(answer.json()[name], answer.json())

    register(Key("Fields", "/users/", name), run)


refused("error", lambda text, body: "email" in text and text == body["detail"])
refused("errors", lambda found, _body: [(one["pointer"], one["code"]) for one in found] == [("/email", "invalid")])


@example("Fields", "status", place="/users/")
def status_of_an_error(scene: Scene) -> None:
    answer = scene.call("POST /users/", {"email": "no address"})
    assert answer.json()["status"] == answer.status_code


@example("Fields", "results", place="/users/")
def rows_of_a_list(scene: Scene) -> None:
    assert str(scene.ada.pk) in {row["id"] for row in scene.call("GET /users/").json()["results"]}


def walked(scene: Scene) -> tuple[Any, Any]:
    """Return the first page of a list of one row each, and the second, which the first leads to."""
    first = scene.call("GET /users/", query="?limit=1&ordering=name").json()
    return first, scene.call("GET /users/", query="?" + first["next"].partition("?")[2]).json()


@example("Fields", "next", place="/users/")
def next_page(scene: Scene) -> None:
    first, second = walked(scene)
    assert len(first["results"]) == 1
    assert first["results"] != second["results"]


@example("Fields", "previous", place="/users/")
def page_before(scene: Scene) -> None:
    first, second = walked(scene)
    back = scene.call("GET /users/", query="?" + second["previous"].partition("?")[2]).json()
    assert (first["previous"], back["results"]) == (None, first["results"])


@example("Fields", "count", place="/users/")
def count_of_a_list(scene: Scene) -> None:
    asked = "?city=London"
    assert scene.call("GET /users/", query=f"{asked}&count=exact").json()["count"] == 1
    assert scene.call("GET /users/", query=f"{asked}&count=estimate").json()["count"] >= 0
    assert "count" not in scene.call("GET /users/", query=asked).json()


# --- A person --------------------------------------------------------------------------------------------------------
PERSON: dict[str, Any] = {
    "external_id": "crm-4711",
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "grace@example.com",
    "phone_number": "+442079460019",
    "avatar": "https://example.com/grace.png",
    "gender": "female",
    "job_title": "Admiral",
    "company": "Navy",
    "city": "Arlington",
    "state": "Virginia",
    "roles": ["agent"],
}
for field, sent in PERSON.items():
    written("/users/", field, given(sent))
shown("/users/", "id", lambda scene: str(scene.ada.pk))
shown("/users/", "hosted_count", given(2))
shown("/users/", "created_at", lambda scene: scene.ada.created_at, moment("created_at"))


@example("Fields", "name", place="/users/")
def name_is_split(scene: Scene) -> None:
    made = scene.call("POST /users/", {"name": "Grace Brewster Hopper"}).json()
    assert (made["first_name"], made["last_name"]) == ("Grace", "Brewster Hopper")


@example("Fields", "attended_count", place="/users/")
def attended_count(scene: Scene) -> None:
    assert scene.call(f"GET /users/{scene.bob.pk}/").json()["attended_count"] == 1


def touched(path: str) -> Callable[[Scene], None]:
    """Return the example of ``updated_at``: it rises with a change."""

    def run(scene: Scene) -> None:
        before = scene.call(f"GET {path}").json()["updated_at"]
        scene.call(f"PATCH {path}", {"external_id": "touched"})
        assert scene.call(f"GET {path}").json()["updated_at"] > before

    return run


register(Key("Fields", "/users/", "updated_at"), touched("/users/{id}/"))


# --- A person's events, an event's people, relations -----------------------------------------------------------------
def the_meeting(body: Any) -> Any:
    return next(row for row in body["results"] if row["event_title"] == "Spring meeting")


def bob_among(body: Any) -> Any:
    return next(row for row in body["results"] if row["role"] == "attendee")


def of_bob(name: str) -> Value:
    return lambda scene: getattr(scene.bob, name)


def start_of(body: Any) -> Any:
    return moment("event_date")(the_meeting(body))


shown("/users/{id}/events/", "event_id", lambda scene: str(scene.meeting.pk), the_meeting)
shown("/users/{id}/events/", "event_title", given("Spring meeting"), the_meeting)
shown("/users/{id}/events/", "role", given("host"), the_meeting)
shown("/users/{id}/events/", "status", given("confirmed"), the_meeting)
shown("/users/{id}/events/", "event_date", lambda scene: scene.meeting.start_at, start_of)

shown("/events/{id}/users/", "user_id", lambda scene: str(scene.bob.pk), bob_among)
shown("/events/{id}/users/", "role", given("attendee"), bob_among)
shown("/events/{id}/users/", "status", given("confirmed"), bob_among)
for field in ("first_name", "last_name", "phone_number", "email", "job_title", "company", "city", "state"):
    shown("/events/{id}/users/", field, of_bob(field), bob_among)

written("/relations/", "user_id", lambda scene: str(scene.ada.pk))
written("/relations/", "event_id", lambda scene: str(scene.meeting.pk))
written("/relations/", "role", given("host"))
written("/relations/", "status", given("pending"))

REGISTRATIONS = "/events/{id}/registrations/"


def of_registration(name: str, read: Callable[[Any], Any] = lambda value: value) -> Value:
    return lambda scene: read(getattr(scene.relation, name))


for field in ("id", "user_id", "event_id"):
    shown(REGISTRATIONS, field, of_registration(field, str), bob_among)
for field in ("role", "status", "seq"):
    shown(REGISTRATIONS, field, of_registration(field), bob_among)
shown(
    REGISTRATIONS,
    "created_at",
    lambda scene: scene.relation.created_at,
    lambda body: moment("created_at")(bob_among(body)),
)


@example("Fields", "queue_position", place=REGISTRATIONS)
def place_in_the_queue(scene: Scene) -> None:
    scene.call("PATCH /events/{id}/", {"max_capacity": 1})
    scene.call(f"POST {REGISTRATIONS}", {"user_id": str(scene.customer.pk)})
    rows = scene.call(f"GET {REGISTRATIONS}").json()["results"]
    assert [row["queue_position"] for row in rows] == [None, 1]


# --- An event --------------------------------------------------------------------------------------------------------
EVENT: dict[str, Any] = {
    "external_id": "ev-1",
    "slug": "the-summer-party",
    "title": "Summer party",
    "description": "With music.",
    "organizer": "Analytical Society",
    "start_at": START,
    "end_at": "2030-06-01T23:00:00+00:00",
    "timezone": "Europe/Berlin",
    "venue": "Garden",
    "max_capacity": 80,
    "waitlist_enabled": False,
    "status": "draft",
}
MOMENTS = {"start_at", "end_at"}
for field in EVENT.keys() - MOMENTS:
    written("/events/", field, given(EVENT[field]))
written("/events/", "hosts", lambda scene: [str(scene.ada.pk)])
shown("/events/", "id", lambda scene: str(scene.meeting.pk))
shown("/events/", "counts.taken", given(1))
shown("/events/", "created_at", lambda scene: scene.meeting.created_at, moment("created_at"))
register(Key("Fields", "/events/", "updated_at"), touched("/events/{id}/"))


def kept_moment(name: str) -> Callable[[Scene], None]:
    """Return the example of a moment of an event: the same one is read, whatever the zone it is written in."""

    def run(scene: Scene) -> None:
        made = scene.call("POST /events/", {**minimal("/events/", scene), name: EVENT[name]}).json()
        found = scene.call(f"GET /events/{made['id']}/").json()[name]
        assert parse_datetime(found) == parse_datetime(EVENT[name])

    return run


for field in MOMENTS:
    register(Key("Fields", "/events/", field), kept_moment(field))


@example("Fields", "owner", place="/events/")
def owner_is_who_added_it(scene: Scene) -> None:
    made = scene.call("POST /events/", minimal("/events/", scene), role="organizer").json()
    assert made["owner"] == str(scene.caller("organizer").pk)


@example("Fields", "counts.waiting", place="/events/")
def people_in_the_queue(scene: Scene) -> None:
    scene.call("PATCH /events/{id}/", {"max_capacity": 1})
    scene.call("POST /relations/", minimal("/relations/", scene))
    assert scene.call("GET /events/{id}/").json()["counts"] == {"taken": 1, "waiting": 1}


# --- Mail and sign-in ------------------------------------------------------------------------------------------------
MAIL = "/campaigns/{id}/"
shown(MAIL, "id", lambda scene: str(scene.campaign.pk))
shown(MAIL, "subject", given("Hello"))
shown(MAIL, "status", given("sending"))
shown(MAIL, "counts.frozen", given(2))


def answered(name: str, judge: Callable[[Any], bool]) -> None:
    """Register a part of the answer to a mail to Bob and to somebody without an address."""

    def run(scene: Scene) -> None:
        whom = [str(scene.bob.pk), scene.call("POST /users/", {"name": "Mute"}).json()["id"]]
        assert judge(scene.call("POST /emails/send-emails/", {"user_ids": whom}).json()[name])

    register(Key("Fields", "POST /emails/send-emails/", name), run)


answered("campaign", lambda made: (made.keys(), made["counts"]["frozen"]) == ({"id", "status", "counts"}, 1))
answered("excluded", lambda rows: [one.keys() for one in rows] == [{"user_id", "email", "reason", "detail"}])


def one_of_two(state: str) -> Callable[[Scene], None]:
    """Return the example of a count: of the scene's mail to two, a server takes one and refuses the other."""

    def run(scene: Scene) -> None:
        with smtp_server() as server, override_settings(**email_settings(f"smtp://127.0.0.1:{server.port}")):
            pump(QUICK)  # what is due to those who are registered
            key = scene.campaign.pk
            server.script("RCPT", "554 5.7.1 not with us")
            pump(QUICK)
        assert scene.call(f"GET /campaigns/{key}/").json()["counts"][state] == 1

    return run


register(Key("Fields", MAIL, "counts.sent"), one_of_two("sent"))
register(Key("Fields", MAIL, "counts.failed"), one_of_two("failed"))


@example("Fields", "access", place="/auth/login/")
def access_token(scene: Scene) -> None:
    token = scene.sign_in(str(scene.caller("agent").email)).json()["access"]
    header = {"Authorization": f"Bearer {token}"}
    assert scene.call("GET /users/me/", role="nobody", **header).status_code == 200


@example("Fields", "refresh", place="/auth/login/")
def refresh_token(scene: Scene) -> None:
    token = scene.sign_in(str(scene.caller("agent").email), PASSWORD).json()["refresh"]
    assert scene.call("POST /auth/refresh/", {"refresh": token}, role="nobody").status_code == 200
