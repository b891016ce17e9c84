import logging
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings
from rest_framework.test import APIClient

from api.tests.library import BookViewSet
from api.throttles import HouseThrottle, Leases, count, network_of, rate_of, site_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("api.tests.urls")]
URL = "/api/v1/books/"
LOGIN = "/api/v1/auth/login/"
NOWHERE = "redis://127.0.0.1:1/0"
DEAD_CACHE = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}}


@pytest.fixture(autouse=True)
def rates(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set rates of a whole day, so that no window ends during a test."""
    monkeypatch.setattr(HouseThrottle, "resting_until", 0.0)
    settings.THROTTLE_RATES = {
        "user": "3/day",
        "anonymous": "2/day",
        "refused": "2/day",
        "sign_in": "2/day",
        "sign_in_address": "4/day",
    }
    found: dict[str, str] = settings.THROTTLE_RATES
    return found


def codes(client: APIClient, number: int, **options: Any) -> list[int]:
    return [client.get(URL, **options).status_code for _call in range(number)]


def test_caller_beyond_the_rate_hears_when_to_come_again(client: APIClient) -> None:
    assert codes(client, 4) == [200, 200, 200, 429]

    answer = client.get(URL)

    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(answer["Retry-After"]) <= 86400


def test_each_person_has_a_rate_of_their_own(client: APIClient, django_user_model: Any) -> None:
    codes(client, 4)
    client.force_authenticate(django_user_model.objects.create_superuser("other@example.com"))

    assert codes(client, 1) == [200]


def test_new_window_begins_at_nought(client: APIClient, rates: dict[str, str]) -> None:
    rates["user"] = "1/s"
    while True:
        time.sleep(1.02 - time.time() % 1)
        if codes(client, 2) == [200, 429]:
            break
    wait = int(client.get(URL).get("Retry-After", "0"))
    time.sleep(1.02 - time.time() % 1)

    assert (wait <= 1, codes(client, 1)) == (True, [200])


@pytest.mark.parametrize(("peer", "code"), [("203.0.113.1", 429), ("203.0.113.2", 404)])
def test_callers_without_sign_in_count_by_address(anonymous: APIClient, peer: str, code: int) -> None:
    for _call in range(2):
        anonymous.get("/api/nowhere/", REMOTE_ADDR="203.0.113.1")

    assert anonymous.get("/api/nowhere/", REMOTE_ADDR=peer).status_code == code


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ecrm_guess"}, {"Authorization": "Bearer a.b.c"}])
@pytest.mark.urls("crm_project.urls")
def test_flood_of_calls_without_sign_in_has_an_end(anonymous: APIClient, headers: dict[str, str]) -> None:
    def call(peer: str = "203.0.113.1") -> Any:
        return anonymous.get("/api/v1/users/", headers=headers, REMOTE_ADDR=peer)

    flood = [call() for _call in range(4)]

    assert [answer.status_code for answer in flood] == [401, 401, 429, 429]
    assert flood[3]["Content-Type"] == "application/problem+json"
    assert 0 < int(flood[3]["Retry-After"]) <= 86400
    assert call("203.0.113.2").status_code == 401


def test_flood_of_forbidden_calls_has_an_end(anonymous: APIClient, django_user_model: Any) -> None:
    people = [django_user_model.objects.create(email=f"{name}@example.com") for name in ("ann", "bob")]
    anonymous.force_authenticate(people[0])
    flood = codes(anonymous, 5)
    anonymous.force_authenticate(people[1])

    assert flood == [403, 403, 403, 429, 429]
    assert codes(anonymous, 1) == [403]


@pytest.mark.urls("crm_project.urls")
def test_neighbours_of_a_flood_are_answered_and_sign_in(anonymous: APIClient, client: APIClient) -> None:
    flood = [anonymous.get("/api/v1/users/").status_code for _call in range(5)]

    assert flood == [401, 401, 429, 429, 429]
    assert [client.get("/api/v1/users/").status_code for _call in range(4)] == [200, 200, 200, 429]
    assert anonymous.get("/api/").status_code == 200
    assert anonymous.post(LOGIN, {"email": "ann@example.com", "password": "wrong"}).status_code == 401


def test_refusals_are_those_of_always_without_a_cache(anonymous: APIClient) -> None:
    with override_settings(CACHES=DEAD_CACHE):
        assert codes(anonymous, 5) == [401] * 5


@pytest.mark.parametrize(("scope", "limit"), [("narrow", [200, 429]), ("unnamed", [200, 200])])
def test_narrower_scope_of_a_view_counts_besides(
    client: APIClient, rates: dict[str, str], monkeypatch: pytest.MonkeyPatch, scope: str, limit: list[int]
) -> None:
    rates["narrow"] = "1/day"
    monkeypatch.setattr(BookViewSet, "throttle_scope", scope)

    assert codes(client, 2) == limit


@pytest.mark.urls("crm_project.urls")
def test_guesses_at_one_password_shut_out_neither_neighbours_nor_other_addresses(anonymous: APIClient) -> None:
    def sign_in(email: Any, peer: str = "203.0.113.1") -> int:
        return anonymous.post(LOGIN, {"email": email, "password": "wrong"}, REMOTE_ADDR=peer).status_code

    guesses = [sign_in("Ann@example.com") for _guess in range(10)]

    assert guesses == [401, 401] + [429] * 8
    assert sign_in(" ANN@example.com") == 429
    assert (sign_in("ann@example.com", "203.0.113.2"), sign_in("bob@example.com")) == (401, 401)
    assert [sign_in("cid@example.com"), sign_in("dan@example.com")] == [401, 429]


@pytest.mark.urls("crm_project.urls")
def test_networks_of_one_site_guess_together(anonymous: APIClient, rates: dict[str, str]) -> None:
    rates["sign_in_site"] = "3/day"

    def sign_in(peer: str) -> int:
        return anonymous.post(LOGIN, {"email": "a@example.com", "password": "wrong"}, REMOTE_ADDR=peer).status_code

    assert [sign_in(f"2001:db8:7:{number}::1") for number in range(5)] == [401] * 3 + [429] * 2
    assert [sign_in(peer) for peer in ("2001:db8:8::1", "203.0.113.1")] == [401, 401]


@pytest.mark.parametrize(
    ("path", "password"), [("password/reset/confirm", "new_password"), ("email/confirm", "current_password")]
)
@pytest.mark.urls("crm_project.urls")
def test_uses_of_a_link_shut_out_no_neighbour_with_another(anonymous: APIClient, path: str, password: str) -> None:
    def use(token: str) -> int:
        return anonymous.post(f"/api/v1/auth/{path}/", {"token": token, password: "correct horse battery"}).status_code

    assert [use("a.stranger's") for _time in range(4)] == [400, 400, 429, 429]
    assert [use(token) for token in ("nora's", "ann's", "bob's")] == [400, 400, 429]  # the limit of their address


@pytest.mark.parametrize("body", [["no object"], {"email": ["a"]}, {}])
@pytest.mark.urls("crm_project.urls")
def test_sign_in_without_an_address_is_no_error_of_ours(anonymous: APIClient, body: Any) -> None:
    assert anonymous.post(LOGIN, body).status_code == 400


@pytest.mark.urls("crm_project.urls")
def test_sign_in_that_is_no_json_is_a_400(anonymous: APIClient) -> None:
    assert anonymous.post(LOGIN, "{", content_type="application/json").status_code == 400


@pytest.mark.urls("crm_project.urls")
def test_flood_of_what_is_no_json_at_the_sign_in_has_an_end(anonymous: APIClient, rates: dict[str, str]) -> None:
    rates["sign_in_address"] = "2/day"

    answers = [anonymous.post(LOGIN, "{", content_type="application/json").status_code for _call in range(4)]

    assert answers == [400, 400, 429, 429]


def test_without_a_cache_everybody_is_let_in_and_the_log_says_so_once(
    client: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(CACHES=DEAD_CACHE), caplog.at_level(logging.WARNING, logger="api.throttles"):
        assert codes(client, 5) == [200] * 5

    assert [record.name for record in caplog.records].count("api.throttles") == 1


def test_counting_begins_again_when_the_cache_is_back(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(CACHES=DEAD_CACHE):
        codes(client, 1)
    monkeypatch.setattr(HouseThrottle, "resting_until", time.monotonic())

    assert codes(client, 4) == [200, 200, 200, 429]


def test_empty_rate_is_no_limit(client: APIClient, rates: dict[str, str]) -> None:
    rates["user"] = ""

    assert codes(client, 5) == [200] * 5


def test_count_survives_what_another_added_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    def come_too_late(*_args: Any, **_options: Any) -> bool:
        cache.set("k", 1)
        return False

    monkeypatch.setattr(cache, "add", come_too_late)

    assert count("k", 1, 60) == 2


def test_large_limit_is_counted_in_hundredths(client: APIClient, rates: dict[str, str]) -> None:
    rates["user"] = "200/day"

    answers = codes(client, 202)

    assert answers == [200] * 200 + [429] * 2


def test_processes_share_a_large_limit() -> None:
    processes = [Leases(), Leases()]

    made = [process.calls("a", 200, 60) for _turn in range(110) for process in processes]

    assert sum(calls <= 200 for calls in made) == 200


def test_leases_are_kept_for_a_limited_number_of_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.throttles.LEASES_KEPT", 2)
    leases = Leases()

    for caller in "abc":
        leases.calls(caller, 200, 60)

    assert {*leases.left} == {"c"}


@pytest.mark.parametrize(
    ("text", "rate"),
    [("600/min", (600, 60)), ("5/s", (5, 1)), ("1/hour", (1, 3600)), ("9/d", (9, 86400)), ("", (0, 1))],
)
def test_rate_is_read(text: str, rate: tuple[int, int]) -> None:
    assert rate_of(text) == rate


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("2001:db8::1:2:3:4", "2001:db8::"),
        ("2001:db8:0:7::4", "2001:db8:0:7::"),
        ("", ""),
    ],
)
def test_ipv6_customer_is_one_caller(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "site"),
    [("203.0.113.1", ""), ("2001:db8:7:8::4", "2001:db8:7::"), ("2001:db8::1", "2001:db8::"), ("", "")],
)
def test_ipv6_site_has_many_networks(address: str, site: str) -> None:
    assert site_of(address) == site
