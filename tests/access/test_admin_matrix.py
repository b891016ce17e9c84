"""Who may open what in the admin: each caller, each page, on a record of theirs and on another's.

As for the API: the rules are written by hand, the pages come from the admin's own URL table. ``login`` leads to the
sign-in, ``gone`` is Django's way of saying that there is no such record, ``list`` shows the list again instead of
taking an action that it does not offer.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailing import mailbox
from mailing.admin.steps import STEPS as CAMPAIGN_STEPS
from mailing.models import MailCategory, SuppressionChange
from relations.admin.steps import STEPS as RELATION_STEPS
from tests.access.admin_rules import ONLY_SHOWN, WITHOUT_RULE, rules
from tests.access.routes import admin_names
from tests.access.world import CAST, OTHER, OWN, World, world_of
from users.models import Import, SecurityEvent

pytestmark = pytest.mark.django_db

WRITES = ("INSERT", "UPDATE", "DELETE")


def path_of(page: str, world: World, whose: str) -> str:
    """Return the address of a page for one record."""
    name, _slash, part = page.partition("/")
    if name == "autocomplete":
        field = part.rpartition(".")[2]
        return reverse(f"admin:{name}") + f"?app_label=relations&model_name=usereventrelation&field_name={field}"
    if name == "app_list":
        return reverse("admin:app_list", args=["users"])
    if name.endswith("_suggest"):
        return reverse(f"admin:{name}", args=[part]) + "?text=a"
    if name == "mailbox_message":
        return reverse("admin:mailbox_message", args=[mailbox.list_messages(1)[0].name])
    kind = name.split("_")[1] if "_" in name else ""
    if name == "mailing_emailtemplate_version":
        part = "1"
    if name.endswith(("_changelist", "_add", "emailtemplate_preview")) or kind not in KINDS:
        return reverse(f"admin:{name}")
    key = world.find(KINDS[kind], whose).pk
    return reverse(f"admin:{name}", args=[key, part] if part else [key])


def body_of(page: str, method: str, world: World, whose: str) -> dict[str, Any] | None:
    """Return what is sent: the step of a page that has several, an action chosen for one record, else nothing."""
    name, _slash, action = page.partition("/")
    if method == "POST" and name == "events_event_calendar_address":
        return {"step": "renew"}
    if method == "GET" or not (action and name.endswith("_changelist")):
        return None
    key = world.find(KINDS[name.split("_")[1]], whose).pk
    return {"action": action, ACTION_CHECKBOX_NAME: str(key)}


KINDS = {
    "user": "user",
    "segment": "segment",
    "event": "event",
    "usereventrelation": "relation",
    "campaign": "campaign",
    "delivery": "delivery",
    "suppression": "suppression",
    "suppressionchange": "change",
    "mailcategory": "category",
    "emailtemplate": "template",
    "import": "import",
    "securityevent": "security event",
    "apitoken": "token",
    "accessattempt": "attempt",
}


def walk(client: Client, page: str, method: str, world: World, whose: str) -> Any:
    """Open the page, take back what that did, and return the answer."""
    with transaction.atomic():
        answer = getattr(client, method.lower())(path_of(page, world, whose), body_of(page, method, world, whose))
        transaction.set_rollback(True)
    return answer


def outcome_of(answer: Any) -> str:
    """Return how the table writes an answer."""
    place = answer.headers.get("Location", "")
    if answer.status_code == 302 and "/login/" in place:
        return "login"
    if answer.status_code == 302 and place == reverse("admin:index"):
        return "gone"
    if answer.request["REQUEST_METHOD"] == "POST" and "cl" in (getattr(answer, "context_data", None) or {}):
        return "list"
    return "ok" if answer.status_code < 400 else str(answer.status_code)


def whole_world(role: str) -> World:
    """Return the world of ``role`` with the records that are nobody's."""
    world = world_of(role)
    record = Import.objects.create(kind="users", file_name="people.csv", sha256="0" * 64)
    noted = SecurityEvent.objects.create(kind="signed_in")
    attempt = AccessAttempt.objects.create(username="a@example.com", ip_address="192.0.2.1", failures_since_start=1)
    category = MailCategory.objects.create(key="talks", name="Talks")
    change = SuppressionChange.objects.get()
    world.add("category", category, category)
    world.add("change", change, change)
    world.add("security event", noted, noted)
    world.add("attempt", attempt, attempt)
    world.add("import", record, record)
    return world


@pytest.fixture
def letter(settings: Any, tmp_path: Any) -> None:
    """Put one mail into the mailbox."""
    settings.EMAIL_BACKEND = "mailing.backends.MailDirBackend"
    settings.MAIL_DIR = tmp_path
    (tmp_path / "1-a.eml").write_bytes(b"Subject: Hello\r\nTo: a@example.com\r\n\r\nHello\r\n")


def test_every_page_has_a_rule_and_every_rule_a_page() -> None:
    ruled = {page.partition("/")[0] for page, _method in rules()} | WITHOUT_RULE
    assert ruled == admin_names()


def test_every_page_that_takes_post_has_a_rule_for_it() -> None:
    ruled = {page.partition("/")[0] for page, method in rules() if method == "POST"}
    assert ruled & ONLY_SHOWN == set()
    assert ruled | ONLY_SHOWN | WITHOUT_RULE == admin_names()


def test_every_step_and_action_has_a_rule() -> None:
    parts = {page for page, method in rules() if method == "POST" and "/" in page}
    steps: dict[str, Iterable[str]] = {
        "mailing_campaign_step": CAMPAIGN_STEPS,
        "relations_usereventrelation_step": RELATION_STEPS,
    }
    actions = {model._meta.label_lower.replace(".", "_"): site.actions for model, site in admin.site._registry.items()}
    assert parts == {
        *(f"{page}/{name}" for page, known in steps.items() for name in known),
        *(
            f"{page}_changelist/{getattr(action, '__name__', action)}"
            for page, offered in actions.items()
            for action in offered or ()
        ),
    }


def test_pages_that_only_show_write_nothing(letter: None) -> None:
    world, client = whole_world("admin"), Client()
    client.force_login(world.caller)
    written = {}
    for page in sorted(page for page, _method in rules() if page.partition("/")[0] in ONLY_SHOWN):
        with CaptureQueriesContext(connection) as made:
            walk(client, page, "POST", world, OWN)
        written[page] = [one["sql"] for one in made if one["sql"].startswith(WRITES)]
    assert {page: statements for page, statements in written.items() if statements} == {}


@pytest.mark.parametrize("index", range(3))
def test_matrix_of_staff(letter: None, index: int, record_property: Callable[[str, object], None]) -> None:
    world, client = whole_world(CAST[index]), Client()
    client.force_login(world.caller)
    expected, found = {}, {}
    for (page, method), outcomes in rules().items():
        for whose, outcome in zip((OWN, OTHER), outcomes[index], strict=True):
            expected[f"{page} {method} {whose}"] = outcome
            found[f"{page} {method} {whose}"] = outcome_of(walk(client, page, method, world, whose))
    record_property("cells", len(found))
    assert {cell: code for cell, code in found.items() if code != expected[cell]} == {}


@pytest.mark.parametrize("role", CAST[3:])
def test_matrix_of_everybody_else(letter: None, role: str, record_property: Callable[[str, object], None]) -> None:
    world, client = whole_world(role), Client()
    if world.caller.is_authenticated:
        client.force_login(world.caller)
    found = {
        f"{page} {method}": outcome_of(walk(client, page, method, world, OTHER))
        for page, method in rules()
        if page != "jsi18n"
    }
    record_property("cells", len(found))
    assert found == dict.fromkeys(found, "login")
