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
from django.utils import timezone as clock

from mailing import mailbox
from mailing.admin.steps import STEPS as CAMPAIGN_STEPS
from mailing.models import Suppression, SuppressionReason
from relations.admin.steps import STEPS as RELATION_STEPS
from tests.access.routes import admin_names
from tests.access.world import CAST, OTHER, OWN, World, world_of
from users.models import Import, SecurityEvent

pytestmark = pytest.mark.django_db

# page method admin organizer agent; customers, outsiders and nobody are led to the sign-in, whatever the page.
RULES = """
index                                     GET   ok  ok       ok
app_list                                  GET   gone gone     gone
search                                    GET   ok  ok       ok
jsi18n                                    GET   ok  ok       ok
password_change                           GET   ok  ok       ok
password_change                           POST  ok  ok       ok
password_change_done                      GET   ok  ok       ok
mailbox                                   GET   ok  403      403
mailbox_message                           GET   ok  403      403

users_user_changelist                     GET   ok  ok       ok
users_user_changelist/send_email          POST  ok  ok       list
users_user_add                            GET   ok  ok       ok
users_user_add                            POST  ok  ok       ok
users_user_change                         GET   ok  ok       ok
users_user_change                         POST  ok  ok       ok
users_user_delete                         GET   ok  403      403
users_user_delete                         POST  ok  403      403
users_user_history                        GET   ok  ok       ok
users_user_suggest/company                GET   ok  ok       ok
auth_user_password_change                 GET   ok  ok       ok
auth_user_password_change                 POST  ok  ok       ok
users_user_panel/events                   GET   ok  ok       ok
users_user_panel/mail                     GET   ok  ok       403
users_user_panel/access                   GET   ok  ok       ok
users_user_panel/tokens                   GET   ok  403      403
users_user_panel/security                 GET   ok  403      403
users_user_panel/history                  GET   ok  ok       ok

events_event_changelist                   GET   ok  ok       ok
events_event_add                          GET   ok  ok       403
events_event_add                          POST  ok  ok       403
events_event_change                       GET   ok  ok       ok
events_event_change                       POST  ok  ok/403   403
events_event_delete                       GET   ok  ok/403   403
events_event_delete                       POST  ok  ok/403   403
events_event_history                      GET   ok  ok       ok
events_event_suggest/venue                GET   ok  ok       ok
events_event_panel/desk                   GET   ok  ok       ok
events_event_panel/people                 GET   ok  ok       ok
events_event_panel/statistics             GET   ok  ok       ok
events_event_panel/access                 GET   ok  ok       ok
events_event_panel/series                 GET   ok  ok       ok
events_event_repeat                       GET   ok  ok/403   403
events_event_repeat                       POST  ok  ok/403   403
events_event_panel/history                GET   ok  ok       ok
events_event_check_in                     GET   ok  ok/403   403
events_event_check_in                     POST  ok  ok/403   403
events_event_bulk                         GET   ok  ok/403   403
events_event_bulk                         POST  ok  ok/403   403
events_event_promote                      GET   ok  ok/403   403
events_event_promote                      POST  ok  ok/403   403
events_event_complete                     GET   ok  ok/403   403
events_event_complete                     POST  ok  ok/403   403
events_event_cancel                       GET   ok  ok/403   403
events_event_cancel                       POST  ok  ok/403   403

relations_usereventrelation_changelist    GET   ok  ok       ok
relations_usereventrelation_add           GET   ok  ok       403
relations_usereventrelation_add           POST  ok  ok       403
relations_usereventrelation_change        GET   ok  ok/gone  ok
relations_usereventrelation_change        POST  ok  ok/gone  403
relations_usereventrelation_delete        GET   403 403      403
relations_usereventrelation_end           GET   ok  ok/404   403
relations_usereventrelation_end           POST  ok  ok/404   403
relations_usereventrelation_step/approve  GET   ok  ok/404   403
relations_usereventrelation_step/approve  POST  ok  ok/404   403
relations_usereventrelation_step/decline  POST  ok  ok/404   403
relations_usereventrelation_step/check-in POST  ok  ok/404   403
relations_usereventrelation_step/undo     POST  ok  ok/404   403
relations_usereventrelation_step/accept   POST  ok  ok/404   403
relations_usereventrelation_step/withdraw POST  ok  ok/404   403
relations_usereventrelation_step/cancel   POST  ok  ok/404   403
relations_usereventrelation_panel/why     GET   ok  ok/gone  ok
relations_usereventrelation_history       GET   ok  ok/gone  ok
relations_usereventrelation_panel/history GET   ok  ok/gone  ok

mailing_campaign_changelist               GET   ok  ok       403
mailing_campaign_add                      GET   403 403      403
mailing_campaign_change                   GET   ok  ok/gone  403
mailing_campaign_delete                   GET   403 403      403
mailing_campaign_history                  GET   404 404/gone gone
mailing_campaign_panel/deliveries         GET   ok  ok/gone  gone
mailing_campaign_panel/left-out           GET   ok  ok/gone  gone
mailing_campaign_step/pause               GET   ok  ok/404   404
mailing_campaign_step/pause               POST  ok  ok/404   404
mailing_campaign_step/resume              POST  ok  ok/404   404
mailing_campaign_step/settle              POST  ok  ok/404   404
mailing_campaign_step/cancel              POST  ok  ok/404   404
mailing_delivery_changelist               GET   ok  ok       403
mailing_delivery_add                      GET   403 403      403
mailing_delivery_change                   GET   ok  ok/gone  403
mailing_delivery_delete                   GET   403 403      403
mailing_delivery_history                  GET   ok  ok/gone  gone

mailing_suppression_changelist            GET   ok  403      403
mailing_suppression_add                   GET   ok  403      403
mailing_suppression_add                   POST  ok  403      403
mailing_suppression_change                GET   ok  403      403
mailing_suppression_delete                GET   ok  403      403
mailing_suppression_delete                POST  ok  403      403
mailing_suppression_history               GET   ok  403      403

users_import_changelist                   GET   ok  403      403
users_import_add                          GET   403 403      403
users_import_change                       GET   ok  403      403
users_import_delete                       GET   403 403      403
users_import_history                      GET   ok  403      403

users_securityevent_changelist            GET   ok  403      403
users_securityevent_add                   GET   403 403      403
users_securityevent_change                GET   ok  403      403
users_securityevent_delete                GET   403 403      403
users_securityevent_history               GET   ok  gone     gone

users_apitoken_changelist                 GET   ok  403      403
users_apitoken_add                        GET   403 403      403
users_apitoken_change                     GET   ok  403      403
users_apitoken_delete                     GET   403 403      403
users_apitoken_history                    GET   ok  403/gone 403/gone
users_apitoken_revoke                     GET   ok  403      403
users_apitoken_revoke                     POST  ok  403      403

axes_accessattempt_changelist             GET   ok  403      403
axes_accessattempt_add                    GET   403 403      403
axes_accessattempt_change                 GET   ok  403      403
axes_accessattempt_delete                 GET   ok  403      403
axes_accessattempt_delete                 POST  ok  403      403
axes_accessattempt_history                GET   ok  403      403

autocomplete/users.user                   GET   ok  ok       ok
autocomplete/events.event                 GET   ok  ok       ok
"""
# The sign-in itself, and a redirect of Django's that this site has no use for.
WITHOUT_RULE = {"login", "logout", "view_on_site"}
# Pages that show and do nothing: whatever is sent to them writes nothing. Every other one has a rule for POST.
ONLY_SHOWN = {
    "app_list",
    "autocomplete",
    "axes_accessattempt_add",
    "axes_accessattempt_change",
    "axes_accessattempt_changelist",
    "axes_accessattempt_history",
    "events_event_changelist",
    "events_event_history",
    "events_event_panel",
    "events_event_suggest",
    "index",
    "jsi18n",
    "mailbox",
    "mailbox_message",
    "mailing_campaign_add",
    "mailing_campaign_change",
    "mailing_campaign_changelist",
    "mailing_campaign_delete",
    "mailing_campaign_history",
    "mailing_campaign_panel",
    "mailing_delivery_add",
    "mailing_delivery_change",
    "mailing_delivery_changelist",
    "mailing_delivery_delete",
    "mailing_delivery_history",
    "mailing_suppression_change",
    "mailing_suppression_changelist",
    "mailing_suppression_history",
    "password_change_done",
    "relations_usereventrelation_changelist",
    "relations_usereventrelation_delete",
    "relations_usereventrelation_history",
    "relations_usereventrelation_panel",
    "search",
    "users_apitoken_add",
    "users_apitoken_change",
    "users_apitoken_changelist",
    "users_apitoken_delete",
    "users_apitoken_history",
    "users_import_add",
    "users_import_change",
    "users_import_changelist",
    "users_import_delete",
    "users_import_history",
    "users_securityevent_add",
    "users_securityevent_change",
    "users_securityevent_changelist",
    "users_securityevent_delete",
    "users_securityevent_history",
    "users_user_history",
    "users_user_panel",
    "users_user_suggest",
}

WRITES = ("INSERT", "UPDATE", "DELETE")


def rules() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return the outcomes for administrators, organizers and agents, by page and method."""
    table = {}
    for line in filter(str.strip, RULES.splitlines()):
        name, method, *cells = line.split()
        table[name, method] = [(cell.partition("/")[0], cell.rpartition("/")[2]) for cell in cells]
    return table


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
    if name.endswith(("_changelist", "_add")) or kind not in KINDS:
        return reverse(f"admin:{name}")
    key = world.find(KINDS[kind], whose).pk
    return reverse(f"admin:{name}", args=[key, part] if part else [key])


def body_of(page: str, method: str, world: World, whose: str) -> dict[str, Any] | None:
    """Return what is sent: the choice of an action for one record, else nothing."""
    name, _slash, action = page.partition("/")
    if method == "GET" or not (action and name.endswith("_changelist")):
        return None
    key = world.find(KINDS[name.split("_")[1]], whose).pk
    return {"action": action, ACTION_CHECKBOX_NAME: str(key)}


KINDS = {
    "user": "user",
    "event": "event",
    "usereventrelation": "relation",
    "campaign": "campaign",
    "delivery": "delivery",
    "suppression": "suppression",
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
    gone = Suppression.objects.create(address="gone@example.com", reason=SuppressionReason.MANUAL, at=clock.now())
    record = Import.objects.create(kind="users", file_name="people.csv", sha256="0" * 64)
    noted = SecurityEvent.objects.create(kind="signed_in")
    attempt = AccessAttempt.objects.create(username="a@example.com", ip_address="192.0.2.1", failures_since_start=1)
    world.add("security event", noted, noted)
    world.add("attempt", attempt, attempt)
    world.add("suppression", gone, gone)
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
