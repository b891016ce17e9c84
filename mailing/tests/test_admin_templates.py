"""Templates in the admin: written, previewed while they are, and used again as they were."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mailing.models import EmailTemplate
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FORM = {"name": "spring", "title": "Spring", "subject": "Hi {{ first_name }}", "html": "<p>See you.</p>", "text": ""}
ADD = "admin:mailing_emailtemplate_add"


@pytest.fixture
def organizer(client: Client) -> Any:
    """Return an organizer who is signed in."""
    person = UserFactory.create(first_name="Olga", roles=["organizer"])
    client.force_login(person)
    return person


def template() -> EmailTemplate:
    return EmailTemplate.objects.get(name="spring")


def test_template_is_written_and_changed(client: Client, organizer: Any) -> None:
    client.post(reverse(ADD), FORM)
    page = reverse("admin:mailing_emailtemplate_change", args=[template().pk])
    client.post(page, {**FORM, "subject": "Ahoy", "loaded_version": "1"})

    assert (template().subject, template().current) == ("Ahoy", 2)
    assert [one.author for one in template().versions.all()] == [organizer, organizer]
    assert "Known: first_name" in client.post(page, {**FORM, "html": "{{ nope }}"}).content.decode()
    stale = client.post(page, {**FORM, "subject": "Late", "loaded_version": "1"})
    assert "This was changed meanwhile" in stale.content.decode()
    assert template().subject == "Ahoy"


def test_preview_is_of_what_is_written_and_stores_nothing(client: Client, organizer: Any) -> None:
    ada = UserFactory.create(first_name="Ada")
    page = reverse("admin:mailing_emailtemplate_preview")

    mine, hers = (client.post(page, {**FORM, "person": one}).json() for one in ("", str(ada.pk)))
    fault = client.post(page, {**FORM, "html": "{{ nope }}"}).json()

    assert (mine["subject"], hers["subject"]) == ("Hi Olga", "Hi Ada")
    assert "See you.</p>" in hers["html"]
    assert hers["text"].startswith("See you.")
    assert fault["fault"].startswith("Unknown placeholder: nope.")
    assert not EmailTemplate.objects.filter(name="spring").exists()
    assert client.post(page, {**FORM, "person": "\x00"}).status_code == 200
    assert "is not closed" in client.post(page, {**FORM, "html": "<p>A</p"}).json()["fault"]
    assert "fault" not in client.post(page, {**FORM, "html": "<p>x <![ y &#xe000;5&#xe001;</p>"}).json()


@pytest.mark.parametrize(("part", "most"), [("subject", 500), ("html", 200_000), ("text", 200_000)])
def test_preview_of_what_is_too_long_is_refused_unread(client: Client, organizer: Any, part: str, most: int) -> None:
    page = reverse("admin:mailing_emailtemplate_preview")

    fault = client.post(page, {**FORM, part: "{{ nope }}" * most}).json()["fault"]

    assert fault == f"Ensure this value has at most {most} characters (it has {most * 10})."


def test_old_version_is_used_again(client: Client, organizer: Any) -> None:
    client.post(reverse(ADD), FORM)
    client.post(reverse("admin:mailing_emailtemplate_change", args=[template().pk]), {**FORM, "subject": "Ahoy"})
    versions = client.get(reverse("admin:mailing_emailtemplate_panel", args=[template().pk, "versions"]))
    page = reverse("admin:mailing_emailtemplate_version", args=[template().pk, 1])

    assert f'href="{page}"' in versions.content.decode()
    assert "Use this version again" in client.get(page).content.decode()
    client.post(page)

    assert (template().subject, template().current) == ("Hi {{ first_name }}", 3)
    assert client.get(reverse("admin:mailing_emailtemplate_version", args=[template().pk, 9])).status_code == 404


def test_form_shows_no_preview_that_a_browser_would_refuse(client: Client, organizer: Any) -> None:
    answer = client.get(reverse(ADD))

    assert 'sandbox=""' in answer.content.decode()
    assert 'data-unreachable="The preview cannot be had now: ' in answer.content.decode()
    assert "event_crm/template_preview.js" in answer.content.decode()
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
