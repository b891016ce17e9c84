from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from users.accounts.models import SecurityEventKind
from users.accounts.security_log import record
from users.accounts.tests.conftest import PASSWORD
from users.accounts.tokens import create_token
from users.models import ApiToken, SecurityEvent, User

pytestmark = pytest.mark.django_db
LOG = "/admin/users/securityevent/"
ATTEMPTS = "/admin/axes/accessattempt/"
TOKENS = "/admin/users/apitoken/"


@pytest.fixture
def traces(post: Callable[..., Any], nora: User) -> ApiToken:
    """Leave some of everything that the pages show, and return a token of Nora's."""
    token, _secret = create_token(user=nora, name="Sync", scopes=["people:read", "events:read"])
    for number in range(11):
        post("auth/login", {"email": nora.email if number else "stranger@example.com", "password": "wrong"})
    return token


def text(client: Client, page: str) -> str:
    """Return a page that is there."""
    answer = client.get(page)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_administrators_read_the_log(admin_of_staff: Client, traces: ApiToken, nora: User) -> None:
    page = text(admin_of_staff, LOG)
    narrowed = text(admin_of_staff, f"{LOG}?kind=token_created&subject={nora.pk}")
    one = text(admin_of_staff, reverse("admin:users_securityevent_change", args=[SecurityEvent.objects.all()[0].pk]))

    assert "sign-in failed" in page
    assert "nobody here" in page
    assert "stranger@example.com" not in page
    assert "people:read" in narrowed
    assert narrowed.count('<time class="crm-time"') == 1
    assert "127.0.0.1" in one


@pytest.mark.parametrize("page", [LOG, ATTEMPTS, TOKENS])
def test_others_of_the_staff_read_nothing_of_it(page: str, agent: User, organizer: User, traces: ApiToken) -> None:
    for person in (agent, organizer):
        client = Client()
        client.force_login(person, "users.backends.RoleBackend")

        assert client.get(page).status_code == 403
        assert client.get(f"{TOKENS}{traces.pk}/revoke/").status_code == 403
        for panel in ("tokens", "security"):
            assert client.get(f"/admin/users/user/{traces.user_id}/panel/{panel}/").status_code == 403


@pytest.mark.parametrize("page", [LOG, TOKENS])
def test_lists_take_as_many_queries_for_many_rows(
    page: str, admin_of_staff: Client, nora: User, django_assert_num_queries: Any
) -> None:
    def more() -> None:
        create_token(user=nora, name="x", scopes=["*:read"])
        record(SecurityEventKind.SIGNED_IN, subject=nora, actor=nora)

    more()
    admin_of_staff.get(page)
    with CaptureQueriesContext(connection) as first:
        admin_of_staff.get(page)
    more()
    more()
    with django_assert_num_queries(len(first)):
        admin_of_staff.get(page)


def test_log_cannot_be_changed(admin_of_staff: Client, traces: ApiToken) -> None:
    event = SecurityEvent.objects.all()[0]
    page = f"{LOG}{event.pk}/"

    assert admin_of_staff.post(f"{page}change/", {"kind": "signed_out"}).status_code == 403
    assert admin_of_staff.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert admin_of_staff.get(f"{LOG}add/").status_code == 403


def test_door_is_opened_by_an_administrator(
    admin_of_staff: Client, traces: ApiToken, post: Callable[..., Any], nora: User
) -> None:
    attempt = AccessAttempt.objects.get(username=nora.email)
    page = text(admin_of_staff, ATTEMPTS)
    before = post("auth/login", {"email": nora.email, "password": PASSWORD}).status_code
    single = text(admin_of_staff, f"{ATTEMPTS}{attempt.pk}/change/")

    admin_of_staff.post(f"{ATTEMPTS}{attempt.pk}/delete/", {"post": "yes"})

    assert "closed" in page
    assert "stranger@example.com" in page
    assert "nora@example.com" in single
    assert (before, post("auth/login", {"email": nora.email, "password": PASSWORD}).status_code) == (429, 200)


def test_tokens_are_shown_and_revoked(admin_of_staff: Client, traces: ApiToken, nora: User, staff: User) -> None:
    panel = f"/admin/users/user/{nora.pk}/panel/tokens/"
    lists = [text(admin_of_staff, page) for page in (TOKENS, panel)]
    asked = text(admin_of_staff, f"{TOKENS}{traces.pk}/revoke/")

    answer = admin_of_staff.post(f"{TOKENS}{traces.pk}/revoke/")

    traces.refresh_from_db()
    assert all(f"{traces.prefix}…" in page for page in lists)
    assert "events:read, people:read" in lists[1]
    assert "Programs of Nora Neu" in asked
    assert (answer.status_code, answer.headers["Location"]) == (302, panel)
    assert traces.revoked_at is not None
    assert SecurityEvent.objects.get(kind="token_revoked").actor == staff
    assert admin_of_staff.get(f"{TOKENS}{traces.pk}/revoke/").status_code == 404
    assert "No tokens" in text(admin_of_staff, panel)


def test_persons_page_tells_what_happened_to_their_sign_in(
    admin_of_staff: Client, traces: ApiToken, nora: User
) -> None:
    page = text(admin_of_staff, f"/admin/users/user/{nora.pk}/panel/security/")

    assert "sign-in failed" in page
    assert "token made" in page


def test_sign_in_page_leads_to_a_forgotten_password(client: Client) -> None:
    assert '/account/password/reset/"' in text(client, "/admin/login/")
