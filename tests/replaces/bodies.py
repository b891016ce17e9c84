"""Everything that is sent in a body: to whom and what a mail is, a filter and its pages, a sign-up and a sign-in."""

from collections.abc import Callable
from typing import Any

from mailing.models import Campaign, Delivery
from tests.replaces.examples import example, register
from tests.replaces.page import Key
from tests.replaces.scene import PASSWORD, Scene
from users.accounts.mail import signup_token
from users.models import PendingSignup

FILTER, SEND, SEND_BY_IDS = "POST /users/filter/", "POST /emails/send-emails/", "POST /users/send_email/"
SIGN_UP, SIGN_IN = "POST /auth/signup/", "POST /auth/login/"


# --- Filters ---------------------------------------------------------------------------------------------------------
def first_names(scene: Scene, body: dict[str, Any]) -> list[str]:
    """Return the first names of whom a filter finds, in their order."""
    return [row["first_name"] for row in scene.call(FILTER, {"ordering": "name", **body}).json()["results"]]


@example("Body", "filter", place=FILTER)
def groups_combine(scene: Scene) -> None:
    tree = {"or": [{"city": "York"}, {"and": [{"role": "host"}, {"not": {"city": "Rome"}}]}]}
    assert first_names(scene, {"filter": tree}) == ["Ada", "Bob"]


@example("Body", "ordering", place=FILTER)
def order_is_turned_round(scene: Scene) -> None:
    assert first_names(scene, {"filter": {"city": ["York", "London"]}, "ordering": "-name"}) == ["Bob", "Ada"]


@example("Body", "limit", place=FILTER)
def at_most_so_many(scene: Scene) -> None:
    assert first_names(scene, {"filter": {"city": ["York", "London"]}, "limit": 1}) == ["Ada"]


@example("Body", "cursor", place=FILTER)
def goes_on_where_it_stopped(scene: Scene) -> None:
    page = {"filter": {"city": ["York", "London"]}, "limit": 1, "ordering": "name"}
    cursor = scene.call(FILTER, page).json()["next"]
    assert first_names(scene, {**page, "cursor": cursor}) == ["Bob"]


# --- To whom a mail goes, what and when ------------------------------------------------------------------------------
def mailed(scene: Scene, call: str, body: dict[str, Any]) -> tuple[Campaign, list[str]]:
    """Send a mail, and return it with the first names of those it goes to."""
    answer = scene.call(call, body, role="organizer")
    assert answer.status_code == 202, answer.content
    campaign = Campaign.objects.get(pk=answer.json()["campaign"]["id"])
    reached = Delivery.objects.filter(campaign=campaign).values_list("user__first_name", flat=True)
    return campaign, sorted(reached)


def to(call: str, name: str, body: Callable[[Scene], dict[str, Any]], *people: str) -> None:
    """Register a way to say to whom."""

    def run(scene: Scene) -> None:
        scene.call("PATCH /users/{id}/", {"gender": "female"})
        assert mailed(scene, call, body(scene))[1] == [*people]

    register(Key("Body", call, name), run)


def event_led(scene: Scene) -> str:
    """Return the id of an event of the calling organizer's, to which Ada is invited as a host and Bob as a guest."""
    body = {"title": "Led", "start_at": "2030-01-01T10:00:00Z", "hosts": [str(scene.ada.pk)]}
    made: str = scene.call("POST /events/", body, role="organizer").json()["id"]
    guest = {"user_id": str(scene.bob.pk), "event_id": made, "role": "attendee", "status": "pending"}
    assert scene.call("POST /relations/", guest, role="organizer").status_code == 201
    return made


to(SEND_BY_IDS, "user_ids", lambda scene: {"user_ids": [str(scene.ada.pk)]}, "Ada")
to(SEND, "user_ids", lambda scene: {"user_ids": [str(scene.ada.pk), str(scene.bob.pk)]}, "Ada", "Bob")
to(SEND, "emails", lambda _scene: {"emails": ["bob@example.com", "unknown@example.com"]}, "Bob")
to(SEND, "filter", lambda _scene: {"filter": {"city": "York"}}, "Bob")
to(SEND, "segment", lambda scene: {"segment": str(scene.segment.pk)}, "Bob")
to(SEND, "event", lambda scene: {"event": event_led(scene), "roles": ["host", "attendee"]}, "Ada", "Bob")
to(SEND, "roles", lambda scene: {"event": event_led(scene), "roles": ["host"]}, "Ada")
to(SEND, "statuses", lambda scene: {"event": event_led(scene), "statuses": ["pending"]}, "Bob")


@example("Body", "template", place=SEND)
def mail_by_its_name(scene: Scene) -> None:
    who = {"user_ids": [str(scene.ada.pk)]}
    mails = [mailed(scene, SEND, {**who, **what})[0].template for what in ({}, {"template": "newsletter"})]
    assert mails == ["welcome", "newsletter"]


def own_words(name: str, column: str) -> None:
    """Register a part of a mail in one's own words."""

    def run(scene: Scene) -> None:
        body = {"user_ids": [str(scene.ada.pk)], "subject": "See you", "body": "In spring."}
        assert getattr(mailed(scene, SEND, body)[0], column) == body[name]

    register(Key("Body", SEND, name), run)


own_words("subject", "subject")
own_words("body", "text")


@example("Body", "scheduled_at", place=SEND)
def mail_waits_for_its_time(scene: Scene) -> None:
    mail, _people = mailed(scene, SEND, {"user_ids": [str(scene.ada.pk)], "scheduled_at": "2030-01-01T10:00:00Z"})
    assert (mail.status, mail.scheduled_at and mail.scheduled_at.isoformat()) == (
        "scheduled",
        "2030-01-01T10:00:00+00:00",
    )


# --- Signing up and in -----------------------------------------------------------------------------------------------
def signed_up(scene: Scene) -> Any:
    """Sign up with everything, confirm, sign in, and return the profile."""
    given = {"name": "Nora Neu", "phone_number": "+442079460020", "company": "Neu", "role": "admin"}
    answer = scene.call(SIGN_UP, {"email": "Nora@example.com", "password": PASSWORD, **given}, role="nobody")
    assert answer.status_code == 201, answer.content
    token = signup_token(PendingSignup.objects.get())
    assert (
        scene.call("POST /auth/signup/confirm/", {"token": token, "password": PASSWORD}, role="nobody").status_code
        == 200
    )
    header = {"Authorization": f"Bearer {scene.sign_in('nora@example.com', PASSWORD).json()['access']}"}
    return scene.call("GET /users/me/", role="nobody", **header).json()


def kept_of_sign_up(name: str, **expected: Any) -> None:
    """Register a field of the sign-up by what it becomes in the profile."""

    def run(scene: Scene) -> None:
        profile = signed_up(scene)
        assert {key: profile[key] for key in expected} == expected

    register(Key("Body", SIGN_UP, name), run)


kept_of_sign_up("email", email="nora@example.com")
kept_of_sign_up("password", email="nora@example.com")  # by which she has signed in
kept_of_sign_up("name", first_name="Nora", last_name="Neu")
kept_of_sign_up("phone_number", phone_number="+442079460020")
kept_of_sign_up("company", company="Neu")
kept_of_sign_up("role", roles=["customer"])


@example("Body", "email", place=SIGN_IN)
def email_of_any_case(scene: Scene) -> None:
    assert scene.sign_in(str(scene.caller("customer").email).upper()).status_code == 200


@example("Body", "password", place=SIGN_IN)
def password_of_one_case(scene: Scene) -> None:
    email = str(scene.caller("customer").email)
    assert [scene.sign_in(email, word).status_code for word in (PASSWORD, PASSWORD.upper())] == [200, 401]
