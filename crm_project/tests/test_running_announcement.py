"""What is said when the site is ready."""

import signal
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from crm_project.running import announcement as module
from crm_project.running.announcement import announce_when_ready, announcement, is_ready

ADDRESS = "http://localhost:8123/"


@pytest.fixture
def _ctrl_c_is_given_back() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.django_db
def test_announcement_names_the_address_and_where_mail_goes(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "mailing.backends.MailDirBackend"

    text = announcement(ADDRESS)

    assert ADDRESS in text
    assert str(settings.MAIL_DIR) in text


@pytest.mark.django_db
def test_announcement_with_a_mail_server_says_so(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    assert "sent by EMAIL_URL" in announcement(ADDRESS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("debug", "password", "lines"), [(True, "admin", 1), (True, "another one", 0), (False, "admin", 0)]
)
def test_announcement_shows_the_login_only_where_it_works(
    settings: Settings, *, debug: bool, password: str, lines: int
) -> None:
    settings.DEBUG = debug
    get_user_model().objects.create_superuser(email="admin@example.com", password=password)

    assert announcement(ADDRESS).count("Sign in as admin@example.com") == lines


def test_is_ready_when_nothing_listens_is_false(port: int) -> None:
    assert is_ready(port) is False


@pytest.mark.usefixtures("_ctrl_c_is_given_back")
def test_announce_when_ready_says_it_once_the_site_answers(
    live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    announce_when_ready(live_server.thread.port, "ready!")

    assert capsys.readouterr().out == "ready!\n"


@pytest.mark.usefixtures("_ctrl_c_is_given_back")
def test_announce_when_the_site_does_not_get_ready_says_nothing(
    port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS_TO_GET_READY", 0.3)

    announce_when_ready(port, "ready!")

    assert capsys.readouterr().out == ""
