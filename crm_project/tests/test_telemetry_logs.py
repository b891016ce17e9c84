"""The lines as they are written in production, while people sign in, search, fail and get mail."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
import structlog
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm_project import urls
from crm_project.email_url import email_settings
from crm_project.telemetry import logs
from events.tests.factories import EventFactory
from mailing.pump import pump
from mailing.tests.factories import QUICK, campaign_to
from mailing.tests.smtp_server import smtp_server
from relations.turns import OWN
from users.models import User
from users.tests.factories import StaffFactory, UserFactory

EMAIL, PHONE, PASSWORD, NAME = "ada.lovelace@example.com", "+44 20 7946 0018", "a very long passphrase", "Lovelace"


def broken(_request: HttpRequest, word: str) -> NoReturn:
    """Fail with what somebody gave, in a variable and in the message."""
    telephone = PHONE
    raise RuntimeError(f"Cannot work with {word}, {telephone}")


class BrokenView(APIView):
    """Break a constraint, whose name and row the database tells."""

    permission_classes = ()
    authentication_classes = ()

    def post(self, request: Request) -> Response:
        get_user_model().objects.bulk_create([User(email=str(request.data["email"]), last_name=NAME)] * 2)
        return Response()


urlpatterns = [path("broken/<str:word>/", broken), path("api/broken/", BrokenView.as_view()), *urls.urlpatterns]


class Lines(io.StringIO):
    """What was written."""

    def read_all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.read_all() if line["event"] == "request"]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Write every line of this process once more, as JSON."""
    options = dict(logs.configuration(json=True)["formatters"]["line"])
    stream = Lines()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(options.pop("()")(**options))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def visitor(settings: Settings) -> Client:
    """Return a client of a site that also has pages which fail."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.fixture
def ada(db: None) -> User:
    person: User = StaffFactory.create(email=EMAIL, last_name=NAME, phone_number=PHONE)
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    return person


def login(client: Client, password: str) -> dict[str, Any]:
    answer = client.post("/api/v1/auth/login/", {"email": EMAIL, "password": password}, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def test_request_is_one_line_with_its_route_and_person(client: Client, ada: User, lines: Lines) -> None:
    client.force_login(ada)

    response = client.get(f"/api/v1/users/{ada.pk}/?", headers={"X-Request-ID": "from-the-proxy-1"})

    (line,) = lines.requests()
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/users/{id}/", 200)
    assert (line["request_id"], line["user_id"], line["level"]) == ("from-the-proxy-1", str(ada.pk), "info")
    assert line["queries"] > 0
    assert line["ms"] >= line["db_ms"] > 0
    assert response["X-Request-ID"] == "from-the-proxy-1"
    assert set(line) == {
        *("event", "logger", "level", "timestamp", "request_id"),
        *("method", "route", "status", "ms", "queries", "db_ms", "user_id"),
    }


@pytest.mark.parametrize("given", ["", "short", "ada@example.com", "x" * 65, "two words ", "line\nbreak-"])
def test_request_id_that_is_not_sane_is_made_anew(client: Client, given: str) -> None:
    answered = client.get("/health/", headers={"X-Request-ID": given})["X-Request-ID"]

    assert answered != given
    assert len(answered) == 32


def test_request_id_is_not_handed_on_to_what_comes_next(client: Client) -> None:
    client.get("/health/")

    assert structlog.contextvars.get_contextvars() == {}


def test_health_is_not_a_line_each_few_seconds(client: Client, lines: Lines) -> None:
    client.get("/health/")

    assert lines.requests() == []


def test_nobody_is_looked_up_for_a_line(client: Client, lines: Lines) -> None:
    client.get("/nothing/here/")

    (line,) = lines.requests()
    assert (line["route"], line["status"], line["queries"], line["user_id"]) == ("unmatched", 404, 0, None)


def test_nothing_personal_is_in_any_line(visitor: Client, ada: User, lines: Lines) -> None:
    tokens = login(visitor, PASSWORD)
    login(visitor, "the wrong passphrase")
    bearer = {"Authorization": f"Bearer {tokens['access']}"}
    visitor.post("/admin/login/", {"username": EMAIL, "password": "the wrong passphrase"})
    visitor.get("/api/v1/users/", {"q": EMAIL}, headers=bearer)
    visitor.get("/api/v1/users/", {"email": EMAIL, "phone_number": PHONE}, headers=bearer)
    visitor.get(f"/api/v1/users/{EMAIL}/", headers=bearer)
    visitor.post("/api/v1/users/", {"email": EMAIL, "last_name": NAME}, "application/json", headers=bearer)
    visitor.post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}, "application/json")
    visitor.get(f"/unsubscribe/{tokens['refresh']}/")
    visitor.get(f"/broken/{EMAIL}/?q={NAME}", headers=bearer)
    visitor.post("/api/broken/", {"email": EMAIL}, "application/json")
    visitor.get("/admin/", headers={"Host": EMAIL})

    written = lines.getvalue()

    assert len(lines.requests()) == 12
    assert [line["status"] for line in lines.requests() if line["status"] >= 500] == [500]
    assert [line["user_id"] for line in lines.requests()][3:7] == [str(ada.pk)] * 4
    for secret in (EMAIL, "ada.lovelace", "%40", PHONE, "20 7946", PASSWORD, "passphrase", NAME, *tokens.values()):
        assert secret not in written, secret
    assert "eyJ" not in written


def test_error_has_its_traceback_and_no_values(visitor: Client, lines: Lines) -> None:
    visitor.get(f"/broken/{EMAIL}/")

    error = next(line for line in lines.read_all() if line["level"] == "error")
    assert error["event"] == "Internal Server Error: /broken/{word}/"
    assert "in broken" in error["exception"]
    assert error["exception"].endswith("RuntimeError: Cannot work with …, …")
    assert error["request_id"] == lines.requests()[0]["request_id"]


@pytest.mark.django_db
def test_mail_that_is_refused_names_nobody(settings: Settings, lines: Lines) -> None:
    person = UserFactory.create(email=EMAIL)
    with smtp_server() as server:
        for name, value in email_settings(f"smtp://127.0.0.1:{server.port}").items():
            setattr(settings, name, value)
        server.answers["MAIL"].append(f"421 4.7.0 <{EMAIL}> try again later")
        campaign_to([person])

        pump(QUICK)

    assert [line["logger"] for line in lines.read_all()] == ["mailing.sender"]
    assert "lane waits" in lines.getvalue()
    assert EMAIL not in lines.getvalue()


def test_development_lines_are_readable_and_scrubbed() -> None:
    options = dict(logs.configuration(json=False)["formatters"]["line"])
    formatter = options.pop("()")(**options)
    with pytest.raises(RuntimeError) as caught:
        broken(HttpRequest(), EMAIL)
    seen = (caught.type, caught.value, caught.tb)

    text = formatter.format(logging.LogRecord("a.logger", logging.ERROR, "file", 1, "Failed for %s", (EMAIL,), seen))

    assert "[error    ] Failed for …" in text
    assert "Traceback" in text
    assert EMAIL not in text


@pytest.mark.django_db
def test_crowd_that_is_asked_to_come_back_is_no_error(
    visitor: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OWN, "patience", 0)
    event = EventFactory.create()
    visitor.force_login(UserFactory.create(roles=["customer"]))
    with OWN.turn(event.pk):
        called = visitor.post(f"/api/v1/events/{event.pk}/registrations/", {}, "application/json")
        pressed = visitor.post(f"/account/events/{event.pk}/", {"step": "register"})

    assert (called.status_code, pressed.status_code) == (503, 503)
    assert {line["level"] for line in lines.read_all()} == {"info"}
