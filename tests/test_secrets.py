"""No page and no answer shows a password's hash, a token, or what makes one."""

import re
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from relations.demo import make_demo_data
from users.accounts.emails import request_email
from users.accounts.signup import request_signup
from users.accounts.tokens import create_token
from users.models import PendingEmail, PendingSignup, User
from users.services import update_user
from users.tests.factories import StaffFactory

PASSWORD = "correct horse battery"
OF_EACH_KIND = 3
LINK = re.compile(r'(?:href|data-url)="([^"#]+)"')
FORBIDDEN_PATHS = ("/admin/logout/", "/static/", "/admin/jsi18n/")
pytestmark = pytest.mark.django_db


@pytest.fixture
def secrets(client: Client) -> list[str]:
    """Return every secret there is, of an installation in which everything has been used."""
    make_demo_data()
    admin = StaffFactory.create(email="admin@example.com")
    admin.set_password(PASSWORD)
    admin.save()
    body = {"email": "admin@example.com", "password": PASSWORD}
    tokens = client.post("/api/v1/auth/login/", body, "application/json").json()
    client.post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}, "application/json")
    client.post("/api/v1/auth/login/", {**body, "password": "a wrong guess"}, "application/json")
    _token, secret = create_token(user=admin, name="Sync", scopes=["*:read"])
    client.get("/api/v1/users/", headers={"Authorization": f"Bearer {secret}"})
    client.get("/api/v1/users/", headers={"Authorization": f"Bearer {secret[:-1]}"})
    client.get("/api/v1/users/", {"token": secret})
    request_signup(email="new@example.com", password=PASSWORD, profile={})
    request_email(user=admin, email="other@example.com")
    update_user(user=admin, changes={"city": "Rome"}, actor=None)
    client.force_login(admin, "users.backends.RoleBackend")
    pending, wish = PendingSignup.objects.get(), PendingEmail.objects.get()
    return [
        "argon2$",
        admin.password.rpartition("$")[2],
        PASSWORD,
        "a wrong guess",
        secret[13:],
        _token.digest,
        pending.key.hex,
        str(pending.key),
        wish.key.hex,
        str(wish.key),
        *(token.rpartition(".")[2] for token in tokens.values()),
        settings.SECRET_KEY,
    ]


def found_in(text: str, secrets: list[str]) -> list[str]:
    """Return the secrets that stand in a text."""
    return [secret for secret in secrets if secret in text]


def test_no_page_of_the_admin_shows_a_secret(client: Client, secrets: list[str]) -> None:
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    waiting = ["/admin/"]
    while waiting:
        address = waiting.pop()
        kind = kind_of(address)
        if address in seen or kind is None or kinds[kind] >= OF_EACH_KIND:
            continue
        seen.add(address)
        kinds[kind] += 1
        text = client.get(address).content.decode()
        assert found_in(text, secrets) == [], address
        waiting += [link.replace("&amp;", "&") for link in LINK.findall(text)]
    assert len(kinds) > 30
    assert {"admin/users/user/<path:object_id>/change/False", "admin/users/securityevent/False"} <= kinds.keys()


def kind_of(address: str) -> str | None:
    """Return the route that an address takes, None where it leads out of the admin."""
    path = address.partition("?")[0]
    if not path.startswith("/admin/") or path.startswith(FORBIDDEN_PATHS):
        return None
    try:
        return f"{resolve(path).route}{'?' in address}"
    except Resolver404:
        return None


def test_no_answer_of_the_api_shows_a_secret(
    client: Client, secrets: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    lists: dict[str, Any] = client.get("/api/v1/").json()
    for address in [*lists.values(), "/api/v1/users/me/", "/api/schema/", "/api/v1/nowhere/"]:
        for accepted in ("application/json", "text/html"):
            answer = client.get(address, headers={"Accept": accepted})
            assert found_in(answer.content.decode(), secrets) == [], address
        if "results" in (page := read(client, address)):
            for row in page["results"][:OF_EACH_KIND]:
                for accepted in ("application/json", "text/html"):
                    answer = client.get(f"{address}{row['id']}/", headers={"Accept": accepted})
                    assert found_in(answer.content.decode(), secrets) == [], address
    assert len(lists) > 4
    lines = [*caplog.get_records("setup"), *caplog.get_records("call")]
    said = [str(line.msg) + line.getMessage() for line in lines]
    assert len(said) > len(lists)
    assert found_in(" ".join(said), secrets) == []


def read(client: Client, address: str) -> dict[str, Any]:
    """Return the JSON of an answer, empty for what is none."""
    answer = client.get(address)
    is_json = answer.headers["Content-Type"] == "application/json"
    return dict(answer.json()) if is_json else {}


def test_history_keeps_no_password(secrets: list[str]) -> None:
    admin = User.objects.get(email="admin@example.com")

    assert admin.history.count() > 1
    assert found_in(str(list(admin.history.values())), secrets) == []
