"""Every call, made as it is written on the page by somebody who may."""

from collections.abc import Callable
from typing import Any

from mailing.models import Delivery
from tests.replaces.examples import register
from tests.replaces.page import Key
from tests.replaces.scene import PASSWORD, Scene
from users.accounts.mail import email_token, reset_token, signup_token
from users.models import PendingEmail, PendingSignup, User

CallExample = Callable[[Scene, str], None]


def call(name: str) -> Callable[[CallExample], CallExample]:
    """Register the function, which is given the scene and the call as it is written."""

    def add(run: CallExample) -> CallExample:
        register(Key("Calls", "", name), lambda scene: run(scene, name))
        return run

    return add


def answered(answer: Any, status: int) -> Any:
    """Return the body of an answer that has ``status``."""
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def ids(answer: Any) -> set[str]:
    """Return the ids of a list."""
    return {row["id"] for row in answered(answer, 200)["results"]}


# --- Health ----------------------------------------------------------------------------------------------------------
@call("GET /health/")
def alive(scene: Scene, name: str) -> None:
    assert answered(scene.call(name, role="nobody"), 200) == {"status": "ok"}


@call("GET /health/ready/")
def ready(scene: Scene, name: str) -> None:
    checks = answered(scene.call(name, role="nobody"), 200)["checks"]
    assert (checks["database"], checks["migrations"]) == ("ok", "ok")


@call("GET /metrics")
def figures(scene: Scene, name: str) -> None:
    answer = scene.call(name, role="nobody")
    assert (answer.status_code, b"# TYPE" in answer.content) == (200, True)


# --- People ----------------------------------------------------------------------------------------------------------
@call("POST /users/")
def add_person(scene: Scene, name: str) -> None:
    made = answered(scene.call(name, {"name": "Grace Hopper", "email": "grace@example.com"}, role="organizer"), 201)
    assert User.objects.get(pk=made["id"]).last_name == "Hopper"


@call("GET /users/")
def list_people(scene: Scene, name: str) -> None:
    assert ids(scene.call(name, query="?company=analytical+engines", role="agent")) == {str(scene.ada.pk)}


@call("GET /users/{id}/")
def read_person(scene: Scene, name: str) -> None:
    assert answered(scene.call(name, role="agent"), 200)["email"] == "ada@example.com"


def change_person(scene: Scene, name: str) -> None:
    changed = answered(scene.call(name, {"city": "Rome"}, role="organizer"), 200)
    assert (changed["city"], changed["first_name"]) == ("Rome", "Ada")


call("PUT /users/{id}/")(change_person)
call("PATCH /users/{id}/")(change_person)


@call("DELETE /users/{id}/")
def delete_person(scene: Scene, name: str) -> None:
    assert scene.call(name).status_code == 409  # Ada hosts: that would be lost
    lonely = answered(scene.call("POST /users/", {"name": "Nobody"}), 201)["id"]
    where = name.replace("{id}", lonely)
    assert [scene.call(where).status_code for _time in range(2)] == [204, 404]


@call("POST /users/filter/")
def filter_people(scene: Scene, name: str) -> None:
    tree = {"filter": {"role": "host", "not": {"city": "York"}}, "limit": 10}
    assert ids(scene.call(name, tree, role="agent")) == {str(scene.ada.pk)}


@call("POST /users/filter_by/")
def filter_people_by_number(scene: Scene, name: str) -> None:
    assert ids(scene.call(name, query="?min_events=2&role=host", role="agent")) == {str(scene.ada.pk)}


@call("GET /users/{id}/events/")
def list_events_of_person(scene: Scene, name: str) -> None:
    rows = answered(scene.call(name, role="agent"), 200)["results"]
    assert {row["event_id"] for row in rows} == {str(scene.meeting.pk), str(scene.past.pk)}


@call("GET /events/{id}/users/")
def list_people_of_event(scene: Scene, name: str) -> None:
    rows = answered(scene.call(name, role="agent"), 200)["results"]
    assert {row["user_id"] for row in rows} == {str(scene.ada.pk), str(scene.bob.pk)}


# --- Mail ------------------------------------------------------------------------------------------------------------
def send_mail(scene: Scene, name: str) -> None:
    made = answered(scene.call(name, {"user_ids": [str(scene.ada.pk)]}, role="organizer"), 202)
    assert Delivery.objects.get(campaign=made["campaign"]["id"]).address == "ada@example.com"


call("POST /users/send_email/")(send_mail)
call("POST /emails/send-emails/")(send_mail)


@call("GET /campaigns/")
def list_mails(scene: Scene, name: str) -> None:
    assert {str(scene.campaign.pk)} == ids(scene.call(name, query="?lane=campaign"))


@call("GET /campaigns/{id}/")
def read_mail(scene: Scene, name: str) -> None:
    assert answered(scene.call(name), 200)["counts"]["frozen"] == 2


# --- Relations -------------------------------------------------------------------------------------------------------
@call("POST /relations/")
def add_relation(scene: Scene, name: str) -> None:
    body = {"user_id": str(scene.customer.pk), "event_id": str(scene.meeting.pk), "role": "attendee"}
    first, again = (scene.call(name, body) for _time in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])


@call("GET /relations/")
def list_relations(scene: Scene, name: str) -> None:
    assert ids(scene.call(name, query=f"?event={scene.meeting.pk}&role=attendee")) == {str(scene.relation.pk)}


@call("GET /relations/{id}/")
def read_relation(scene: Scene, name: str) -> None:
    assert answered(scene.call(name), 200)["status"] == "confirmed"


@call("DELETE /relations/{id}/")
def end_relation(scene: Scene, name: str) -> None:
    answered(scene.call(name), 204)
    scene.relation.refresh_from_db()
    assert scene.relation.status == "cancelled"


# --- Events ----------------------------------------------------------------------------------------------------------
@call("GET /events/")
def list_events(scene: Scene, name: str) -> None:
    assert str(scene.meeting.pk) in ids(scene.call(name, query="?status=active", role="customer"))


@call("POST /events/")
def add_event(scene: Scene, name: str) -> None:
    body = {"title": "Summer party", "start_at": "2030-06-01T18:00:00+02:00", "timezone": "Europe/Berlin"}
    made = answered(scene.call(name, body, role="organizer"), 201)
    assert (made["slug"], made["owner"]) == ("summer-party", str(scene.caller("organizer").pk))


@call("GET /events/{id}/")
def read_event(scene: Scene, name: str) -> None:
    assert answered(scene.call(name, role="customer"), 200)["title"] == "Spring meeting"


def change_event(scene: Scene, name: str) -> None:
    changed = answered(scene.call(name, {"venue": "New Library"}), 200)
    assert (changed["venue"], changed["title"]) == ("New Library", "Spring meeting")


call("PUT /events/{id}/")(change_event)
call("PATCH /events/{id}/")(change_event)


@call("DELETE /events/{id}/")
def delete_event(scene: Scene, name: str) -> None:
    assert scene.call(name).status_code == 409  # Bob is registered
    body = {"title": "Mistake", "start_at": "2030-06-01T18:00:00Z"}
    where = name.replace("{id}", answered(scene.call("POST /events/", body, role="organizer"), 201)["id"])
    assert [scene.call(where, role="organizer").status_code for _time in range(2)] == [204, 404]


# --- Registrations ---------------------------------------------------------------------------------------------------
@call("POST /events/{id}/registrations/")
def register_person(scene: Scene, name: str) -> None:
    first, again = (scene.call(name, {"user_id": str(scene.customer.pk)}) for _time in range(2))
    assert (first.status_code, again.status_code, first.json()["status"]) == (201, 200, "confirmed")
    scene.call("PATCH /events/{id}/", {"max_capacity": 2})
    assert answered(scene.call(name, role="customer"), 201)["queue_position"] == 1
    scene.call("PATCH /events/{id}/", {"waitlist_enabled": False})
    assert scene.call(name, {"user_id": str(scene.ada.pk)}).status_code == 409


@call("GET /events/{id}/registrations/")
def list_registrations(scene: Scene, name: str) -> None:
    assert {str(scene.relation.pk)} == ids(scene.call(name, role="agent"))


@call("DELETE /events/{id}/registrations/{user_id}/")
def cancel_registration(scene: Scene, name: str) -> None:
    scene.call("PATCH /events/{id}/", {"max_capacity": 1})
    waits = answered(scene.call("POST /events/{id}/registrations/", role="customer"), 201)
    assert [scene.call(name).status_code for _time in range(2)] == [204, 404]
    assert (waits["status"], scene.call(f"GET /relations/{waits['id']}/").json()["status"]) == (
        "waitlisted",
        "confirmed",
    )


@call("GET /users/{id}/registrations/")
def list_registrations_of_person(scene: Scene, name: str) -> None:
    mine = answered(scene.call("POST /events/{id}/registrations/", {"user_id": str(scene.ada.pk)}), 201)
    assert ids(scene.call(name, role="agent")) == {mine["id"]}


@call("GET /users/{id}/waitlists/")
def list_waitlists_of_person(scene: Scene, name: str) -> None:
    scene.call("PATCH /events/{id}/", {"max_capacity": 1})
    mine = answered(scene.call("POST /events/{id}/registrations/", {"user_id": str(scene.ada.pk)}), 201)
    assert answered(scene.call(name, role="agent"), 200)["results"] == [mine]
    assert mine["queue_position"] == 1


# --- Signing up and in -----------------------------------------------------------------------------------------------
@call("POST /auth/signup/")
def sign_up(scene: Scene, name: str) -> None:
    body = {"email": "nora@example.com", "password": PASSWORD, "name": "Nora Neu", "role": "admin"}
    answered(scene.call(name, body, role="nobody"), 201)
    assert PendingSignup.objects.get().email == "nora@example.com"


@call("POST /auth/signup/confirm/")
def confirm(scene: Scene, name: str) -> None:
    scene.call("POST /auth/signup/", {"email": "nora@example.com", "password": PASSWORD}, role="nobody")
    body = {"token": signup_token(PendingSignup.objects.get()), "password": PASSWORD}
    made = answered(scene.call(name, body, role="nobody"), 200)
    assert User.objects.get(pk=made["id"]).role_names == {"customer"}
    assert scene.sign_in("nora@example.com").status_code == 200


@call("POST /auth/login/")
def sign_in(scene: Scene, name: str) -> None:
    email = scene.caller("customer").email
    assert answered(scene.call(name, {"email": email, "password": PASSWORD}, role="nobody"), 200).keys() == {
        "access",
        "refresh",
    }
    assert scene.call(name, {"email": email, "password": "another"}, role="nobody").status_code == 401


@call("POST /auth/refresh/")
def refresh(scene: Scene, name: str) -> None:
    body = {"refresh": scene.sign_in(str(scene.caller("customer").email)).json()["refresh"]}
    assert answered(scene.call(name, body, role="nobody"), 200).keys() == {"access", "refresh"}
    assert scene.call(name, body, role="nobody").status_code == 401


@call("POST /auth/logout/")
def sign_out(scene: Scene, name: str) -> None:
    body = {"refresh": scene.sign_in(str(scene.caller("customer").email)).json()["refresh"]}
    assert scene.call(name, body, role="nobody").status_code == 204
    assert scene.call("POST /auth/refresh/", body, role="nobody").status_code == 401


def sign_ins(scene: Scene) -> list[int]:
    """Return the statuses of the customer's sign-in with the old password and with a new one."""
    return [scene.sign_in("customer@example.com", word).status_code for word in (PASSWORD, "quite another one")]


@call("POST /auth/password/change/")
def change_password(scene: Scene, name: str) -> None:
    body = {"current_password": PASSWORD, "new_password": "quite another one"}
    assert scene.call(name, body, role="customer").status_code == 204
    assert sign_ins(scene) == [401, 200]


@call("POST /auth/password/reset/")
def forget_password(scene: Scene, name: str) -> None:
    email = scene.caller("customer").email
    answered(scene.call(name, {"email": email}, role="nobody"), 202)
    assert Delivery.objects.filter(address=email).count() == 1


@call("POST /auth/password/reset/confirm/")
def reset_password(scene: Scene, name: str) -> None:
    body = {"token": reset_token(scene.caller("customer")), "new_password": "quite another one"}
    assert scene.call(name, body, role="nobody").status_code == 204
    assert sign_ins(scene) == [401, 200]


@call("GET /users/me/")
def read_oneself(scene: Scene, name: str) -> None:
    assert answered(scene.call(name, role="customer"), 200)["id"] == str(scene.caller("customer").pk)


@call("PATCH /users/me/")
def change_oneself(scene: Scene, name: str) -> None:
    changed = answered(scene.call(name, {"city": "Rome", "roles": ["admin"]}, role="customer"), 200)
    assert (changed["city"], changed["roles"]) == ("Rome", ["customer"])


@call("POST /auth/email/confirm/")
def confirm_email(scene: Scene, name: str) -> None:
    wish = {"email": "other@example.com", "current_password": PASSWORD}
    asked = answered(scene.call("PATCH /users/me/", wish, role="customer"), 200)
    assert (asked["email"], asked["email_pending"]) == ("customer@example.com", "other@example.com")
    body = {"token": email_token(PendingEmail.objects.get()), "current_password": PASSWORD}
    assert answered(scene.call(name, body, role="nobody"), 200)["email"] == "other@example.com"
    assert scene.sign_in("other@example.com").status_code == 200


@call("POST /tokens/")
def make_token(scene: Scene, name: str) -> None:
    made = answered(scene.call(name, {"name": "Export", "scopes": ["people:read"]}, role="agent"), 201)
    header = {"Authorization": f"Bearer {made['token']}"}
    assert scene.call("GET /users/", role="nobody", **header).status_code == 200
    assert scene.call("POST /users/", {"name": "No"}, role="nobody", **header).status_code == 403


@call("GET /tokens/")
def list_tokens(scene: Scene, name: str) -> None:
    scene.call("POST /tokens/", {"name": "Export", "scopes": ["people:read"]}, role="agent")
    rows = answered(scene.call(name, role="agent"), 200)["results"]
    assert [(row["name"], "token" in row) for row in rows] == [("Export", False)]


# --- Customers -------------------------------------------------------------------------------------------------------
@call("GET /customers/")
def list_customers(scene: Scene, name: str) -> None:
    assert {str(scene.customer.pk)} == ids(scene.call(name, role="agent"))


@call("GET /customers/{id}/")
def read_customer(scene: Scene, name: str) -> None:
    assert answered(scene.call(name, role="agent"), 200)["first_name"] == "Clara"
    assert scene.call(name, role="customer").status_code == 404


def change_customer(scene: Scene, name: str) -> None:
    changed = answered(scene.call(name, {"company": "Clients"}, role="agent"), 200)
    assert (changed["company"], changed["first_name"]) == ("Clients", "Clara")


call("PUT /customers/{id}/")(change_customer)
call("PATCH /customers/{id}/")(change_customer)


@call("DELETE /customers/{id}/")
def delete_customer(scene: Scene, name: str) -> None:
    codes = [scene.call(name, role=role).status_code for role in ("agent", "admin", "admin")]
    written_to = scene.caller("customer")
    scene.call("POST /users/send_email/", {"user_ids": [str(written_to.pk)]})
    assert [*codes, scene.call(name.replace("{id}", str(written_to.pk))).status_code] == [403, 204, 404, 409]
