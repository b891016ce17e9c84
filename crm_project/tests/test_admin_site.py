"""The whole admin: what is in it, and that no odd address makes it fail."""

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from unfold.admin import ModelAdmin

from events.models import Event
from events.tests.factories import EventFactory
from mailing.models import Campaign, Delivery
from mailing.tests.factories import campaign_to
from relations.models import UserEventRelation
from relations.tests.factories import attend
from users.models import User
from users.tests.factories import UserFactory

RECORDS: tuple[type[Any], ...] = (User, Event, UserEventRelation, Campaign, Delivery)
ODD = ["p=99999999999999999999999", "p=-1", "p=x", "o=x.99.-99", "q=%00", "q=%ED%A0%80", "x=1", "id__in=1", "e=1"]
ODD += ["company=%00", "min_events_hosted=9223372036854775808", "created_since=0000-99-99", "user=x", "status=x"]
ODD += ["pk=x", "_facets=1", "all=", "q=" + "a" * 5_000, "start_since=9999-12-31T23:59:59-23:59", "_popup=1"]


def named(model: type[Any], view: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def test_every_admin_stands_on_unfold() -> None:
    assert [model for model, one in admin.site._registry.items() if not isinstance(one, ModelAdmin)] == []


def test_tokens_are_not_in_the_admin() -> None:
    assert {model._meta.app_label for model in admin.site._registry} == {
        "users",
        "axes",
        "events",
        "relations",
        "mailing",
    }


def test_nothing_is_deleted_in_bulk(admin_of_staff: Client) -> None:
    assert "delete_selected" not in admin_of_staff.get(named(User, "changelist")).content.decode()


@pytest.mark.parametrize("query", ODD)
def test_lists_with_an_odd_query(admin_of_staff: Client, query: str) -> None:
    campaign_to([attend(UserFactory.create(), EventFactory.create()).user])
    statuses = [admin_of_staff.get(f"{named(model, 'changelist')}?{query}").status_code for model in RECORDS]
    assert [status for status in statuses if status >= 500] == []


@pytest.mark.parametrize("key", ["x", "0", "9" * 40, "%00", "%F0%9F%92%A9", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("view", ["change", "delete", "history"])
def test_records_with_an_odd_key(admin_of_staff: Client, key: str, view: str) -> None:
    addresses = [f"{named(model, 'changelist')}{key}/{view}/" for model in RECORDS]
    assert [address for address in addresses if admin_of_staff.get(address).status_code >= 500] == []


@pytest.mark.parametrize("page", ["x", "-1", "0", "99999999999999999999", "%00"])
def test_panels_with_an_odd_page(admin_of_staff: Client, page: str) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())
    addresses = [
        named(User, "panel", relation.user_id, "events"),
        named(Event, "panel", relation.event_id, "people"),
        named(User, "panel", relation.user_id, "history"),
    ]
    statuses = [admin_of_staff.get(f"{address}?page={page}&as={page}").status_code for address in addresses]
    assert set(statuses) <= {200, 400}


@pytest.mark.parametrize("debug", [True, False])
def test_address_with_a_nul_is_answered_with_a_page(admin_of_staff: Client, settings: Settings, debug: bool) -> None:  # noqa: FBT001  # parametrized
    settings.DEBUG = debug
    answer = admin_of_staff.get(f"{named(Event, 'changelist')}%00/change/")
    assert answer.status_code == 400
    assert "The address has a NUL" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_form_with_a_nul(admin_of_staff: Client) -> None:
    answer = admin_of_staff.post(named(User, "add"), {"first_name": "a\0b", "timezone": "UTC", "language": "en"})
    assert "first_name" in answer.context["adminform"].form.errors


def test_signing_in_with_a_wrong_password(db: None) -> None:
    UserFactory.create(email="ann@example.com", is_staff=True)
    form = {"username": "ann@example.com", "password": "wrong\0"}
    assert Client().post(reverse("admin:login"), form).status_code == 200


def test_sign_in_without_a_page_to_go_to_leads_to_the_dashboard(client: Client, db: None) -> None:
    UserFactory.create(email="ann@example.com", roles=["admin"])
    person = User.objects.get()
    person.set_password("a long enough one")
    person.save()
    form = {"username": "ann@example.com", "password": "a long enough one"}
    answer = client.post(reverse("admin:login"), form, follow=True)
    assert answer.redirect_chain == [("/", 302), (reverse("admin:index"), 302)]


@pytest.mark.parametrize(("path", "code"), [("/admin/users/import/", 403), ("/nowhere/", 404)])
def test_pages_that_refuse_lead_back(client: Client, agent: User, path: str, code: int) -> None:
    client.force_login(agent)
    answer = client.get(path)
    assert answer.status_code == code
    assert f'href="{reverse("front")}"' in answer.content.decode()


def test_crumbs_name_the_product_and_not_its_packages(admin_of_staff: Client) -> None:
    person = UserFactory.create(first_name="Ann", last_name="Able")
    page = admin_of_staff.get(named(User, "change", person.pk)).content.decode()
    header = page[page.index("<h1") : page.index("</h1>")]
    package = admin_of_staff.get("/admin/users/")

    assert [word for word in ("Users", "People", "Ann Able") if word in header] == ["People", "Ann Able"]
    assert (package.status_code, package.headers["Location"]) == (302, reverse("admin:index"))


def test_list_of_nothing_says_whether_anything_was_looked_for(admin_of_staff: Client) -> None:
    empty, narrowed = (admin_of_staff.get(f"{named(Event, 'changelist')}{query}") for query in ("", "?status=draft"))

    assert "Nothing here yet." in empty.content.decode()
    assert "Nothing matches." in narrowed.content.decode()


def test_words_of_packages_are_those_of_the_product(admin_of_staff: Client) -> None:
    attempt = AccessAttempt.objects.create(username="a@example.com", ip_address="192.0.2.1", failures_since_start=1)
    listed, single = (
        admin_of_staff.get(named(AccessAttempt, view, *args)).content.decode()
        for view, args in (("changelist", ()), ("change", (attempt.pk,)))
    )

    assert [word for word in ("access attempt", "Username", "IP Address") if word in listed + single] == []
    assert "refused sign-in" in listed
