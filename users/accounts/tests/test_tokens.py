import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone as clock

from api.exceptions import Conflict
from users.accounts.scopes import SCOPES, allows
from users.accounts.tests.conftest import PASSWORD
from users.accounts.tokens import MARK, create_token, purge
from users.models import ApiToken, SecurityEvent, User
from users.tests.answers import problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/tokens/"
ME = "/api/v1/users/me/"
NEW = {"name": "Sync", "scopes": ["people:read"]}


def bearer(secret: str) -> dict[str, str]:
    """Return the header by which a token is sent."""
    return {"Authorization": f"Bearer {secret}"}


def status(secret: str, path: str = ME) -> int:
    """Return how a call with a token is answered."""
    return Client().get(path, headers=bearer(secret)).status_code


@pytest.fixture
def secret(nora: User) -> str:
    """Return a token of Nora's that may read all that she may."""
    return create_token(user=nora, name="Sync", scopes=["*:read"])[1]


def test_token_is_shown_once(client: Client, post: Callable[..., Any], nora: User, signed_in: dict[str, str]) -> None:
    made = post("tokens", NEW, **signed_in, **{"Idempotency-Key": "one"})
    secret = made.json()["token"]
    listed = client.get(TOKENS, headers=signed_in)
    single = client.get(f"{TOKENS}{made.json()['id']}/", headers=signed_in)

    stored = ApiToken.objects.get()
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert secret.startswith(MARK)
    assert made.json() == {**listed.json()["results"][0], "token": secret} == {**single.json(), "token": secret}
    assert stored.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert (stored.prefix, stored.scopes) == (secret[:13], ["people:read"])
    assert len(secret) - 13 == 43
    assert status(secret) == 200


def test_person_has_a_hundred_tokens_at_most(post: Callable[..., Any], nora: User, signed_in: dict[str, str]) -> None:
    ApiToken.objects.bulk_create(ApiToken(user=nora, prefix=f"{MARK}{number}", scopes=[]) for number in range(99))
    ApiToken.objects.create(user=nora, prefix="revoked", scopes=[], revoked_at=clock.now())

    answers = [post("tokens", NEW, **signed_in) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]
    assert "Revoke one" in answers[1].json()["detail"]
    assert create_token(user=UserFactory.create(), name="Sync", scopes=["people:read"])


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_make_no_more_than_a_hundred_tokens(nora: User) -> None:
    ApiToken.objects.bulk_create(ApiToken(user=nora, prefix=f"{MARK}{number}", scopes=[]) for number in range(99))
    together = threading.Barrier(6)

    def make() -> bool:
        together.wait()
        try:
            create_token(user=nora, name="Sync", scopes=["people:read"])
        except Conflict:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as pool:
        made = [one.result() for one in [pool.submit(make) for _time in range(6)]]

    assert (sum(made), ApiToken.objects.count()) == (1, 100)


def test_repeated_call_makes_another_token(post: Callable[..., Any], signed_in: dict[str, str]) -> None:
    secrets = {post("tokens", NEW, **signed_in, **{"Idempotency-Key": "one"}).json()["token"] for _time in range(2)}

    assert len(secrets) == 2


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["people:delete"]}, "/scopes/0"),
        ({"scopes": ["tokens:write"]}, "/scopes/0"),
        ({"name": ""}, "/name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"user_id": "x", "secret": "mine"}, "/secret"),
    ],
)
def test_token_that_cannot_be_is_refused(
    post: Callable[..., Any], signed_in: dict[str, str], change: dict[str, Any], place: str
) -> None:
    found, faults = problem(post("tokens", {**NEW, **change}, **signed_in))

    assert (found, [fault[0] for fault in faults]) == (400, [place])
    assert not ApiToken.objects.exists()


def test_revoked_token_is_refused_and_gone(client: Client, signed_in: dict[str, str], secret: str) -> None:
    page = f"{TOKENS}{ApiToken.objects.get().pk}/"
    before = status(secret)

    revoked = client.delete(page, headers=signed_in)

    assert (before, revoked.status_code, status(secret)) == (200, 204, 401)
    assert client.get(page, headers=signed_in).status_code == 404
    assert list(SecurityEvent.objects.filter(kind="token_revoked").values_list("subject__email", "details")) == [
        ("nora@example.com", {"token": secret[:13]})
    ]


@pytest.mark.parametrize(
    "change", [{"expires_at": clock.now() - timedelta(seconds=1)}, {"revoked_at": clock.now()}, {"digest": "0" * 64}]
)
def test_token_that_ended_is_refused(secret: str, change: dict[str, Any]) -> None:
    ApiToken.objects.update(**change)

    answer = Client().get(ME, headers=bearer(secret))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert secret not in answer.content.decode()


def test_token_ends_with_its_owner(secret: str) -> None:
    User.objects.update(is_active=False)

    assert status(secret) == 401


@pytest.mark.parametrize("sent", ["ecrm_", "ecrm_\xe9", "ecrm_" + "x" * 5_000, "ecrm_00000000"])
def test_what_is_no_token_is_refused(nora: User, sent: str) -> None:
    assert status(sent) == 401


def test_token_in_an_address_is_nobody(client: Client, secret: str) -> None:
    for name in ("token", "access_token", "api_key"):
        assert client.get(ME, {name: secret}).status_code == 401


def test_use_is_noted_once_a_minute(secret: str, django_assert_num_queries: Any) -> None:
    status(secret)
    first = ApiToken.objects.get().last_used_at
    status(secret)
    second = ApiToken.objects.get().last_used_at
    ApiToken.objects.update(last_used_at=clock.now() - timedelta(seconds=61))
    status(secret)

    assert first is not None
    assert (second, ApiToken.objects.filter(last_used_at__gt=first).exists()) == (first, True)


def test_token_does_no_more_than_its_scopes(nora: User) -> None:
    _token, reads = create_token(user=nora, name="a", scopes=["people:read"])
    _token, writes = create_token(user=nora, name="b", scopes=["people:write"])
    _token, elsewhere = create_token(user=nora, name="c", scopes=["events:write"])

    def patched(secret: str) -> int:
        answer = Client().patch(ME, {"city": "Rome"}, "application/json", headers=bearer(secret))
        return answer.status_code

    assert [(status(one), patched(one)) for one in (reads, writes, elsewhere)] == [(200, 403), (200, 200), (403, 403)]
    assert [status(one, "/api/v1/events/") for one in (reads, writes, elsewhere)] == [403, 403, 200]


def test_token_does_no_more_than_its_owner(nora: User) -> None:
    other = UserFactory.create()
    _token, secret = create_token(user=nora, name="a", scopes=["*:write"])

    assert status(secret, f"/api/v1/users/{other.pk}/") == 404
    assert status(secret, "/api/v1/campaigns/") == 403


def test_token_manages_no_sign_in(staff: User, nora: User) -> None:
    staff.set_password(PASSWORD)
    staff.save()
    _token, secret = create_token(user=staff, name="a", scopes=["*:read", "*:write"])
    client, headers = Client(), bearer(secret)

    def patched(person: User, body: dict[str, Any]) -> int:
        page = f"/api/v1/users/{person.pk}/"
        return client.patch(page, body, "application/json", headers=headers).status_code

    assert client.get(TOKENS, headers=headers).status_code == 403
    assert client.post(TOKENS, NEW, "application/json", headers=headers).status_code == 403
    assert client.delete(f"{TOKENS}{_token.pk}/", headers=headers).status_code == 403
    assert patched(nora, {"email": "mine@example.com"}) == 403
    assert patched(staff, {"email": "mine@example.com", "current_password": PASSWORD}) == 403
    assert patched(nora, {"roles": ["admin"]}) == 200  # ignored, as from whoever may not hand them out
    assert nora.groups.get().name == "customer"
    assert patched(UserFactory.create(), {"email": "contact@example.com"}) == 200


def test_administrators_see_and_revoke_everybodys(client_of_staff: Any, secret: str, nora: User) -> None:
    create_token(user=UserFactory.create(), name="another's", scopes=["*:read"])

    listed = client_of_staff.get(TOKENS, {"user": str(nora.pk)}).json()["results"]
    revoked = client_of_staff.delete(f"{TOKENS}{listed[0]['id']}/")

    assert [one["user_id"] for one in listed] == [str(nora.pk)]
    assert (revoked.status_code, status(secret)) == (204, 401)


def test_others_tokens_are_unknown(client_of: Any, secret: str, organizer: User) -> None:
    client = client_of(organizer)
    page = f"{TOKENS}{ApiToken.objects.get().pk}/"

    assert client.get(TOKENS).json()["results"] == []
    assert [client.get(page).status_code, client.delete(page).status_code] == [404, 404]
    assert status(secret) == 200


def test_jwt_costs_no_look_up_of_tokens(
    client: Client, signed_in: dict[str, str], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(10) as captured:
        client.get(ME, headers=signed_in)

    assert not [query for query in captured.captured_queries if "apitoken" in query["sql"]]


@pytest.mark.parametrize(
    ("scopes", "permission", "allowed"),
    [
        (["events:read"], "events.view_event", True),
        (["events:read"], "events.change_event", False),
        (["events:write"], "events.view_event", True),
        (["events:write"], "events.delete_event", True),
        (["*:read"], "relations.view_usereventrelation", True),
        (["*:read"], "relations.add_usereventrelation", False),
        (["*:write"], "mailing.add_campaign", True),
        (["campaigns:write"], "events.add_event", False),
        (["*:write"], "users.add_apitoken", False),
        (["*:write"], "users.view_securityevent", False),
        (["*:write"], "auth.change_group", False),
        (["*:write"], "axes.view_accessattempt", False),
        (["*:write"], "signed in", False),
        (["*:write"], "", False),
    ],
)
def test_scopes(scopes: list[str], permission: str, *, allowed: bool) -> None:
    assert allows(scopes, permission) == allowed


def test_every_scope_is_known() -> None:
    assert "people:read" in SCOPES
    assert len(SCOPES) == 14


def test_ended_tokens_go_in_the_end(secret: str) -> None:
    ApiToken.objects.update(revoked_at=clock.now() - timedelta(days=179))
    early = purge()
    ApiToken.objects.update(revoked_at=clock.now() - timedelta(days=181))

    assert (early, purge()) == (0, 1)
