"""A browser, a site with the demo's data, and somebody who is signed in."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pghistory
import pytest
from django.test import Client
from django.utils import timezone as clock
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django import Settings

from events.models import Event
from events.series import repeat_event
from events.services import create_event
from mailing.audience import by_queryset
from mailing.content import content_of_template, own_content
from mailing.pump import pump
from mailing.services import create_campaign
from relations.demo import make_demo_data
from relations.registration import check_in, register
from relations.services import end_relation
from users.accounts.lockout import count
from users.accounts.models import SecurityEventKind
from users.accounts.security_log import record
from users.accounts.tokens import create_token
from users.models import User
from users.services import set_roles, update_user
from users.tests.factories import StaffFactory

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 10_000  # milliseconds


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a running browser."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread, in which Django would refuse to ask the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[Callable[[BrowserContext], BrowserContext]]:
    """Return what keeps an eye on a window: the test fails if a policy forbade something that a page wanted to do."""
    forbidden: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # ReDoc shows its maker's logo from its maker's site, which has no business to learn who reads this.
        if "Content Security Policy" in message.text and "cdn.redoc.ly" not in message.text:
            forbidden.append(f"{message.page and message.page.url}: {message.text}")

    def watch_one(context: BrowserContext) -> BrowserContext:
        context.on("console", note)
        return context

    yield watch_one
    assert forbidden == []


@pytest.fixture
def admin(transactional_db: None) -> User:
    """Return the administrator."""
    return StaffFactory.create(first_name="Ada", last_name="Archer", email="admin@example.com")


@pytest.fixture
def site(live_server: Any, admin: User, settings: Settings, tmp_path: Path) -> str:
    """Return the address of a site with the demo's data, some mail (in files), and a changed record."""
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "mailing.backends.MailDirBackend", tmp_path
    make_demo_data()
    changed = User.objects.filter(is_staff=False).order_by("pk")[0]
    with pghistory.context(user=str(admin.pk), url="/admin/"):
        update_user(
            user=changed, changes={"job_title": "Chief Volunteer", "phone_number": "+44 20 7946 0018"}, actor=None
        )
    _leave_traces_of_sign_in(changed, admin)
    _open_doors(admin)
    _repeat(admin)
    everybody = User.objects.filter(is_staff=False)
    content = content_of_template("newsletter")
    create_campaign(content=content, choice=by_queryset(everybody), sender=admin)
    pump()
    own = own_content(subject="See you on Friday, {{ first_name }}", body="Dear {{ first_name }},\n\nsee you there.\n")
    create_campaign(content=own, choice=by_queryset(everybody.filter(counts__hosted__gt=0)), sender=admin)
    return str(live_server.url)


def _open_doors(admin: User) -> None:
    """Let the event that people wait for begin within the hour: some are in already, and others ask for approval."""
    event = Event.objects.filter(capacity__waiting__gt=0).order_by("pk")[0]
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    Event.objects.filter(pk=event.pk).update(
        start_at=start, end_at=start + timedelta(hours=2), requires_approval=True, offer_minutes=60
    )
    expected = list(event.relations.filter(role="attendee", status="confirmed").order_by("seq"))
    for relation in expected[:5]:
        check_in(relation=relation, actor=admin, reason="checked in at the door")
    end_relation(relation=expected[-1], actor=admin, reason="cannot come after all")
    for person in User.objects.exclude(relations__event=event).filter(is_staff=False).order_by("pk")[:2]:
        register(user=person, event=event, actor=person, reason="registered")


def _repeat(admin: User) -> None:
    """Make a series of an evening that stands for itself."""
    start = (clock.now() + timedelta(days=9)).astimezone(ZoneInfo("Europe/Berlin")).replace(hour=19, minute=0, second=0)
    evening = Event(title="Life drawing", venue="Studio 3", start_at=start, timezone="Europe/Berlin", max_capacity=12)
    repeat_event(event=create_event(event=evening, actor=admin), rule="FREQ=WEEKLY;COUNT=6", actor=admin)


def _leave_traces_of_sign_in(person: User, admin: User) -> None:
    """Make a token, some entries of the security log, and a door that is closed."""
    create_token(user=person, name="Newsletter sync", scopes=["people:read", "campaigns:write"])
    record(SecurityEventKind.SIGNED_IN, subject=person, actor=person)
    set_roles(user=person, roles=["customer"], actor=admin)
    record(SecurityEventKind.SIGN_IN_FAILED, subject=None, email="stranger@example.com")
    for _time in range(10):
        count(str(person.email), "192.0.2.7")


@pytest.fixture
def open_window(
    chromium: Browser,
    live_server: Any,
    admin: User,
    settings: Settings,
    watch: Callable[[BrowserContext], BrowserContext],
) -> Iterator[Callable[..., BrowserContext]]:
    """Return what opens a window of some size and colour scheme on an empty site, signed in as the administrator."""
    client = Client()
    client.force_login(admin)
    name = settings.SESSION_COOKIE_NAME
    session = client.cookies[name].value
    opened: list[BrowserContext] = []

    def open_one(width: int = 1440, scheme: Any = "light") -> BrowserContext:
        size: Any = {"width": width, "height": 900}
        context = watch(chromium.new_context(base_url=live_server.url, viewport=size, color_scheme=scheme))
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": name, "value": session, "url": live_server.url}])
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def open_browser(site: str, open_window: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Return what opens a window on a site with the demo's data."""
    return open_window


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext]) -> Page:
    """Return a wide page of the administrator's."""
    return open_browser().new_page()
