import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
from axes.models import AccessAttempt
from django.db import connections
from django.db.models import F
from django.test import Client
from django.utils import timezone as clock
from pytest_django import Settings

from users.accounts.lockout import purge
from users.accounts.tests.conftest import PASSWORD, QuickHasher
from users.models import SecurityEvent, User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/api/v1/auth/login/"
DAY = 24 * 60 * 60  # seconds
COUNTED: Counter[str] = Counter()
LOCK = threading.Lock()


class CountingHasher(QuickHasher):
    """Counts how many passwords are looked at, and with which."""

    def encode(self, password: str, salt: Any) -> str:
        with LOCK:
            COUNTED[password] += 1
        return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with LOCK:
            COUNTED[password] += 1
        return bool(super().verify(password, encoded))


@pytest.fixture
def hashed(settings: Settings) -> Counter[str]:
    """Return how often each password is hashed from here on."""
    settings.PASSWORD_HASHERS = ["users.accounts.tests.test_lockout.CountingHasher"]
    COUNTED.clear()
    return COUNTED


def sign_in(client: Client, password: str, *, email: str = "nora@example.com", address: str = "192.0.2.1") -> Any:
    """Try to sign in at the API from an address."""
    body = {"email": email, "password": password}
    return client.post(LOGIN, body, "application/json", REMOTE_ADDR=address)


def let_pass(**time: float) -> None:
    """Make every attempt so much older."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(**time))


def test_ten_wrong_passwords_close_one_door(client: Client, nora: User, hashed: Counter[str]) -> None:
    other = UserFactory.create(email="other@example.com")
    other.set_password(PASSWORD)
    other.save()
    wrong = [sign_in(client, "wrong", email=one).status_code for one in ("Nora@Example.com", "nora@example.com") * 6]
    hashed.clear()
    let_pass(seconds=3)

    right = sign_in(client, PASSWORD)

    assert wrong == [401] * 10 + [429] * 2
    assert right.status_code == 429
    assert 880 < int(right.headers["Retry-After"]) <= 897
    assert right.headers["Content-Type"] == "application/problem+json"
    assert not hashed
    assert sign_in(client, PASSWORD, address="192.0.2.2").status_code == 200
    assert sign_in(client, PASSWORD, email="other@example.com").status_code == 200


def test_door_opens_after_a_quarter_of_an_hour(client: Client, nora: User) -> None:
    for _time in range(11):
        sign_in(client, "wrong")
    let_pass(minutes=15, seconds=1)

    assert sign_in(client, PASSWORD).status_code == 200
    assert not AccessAttempt.objects.exists()


def test_flood_of_guesses_at_one_name_keeps_nobody_waiting(
    client: Client, nora: User, hashed: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(10):
        sign_in(client, "wrong")
    hashed.clear()
    monkeypatch.setattr(time, "sleep", lambda _seconds: pytest.fail("A thread was held."))
    begun = time.monotonic()

    refused = [sign_in(client, "wrong") for _time in range(10)]

    assert time.monotonic() - begun < 2
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in refused} == {(429, "1")}
    assert not hashed


def test_right_password_forgives_the_wrong_ones(client: Client, nora: User) -> None:
    tries = ["wrong"] * 9 + [PASSWORD] + ["wrong"] * 9 + [PASSWORD]

    assert [sign_in(client, one).status_code for one in tries] == [*[401] * 9, 200, *[401] * 9, 200]


def test_door_is_closed_in_every_way_of_signing_in(client: Client, nora: User, staff: User) -> None:
    staff.set_password(PASSWORD)
    staff.save()
    for _time in range(10):
        sign_in(client, "wrong", email="sam@example.com", address="127.0.0.1")
    let_pass(seconds=3)
    form = {"username": "Sam@example.com", "password": PASSWORD}

    admin = client.post("/admin/login/", form)
    session = client.post("/api/session/login/", form)

    for answer in (admin, session):
        assert answer.status_code == 429
        assert "for another 15 minutes" in answer.content.decode()
        assert int(answer.headers["Retry-After"]) > 0


def test_sign_in_to_the_admin_counts_too(client: Client, staff: User) -> None:
    staff.set_password(PASSWORD)
    staff.save()
    wrong = [
        client.post("/admin/login/", {"username": "sam@example.com", "password": "wrong"}).status_code
        for _time in range(11)
    ]

    assert wrong == [200] * 10 + [429]
    assert sign_in(client, PASSWORD, email="sam@example.com", address="127.0.0.1").status_code == 429


def test_session_sign_in_of_the_browsable_api(client: Client, nora: User) -> None:
    answer = client.post("/api/session/login/?next=/api/v1/users/me/", {"username": nora.email, "password": PASSWORD})

    assert answer.status_code == 302
    assert client.get("/api/v1/users/me/").json()["email"] == nora.email


def test_proxies_are_believed_where_they_are_trusted(client: Client, nora: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []
    for number in range(11):
        body = {"email": nora.email, "password": "wrong"}
        client.post(LOGIN, body, "application/json", headers={"X-Forwarded-For": f"198.51.100.{number}"})

    assert AccessAttempt.objects.get().failures_since_start == 10


def test_network_of_one_ipv6_customer_is_one_address(client: Client, nora: User) -> None:
    near = [sign_in(client, "wrong", address=f"2001:db8:1:2::{number:x}").status_code for number in range(1, 13)]

    assert near == [401] * 10 + [429] * 2
    assert sign_in(client, PASSWORD, address="2001:db8:1:3::1").status_code == 200


def test_neighbour_on_the_same_link_signs_in(client: Client, nora: User) -> None:
    wrong = sign_in(client, "wrong", address="fe80::1%eth0")

    assert (wrong.status_code, AccessAttempt.objects.get().ip_address) == (401, "fe80::")
    assert sign_in(client, PASSWORD, address="fe80::1%eth0").status_code == 200


def test_only_what_counts_is_kept(client: Client, nora: User) -> None:
    sign_in(client, "wrong", email="Stranger@example.com")
    kept = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=14))
    early = purge()
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=16))

    assert (kept.username, kept.user_agent, kept.path_info, kept.get_data, kept.post_data) == (
        "stranger@example.com",
        *[""] * 4,
    )
    assert (early, purge()) == (0, 1)


def test_log_ends_with_the_lock(client: Client, nora: User) -> None:
    for _time in range(30):
        sign_in(client, "wrong")

    kinds = Counter(SecurityEvent.objects.values_list("kind", flat=True))
    assert kinds == {"sign_in_failed": 10, "locked_out": 1}


def test_sign_in_works_without_a_cache(client: Client, nora: User, settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        }
    }

    assert [sign_in(client, "wrong").status_code for _time in range(11)] == [401] * 10 + [429]


@pytest.fixture
def at_once() -> Iterator[ThreadPoolExecutor]:
    """Return sixteen threads."""
    with ThreadPoolExecutor(16) as pool:
        yield pool


def over_http(address: str, pool: ThreadPoolExecutor, bodies: list[dict[str, str]]) -> Counter[int]:
    """Try to sign in with each of ``bodies``, sixteen at once, and return how often each status came."""
    local = threading.local()

    def call(body: dict[str, str]) -> int:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        status: int = local.session.post(f"{address}{LOGIN}", json=body, timeout=60).status_code
        return status

    return Counter(pool.map(call, bodies))


@pytest.mark.django_db(transaction=True)
@pytest.mark.no_cover
def test_thousand_guesses_cost_ten_hashes(
    live_server: Any, nora: User, hashed: Counter[str], at_once: ThreadPoolExecutor
) -> None:
    other = UserFactory.create(email="other@example.com")
    other.set_password(PASSWORD)
    other.save()
    guesses = [{"email": "nora@example.com", "password": f"guess {number}"} for number in range(1_000)]

    statuses = over_http(live_server.url, at_once, guesses)

    looked_at = sum(times for password, times in hashed.items() if password.startswith("guess"))
    beside = over_http(live_server.url, at_once, [{"email": "other@example.com", "password": PASSWORD}])
    here = over_http(live_server.url, at_once, [{"email": "nora@example.com", "password": PASSWORD}])
    elsewhere = sign_in(Client(), PASSWORD)
    assert statuses == {401: 10, 429: 990}
    assert looked_at == 10
    assert (beside, here, elsewhere.status_code) == ({200: 1}, {429: 1}, 200)
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_many_who_sign_in_rightly_at_once_are_let_in_when_they_come_again(
    live_server: Any, nora: User, at_once: ThreadPoolExecutor
) -> None:
    def sign_in_until_let_in(_number: int) -> int:
        for _time in range(30):
            answer = requests.post(f"{live_server.url}{LOGIN}", json=right, timeout=60)
            if answer.status_code != 429:
                return int(answer.status_code)
            assert answer.headers["Retry-After"] == "1"
            time.sleep(1)
        return 429

    right = {"email": "nora@example.com", "password": PASSWORD}

    assert Counter(at_once.map(sign_in_until_let_in, range(64))) == {200: 64}
    connections.close_all()


def test_name_of_any_length_is_counted(post: Callable[..., Any]) -> None:
    for _time in range(3):
        assert post("auth/login", {"email": "x" * 5_000, "password": "wrong"}).status_code == 401

    assert AccessAttempt.objects.get().failures_since_start == 3


def test_guessing_many_names_at_a_page_has_an_end(client: Client, settings: Settings, hashed: Counter[str]) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in_address": "5/day"}

    answers = [
        client.post("/admin/login/", {"username": f"{number}@example.com", "password": "wrong"}).status_code
        for number in range(8)
    ]

    assert answers == [200] * 5 + [429] * 3
    assert sum(hashed.values()) == 5


def test_who_is_shut_out_for_their_address_is_not_sent_for_a_new_password(client: Client, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in_address": "1/day"}

    client.post("/admin/login/", {"username": "a@example.com", "password": "wrong"})
    shut = client.post("/admin/login/", {"username": "b@example.com", "password": "wrong"}).content.decode()

    assert ("Sign-in is closed there" in shut, "new password" in shut) == (True, False)


DOORS = ["/account/sign-in/", "/admin/login/", "/api/session/login/"]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_has_the_limits_of_the_api(
    client: Client, nora: User, settings: Settings, hashed: Counter[str], door: str
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in": "4/day"}
    settings.AXES_FAILURE_LIMIT = 3
    wrong = {"username": "Nora@example.com", "password": "wrong"}

    beside = [sign_in(client, "wrong", address="127.0.0.1").status_code for _time in range(2)]
    statuses = [client.post(door, one).status_code for one in (wrong, wrong, wrong)]
    over = client.post(door, wrong)
    others = client.post(door, {**wrong, "username": "other@example.com"})

    assert (beside, statuses) == ([401, 401], [200, 429, 429])  # the third closes the door, the fifth is one too many
    assert "Too many wrong passwords" in over.content.decode()
    until_midnight = DAY - clock.now().timestamp() % DAY  # where a window of a day ends
    assert until_midnight - 60 < int(over.headers["Retry-After"]) <= until_midnight + 60
    assert (others.status_code, hashed["wrong"]) == (200, 4)


def test_who_signs_in_rightly_too_often_is_told_that_it_was_not_the_password(
    client: Client, nora: User, settings: Settings
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in": "2/day"}
    right = {"username": nora.email, "password": PASSWORD}

    answers = [Client().post("/account/sign-in/", right) for _time in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Too many sign-ins" in answers[-1].content.decode()
    assert not AccessAttempt.objects.exists()


def test_who_is_signed_in_guesses_as_slowly_as_others(client: Client, nora: User, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in_address": "2/day"}
    client.force_login(nora, "users.backends.RoleBackend")
    guesses = [{"username": f"{number}@example.com", "password": "wrong"} for number in range(2)]

    here = [client.post("/admin/login/", guess).status_code for guess in guesses]
    beside = Client().post("/admin/login/", guesses[0]).status_code

    assert (here, beside) == ([200, 200], 429)
