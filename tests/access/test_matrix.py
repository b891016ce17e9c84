"""Who may do what, cell by cell: each caller, each address, each method, on an object of theirs and on another's.

The rules below are the contract's, written by hand; the addresses come from the URL table. An address without a rule
fails, so nothing new is open to anybody before somebody has said to whom. ``ok/404`` is ok on one's own object and 404
on another's. ``ok`` is any answer that neither refuses nor breaks; each rule must be fulfilled by a success somewhere.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from rest_framework.test import APIClient

from events.models import Event
from relations.models import UserEventRelation
from tests.access.routes import Route, api_routes
from tests.access.world import CAST, OTHER, OWN, World, world_of

pytestmark = pytest.mark.django_db
REFUSED = frozenset({401, 403, 404, 405})

# address method admin organizer agent customer outsider nobody
RULES = """
api-root             GET     ok  ok      ok      ok      ok      401

user-list            GET     ok  ok      ok      ok      403     401
user-list            POST    ok  ok      ok      403     403     401
user-filter          POST    ok  ok      ok      ok      403     401
user-filter-by       POST    ok  ok      ok      ok      403     401
user-detail          GET     ok  ok      ok      ok/404  403     401
user-detail          PUT     ok  ok      ok      ok/404  403     401
user-detail          PATCH   ok  ok      ok      ok/404  403     401
user-detail          DELETE  ok  403     403     403     403     401
user-events          GET     ok  ok      ok      ok/404  403     401
user-registrations   GET     ok  ok      ok      ok/404  403     401
user-waitlists       GET     ok  ok      ok      ok/404  403     401
user-met             GET     ok  ok      ok      ok/404  403     401
user-show-rate       GET     ok  ok      ok      ok/404  403     401
user-preferences     GET     ok  ok      ok      ok/404  403     401
user-preferences     PATCH   ok  ok/403  ok/403  ok/404  403     401
user-send-email      POST    ok  ok      403     403     403     401

segment-list         GET     ok  ok      ok      403     403     401
segment-list         POST    ok  ok      ok      403     403     401
segment-detail       GET     ok  ok      ok      403     403     401
segment-detail       PUT     ok  ok/403  ok/403  403     403     401
segment-detail       PATCH   ok  ok/403  ok/403  403     403     401
segment-detail       DELETE  ok  ok/403  ok/403  403     403     401
segment-users        GET     ok  ok      ok      404     403     401

me                   GET     ok  ok      ok      ok      ok      401
me                   PUT     ok  ok      ok      ok      ok      401
me                   PATCH   ok  ok      ok      ok      ok      401
me-calendar          POST    ok  ok      ok      ok      ok      401
me-calendar          DELETE  ok  ok      ok      ok      ok      401
customer-list        GET     ok  ok      ok      ok      403     401
customer-filter      POST    ok  ok      ok      ok      403     401
customer-detail      GET     ok  ok      ok      ok/404  403     401
customer-detail      PUT     ok  ok      ok      ok/404  403     401
customer-detail      PATCH   ok  ok      ok      ok/404  403     401
customer-detail      DELETE  ok  403     403     403     403     401
token-list           GET     ok  ok      ok      ok      ok      401
token-list           POST    ok  ok      ok      ok      ok      401
token-detail         GET     ok  ok/404  ok/404  ok/404  ok/404  401
token-detail         DELETE  ok  ok/404  ok/404  ok/404  ok/404  401

event-list           GET     ok  ok      ok      ok      403     401
event-list           POST    ok  ok      403     403     403     401
event-filter         POST    ok  ok      ok      ok      403     401
event-detail         GET     ok  ok      ok      ok/404  403     401
event-detail         PUT     ok  ok/403  403     403     403     401
event-detail         PATCH   ok  ok/403  403     403     403     401
event-detail         DELETE  ok  ok/403  403     403     403     401
event-users          GET     ok  ok      ok      ok/404  403     401
event-calendar       GET     ok  ok      ok      ok/404  403     401
event-calendar-address POST  ok  ok/403  403     403     403     401
event-calendar-address DELETE ok ok/403  403     403     403     401
event-statistics     GET     ok  ok/403  ok      403/404 403     401
event-cancel         POST    ok  ok/403  403     403     403     401
event-complete       POST    ok  ok/403  403     403     403     401
event-hosts          POST    ok  ok/403  403     403     403     401
event-hosts          DELETE  ok  ok/403  403     403     403     401
event-host           DELETE  ok  ok/403  403     403     403     401

event-repeat         POST    ok  ok/403  403     403     403     401
event-extend         POST    ok  ok/403  403     403     403     401
event-following      PATCH   ok  ok/403  403     403     403     401
series-list          GET     ok  ok      ok      ok      403     401
series-detail        GET     ok  ok      ok      ok/404  403     401
series-show-rate     GET     ok  ok      ok      ok/404  403     401

registration-list    GET     ok  ok      ok      ok/404  403     401
registration-list    POST    ok  ok/403  403     ok/404  403     401
registration-detail  GET     ok  ok/404  ok      ok/404  403     401
registration-detail  DELETE  ok  ok/404  403     ok/404  403     401
registration-check-in POST   ok  ok/403  403     403     403     401
registration-undo-check-in POST ok ok/403 403    403     403     401
registration-approve POST    ok  ok/403  403     403     403     401
registration-accept  POST    ok  ok/404  403     ok/404  403     401
registration-decline POST    ok  ok/404  403     ok/404  403     401
registration-explanation GET ok  ok/404  ok      ok/404  403     401

relation-list        GET     ok  ok      ok      ok      403     401
relation-list        POST    ok  ok/403  403     ok/400  403     401
relation-detail      GET     ok  ok/404  ok      ok/404  403     401
relation-detail      DELETE  ok  ok/404  403     ok/404  403     401

campaign-list        GET     ok  ok      403     403     403     401
campaign-detail      GET     ok  ok/404  403     403     403     401
campaign-excluded    GET     ok  ok/404  403     403     403     401
campaign-pause       POST    ok  ok/404  403     403     403     401
campaign-resume      POST    ok  ok/404  403     403     403     401
campaign-cancel      POST    ok  ok/404  403     403     403     401
campaign-settle      POST    ok  ok/404  403     403     403     401
delivery-list        GET     ok  ok      403     403     403     401
delivery-detail      GET     ok  ok/404  403     403     403     401
suppression-list     GET     ok  403     403     403     403     401
suppression-list     POST    ok  403     403     403     403     401
suppression-detail   GET     ok  403     403     403     403     401
suppression-detail   DELETE  ok  403     403     403     403     401
template-list        GET     ok  ok      403     403     403     401
template-list        POST    ok  ok      403     403     403     401
template-detail      GET     ok  ok      403     403     403     401
template-detail      PUT     ok  ok      403     403     403     401
template-detail      PATCH   ok  ok      403     403     403     401
template-detail      DELETE  ok  403     403     403     403     401
template-preview     POST    ok  ok      403     403     403     401
template-versions    GET     ok  ok      403     403     403     401
email-send-emails    POST    ok  ok      403     403     403     401
email-transactional  POST    ok  ok      403     403     403     401

login                POST    ok  ok      ok      ok      ok      ok
refresh              POST    ok  ok      ok      ok      ok      ok
logout               POST    ok  ok      ok      ok      ok      ok
signup               POST    ok  ok      ok      ok      ok      ok
signup-confirm       POST    ok  ok      ok      ok      ok      ok
email-confirm        POST    ok  ok      ok      ok      ok      ok
password-reset       POST    ok  ok      ok      ok      ok      ok
password-reset-confirm POST  ok  ok      ok      ok      ok      ok
password-change      POST    ok  ok      ok      ok      ok      401
"""
# What these answer does not depend on who calls: what is sent decides.
BY_WHAT_IS_SENT = frozenset(
    {
        "login",
        "refresh",
        "logout",
        "signup",
        "signup-confirm",
        "email-confirm",
        "password-reset",
        "password-reset-confirm",
    }
)
# Without a body that fits the moment: nobody here has a password, no campaign was paused, no event has begun or belongs
# to a series, and nobody waits for approval.
MAY_NEVER_SUCCEED = BY_WHAT_IS_SENT | {
    "campaign-resume",
    "campaign-settle",
    "event-extend",
    "event-following",
    "password-change",
    "event-complete",
    "registration-check-in",
    "registration-decline",
}


def rules() -> dict[Route, dict[str, tuple[str, str]]]:
    """Return the outcomes by route and role, for one's own object and another's."""
    table = {}
    for line in filter(str.strip, RULES.splitlines()):
        name, method, *cells = line.split()
        outcomes = [(cell.partition("/")[0], cell.rpartition("/")[2]) for cell in cells]
        table[Route(name, method)] = dict(zip(CAST, outcomes, strict=True))
    return table


def path_of(route: Route, world: World, whose: str) -> str:
    """Return the address of the route for one object."""
    try:
        path = reverse(f"api:{route.name}")
    except NoReverseMatch:
        path = reverse(f"api:{route.name}", args=ids_of(route, world, whose))
    return f"{path}?role=host" if route.name == "user-filter-by" else path


def ids_of(route: Route, world: World, whose: str) -> list[Any]:
    """Return the ids in the address of the route for one object."""
    if route.name.startswith("registration-") and route.name != "registration-list":
        relation = world.find("relation", whose)
        return [relation.event_id, relation.user_id]
    if route.name == "event-host":
        event = world.find("event", whose)
        return [event.pk, host_of(event)]
    kind = "event" if route.name == "registration-list" else route.name.partition("-")[0]
    return [world.find(kind, whose).pk]


def host_of(event: Event) -> str:
    """Return the id of who hosts the event; where nobody does, one of nobody."""
    hosts = UserEventRelation.objects.filter(event=event, role="host")
    return str(hosts.values_list("user", flat=True).first() or event.pk)


def body_of(route: Route, world: World, whose: str) -> dict[str, Any]:
    """Return what is sent: something that would do if the caller may."""
    person, event = world.find("user", whose), world.find("event", whose)
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("user-list", "POST"): {"first_name": "New"},
        ("user-send-email", "POST"): {"user_ids": [str(person.pk)]},
        ("email-send-emails", "POST"): {"user_ids": [str(person.pk)]},
        ("email-transactional", "POST"): {"user_id": str(person.pk), "template": "welcome"},
        ("user-preferences", "PATCH"): {"campaign_mail": False},
        ("suppression-list", "POST"): {"address": "gone@example.com"},
        ("template-list", "POST"): {"name": "new", "title": "New", "subject": "New", "text": "New"},
        ("segment-list", "POST"): {"name": "New", "filter": {"city": "London"}},
        ("event-list", "POST"): {"title": "New", "start_at": "2030-01-01T10:00:00Z"},
        ("relation-list", "POST"): {"user_id": str(person.pk), "event_id": str(event.pk), "role": "attendee"},
        ("event-hosts", "POST"): {"user_id": str(person.pk)},
        ("event-hosts", "DELETE"): {"user_id": host_of(event)},
        ("event-repeat", "POST"): {"rule": "FREQ=WEEKLY;COUNT=2"},
        ("event-extend", "POST"): {"count": 3},
        ("event-following", "PATCH"): {"venue": "Annex"},
        ("registration-list", "POST"): {"user_id": str(person.pk)},
        ("campaign-settle", "POST"): {"outcome": "sent"},
        ("token-list", "POST"): {"name": "Export", "scopes": ["people:read"]},
        ("password-change", "POST"): {"current_password": "", "new_password": ""},
    }
    return bodies.get((route.name, route.method), {})


def client_for(world: World) -> APIClient:
    """Return a client that is signed in as the caller of ``world``."""
    client = APIClient()
    if world.caller.is_authenticated:
        client.force_authenticate(world.caller)
    return client


def walk(route: Route, world: World, whose: str) -> int:
    """Call the address, take back what the call did, and return the status code."""
    call = getattr(client_for(world), route.method.lower())
    with transaction.atomic():
        code: int = call(path_of(route, world, whose), body_of(route, world, whose) or None).status_code
        transaction.set_rollback(True)
    return code


def as_outcome(route: Route, code: int, expected: str) -> str:
    """Return how the table writes ``code``."""
    if route.name in BY_WHAT_IS_SENT and code in (400, 401):
        return "ok"
    fits = code not in REFUSED and code < 500  # errors of the server
    return "ok" if expected == "ok" and fits else str(code)


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    assert set(rules()) == api_routes()


@pytest.mark.parametrize("role", CAST)
def test_matrix(role: str, record_property: Callable[[str, object], None]) -> None:
    """Walk every address as one caller: some 80 cells each."""
    world = world_of(role)
    expected, found = {}, {}
    for route, outcomes in rules().items():
        for whose, outcome in zip((OWN, OTHER), outcomes[role], strict=True):
            expected[f"{route} {whose}"] = outcome
            found[f"{route} {whose}"] = as_outcome(route, walk(route, world, whose), outcome)
    record_property("cells", len(found))
    assert {cell: code for cell, code in found.items() if code != expected[cell]} == {}


def test_every_rule_can_be_fulfilled() -> None:
    world = world_of("admin")
    codes = {str(route): walk(route, world, OWN) for route in rules() if route.name not in MAY_NEVER_SUCCEED}
    # An administrator's own record cannot be deleted while they lead an event: that refusal is the rule working.
    assert {name: code for name, code in codes.items() if code >= 300} == {  # no success
        "user-detail DELETE": 409,
        "event-detail DELETE": 409,
    }


def test_lists_show_what_may_be_known(client: Client) -> None:
    """Hold every list, and its count, against what the caller may see one by one."""
    for role in CAST[:-1]:
        world = world_of(role)
        api = client_for(world)
        for kind in ("user", "customer", "token", "segment", "event", "relation", "campaign", "delivery", "template"):
            answer = api.get(reverse(f"api:{kind}-list") + "?limit=200&count=exact")
            if answer.status_code == 403:
                continue
            shown = {str(row["id"]) for row in answer.json()["results"]}
            assert answer.json()["count"] == len(shown)
            for whose in (OWN, OTHER):
                key = str(world.find(kind, whose).pk)
                alone = api.get(reverse(f"api:{kind}-detail", args=[key])).status_code
                assert (key in shown) == (alone == 200), (role, kind, whose)
