from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone as clock

from users.accounts.mail import reset_token
from users.accounts.passwords import reset_password
from users.accounts.tests.conftest import OTHER, PASSWORD
from users.accounts.tokens import create_token
from users.models import SecurityEvent, User
from users.tests.answers import problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"
CHANGE = {"current_password": PASSWORD, "new_password": OTHER}


def test_changing_ends_other_sessions_and_every_token(
    post: Callable[..., Any], nora: User, signed_in: dict[str, str], mails: list[Any]
) -> None:
    elsewhere = Client()
    elsewhere.force_login(nora, "users.backends.RoleBackend")
    _token, secret = create_token(user=nora, name="sync", scopes=["*:read"])
    headers = [signed_in, {"Authorization": f"Bearer {secret}"}]
    before = [Client().get(ME, headers=one).status_code for one in headers] + [elsewhere.get(ME).status_code]

    answer = post("auth/password/change", CHANGE, **signed_in)

    after = [Client().get(ME, headers=one).status_code for one in headers] + [elsewhere.get(ME).status_code]
    nora.refresh_from_db()
    assert (answer.status_code, before, after) == (204, [200] * 3, [401] * 3)
    assert nora.check_password(OTHER)
    assert mails == [("password_changed", "nora@example.com")]
    assert SecurityEvent.objects.filter(kind="password_changed", actor=nora, subject=nora).count() == 1


def test_session_that_changes_the_password_goes_on(nora: User) -> None:
    client = Client()
    client.force_login(nora, "users.backends.RoleBackend")

    changed = client.post("/api/v1/auth/password/change/", CHANGE, "application/json")

    assert (changed.status_code, client.get(ME).status_code) == (204, 200)


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"current_password": OTHER}, [("/current_password", "wrong")]),
        ({"new_password": "short"}, [("/new_password", "password_too_short")]),
        ({"new_password": "nora@example.com"}, [("/new_password", "password_too_similar")]),
        ({"user": "x"}, [("/user", "unknown")]),
    ],
)
def test_change_that_cannot_be_is_refused(
    post: Callable[..., Any], nora: User, signed_in: dict[str, str], change: dict[str, str], faults: list[Any]
) -> None:
    answer = post("auth/password/change", {**CHANGE, **change}, **signed_in)

    nora.refresh_from_db()
    assert problem(answer) == (400, faults)
    assert nora.check_password(PASSWORD)


def test_present_password_cannot_be_guessed(post: Callable[..., Any], signed_in: dict[str, str]) -> None:
    wrong = {**CHANGE, "current_password": "wrong"}

    guesses = [post("auth/password/change", wrong, **signed_in).status_code for _time in range(11)]
    right = post("auth/password/change", CHANGE, **signed_in)

    assert guesses == [400] * 10 + [429]
    assert right.status_code == 429
    assert 0 < int(right.headers["Retry-After"]) <= 900


def test_change_is_for_who_is_signed_in(post: Callable[..., Any], nora: User) -> None:
    _token, secret = create_token(user=nora, name="sync", scopes=["*:write"])

    assert post("auth/password/change", CHANGE).status_code == 401
    assert post("auth/password/change", CHANGE, Authorization=f"Bearer {secret}").status_code == 403


def test_reset_sets_a_password_once(post: Callable[..., Any], nora: User) -> None:
    token = reset_token(nora)
    body = {"token": token, "new_password": OTHER}

    answers = [post("auth/password/reset/confirm", body) for _time in range(2)]

    nora.refresh_from_db()
    assert answers[0].status_code == 204
    assert problem(answers[1]) == (400, [("/token", "invalid")])
    assert nora.check_password(OTHER)


def test_reset_opens_what_wrong_passwords_closed(post: Callable[..., Any], nora: User) -> None:
    for _time in range(11):
        post("auth/login", {"email": nora.email, "password": "wrong"})

    post("auth/password/reset/confirm", {"token": reset_token(nora), "new_password": OTHER})

    assert post("auth/login", {"email": nora.email, "password": OTHER}).status_code == 200


def test_weak_password_leaves_the_link_good(post: Callable[..., Any], nora: User) -> None:
    token = reset_token(nora)

    weak = post("auth/password/reset/confirm", {"token": token, "new_password": "short"})
    good = post("auth/password/reset/confirm", {"token": token, "new_password": OTHER})

    assert problem(weak) == (400, [("/new_password", "password_too_short")])
    assert good.status_code == 204


@pytest.mark.parametrize("token", ["", ".", "x.y", "é.1", "MTIz.x-y", "AAAA." + "x" * 150])
def test_reset_by_what_is_no_token_is_refused(post: Callable[..., Any], token: str) -> None:
    status, faults = problem(post("auth/password/reset/confirm", {"token": token, "new_password": OTHER}))

    assert (status, faults[0][0]) == (400, "/token")


def test_links_end_with_time_sign_in_and_another_address(nora: User, settings: Any) -> None:
    token = reset_token(nora)
    later = clock.now() + timedelta(minutes=1)

    settings.PASSWORD_RESET_TIMEOUT = -1
    assert_over(token)
    settings.PASSWORD_RESET_TIMEOUT = 60
    User.objects.update(last_login=later)
    assert_over(token)
    User.objects.update(last_login=None, email="new@example.com")
    assert_over(token)
    User.objects.update(email="nora@example.com", is_active=False)
    assert_over(token)
    User.objects.update(is_active=True)
    assert reset_password(token=token, password=OTHER) == nora


def assert_over(token: str) -> None:
    """Make sure that ``token`` sets no password."""
    with pytest.raises(Exception, match="too old"):
        reset_password(token=token, password=OTHER)


def test_reset_claims_a_contact() -> None:
    contact = UserFactory.create(email="nora@example.com")

    reset_password(token=reset_token(contact), password=PASSWORD)

    contact = User.objects.get()
    assert contact.check_password(PASSWORD)
    assert contact.role_names == {"customer"}


def test_reset_is_asked_for_in_the_same_way_whoever_has_the_address(
    post: Callable[..., Any], nora: User, mails: list[Any]
) -> None:
    answers = [post("auth/password/reset", {"email": one}) for one in ("Nora@Example.com", "nobody@example.com")]

    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    assert mails == [("password_reset", "nora@example.com"), ("password_reset", "nobody@example.com")]


def test_password_of_others_is_set_by_a_form_of_the_admin(admin_of_staff: Client, nora: User, staff: User) -> None:
    _token, secret = create_token(user=nora, name="sync", scopes=["*:read"])
    page = f"/admin/users/user/{nora.pk}/password/"

    answer = admin_of_staff.post(page, {"password1": OTHER, "password2": OTHER, "usable_password": "true"})

    nora.refresh_from_db()
    used = Client().get(ME, headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, used.status_code) == (302, 401)
    assert nora.check_password(OTHER)
    assert SecurityEvent.objects.get(kind="password_changed").actor == staff


def test_sign_in_is_taken_by_a_form_of_the_admin(admin_of_staff: Client, nora: User) -> None:
    page = f"/admin/users/user/{nora.pk}/password/"

    admin_of_staff.post(page, {"usable_password": "false", "unset-password": "1"})

    nora.refresh_from_db()
    assert not nora.has_usable_password()


def test_own_password_is_changed_in_the_admin(admin_of_staff: Client, staff: User, mails: list[Any]) -> None:
    staff.set_password(PASSWORD)
    staff.save()
    admin_of_staff.force_login(staff, "users.backends.RoleBackend")
    form = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}

    wrong = admin_of_staff.post("/admin/password_change/", {**form, "old_password": "wrong"})
    right = admin_of_staff.post("/admin/password_change/", form)

    staff.refresh_from_db()
    assert (wrong.status_code, right.status_code) == (200, 302)
    assert staff.check_password(OTHER)
    assert mails == [("password_changed", "sam@example.com")]
    assert admin_of_staff.get("/admin/").status_code == 200


def test_own_password_cannot_be_guessed_in_the_admin(admin_of_staff: Client, staff: User) -> None:
    staff.set_password(PASSWORD)
    staff.save()
    admin_of_staff.force_login(staff, "users.backends.RoleBackend")
    form = {"old_password": "wrong", "new_password1": OTHER, "new_password2": OTHER}
    for _time in range(10):
        admin_of_staff.post("/admin/password_change/", form)

    answer = admin_of_staff.post("/admin/password_change/", {**form, "old_password": PASSWORD})

    staff.refresh_from_db()
    assert "Too many wrong passwords" in answer.content.decode()
    assert staff.check_password(PASSWORD)


def test_guessing_with_a_key_for_repeats_has_an_end(
    post: Callable[..., Any], nora: User, signed_in: dict[str, str]
) -> None:
    headers = {**signed_in, "Idempotency-Key": "one", "If-Match": "*"}
    guess = {"current_password": "wrong", "new_password": OTHER}

    statuses = [post("auth/password/change", guess, **headers).status_code for _time in range(12)]

    assert statuses == [400] * 10 + [429] * 2
    assert SecurityEvent.objects.filter(kind="sign_in_failed").count() == 10
