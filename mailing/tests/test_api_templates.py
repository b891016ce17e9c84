"""Templates over REST."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from mailing.models import Campaign, EmailTemplate, MailCategory
from mailing.tests.api_calls import SEND, faults
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TEMPLATES = "/api/v1/email-templates/"
SPRING = {"name": "spring", "title": "Spring", "subject": "Hi {{ first_name }}", "html": "<p>See you.</p>"}


def made(client: APIClient, **given: Any) -> Any:
    answer = client.post(TEMPLATES, SPRING | given)
    assert answer.status_code == 201
    return answer


def test_template_is_written_read_changed_and_deleted(client_of_staff: APIClient) -> None:
    MailCategory.objects.get_or_create(key="newsletter", defaults={"name": "Newsletter"})
    first = made(client_of_staff, category="newsletter")
    address = f"{TEMPLATES}{first.json()['id']}/"

    changed = client_of_staff.patch(address, {"subject": "Ahoy"})

    assert (first.json()["category"], first.json()["current"], first.json()["text"]) == ("newsletter", 1, "")
    assert (changed.json()["subject"], changed.json()["current"]) == ("Ahoy", 2)
    listed = client_of_staff.get(f"{address}versions/").json()["results"]
    assert [(one["number"], one["subject"]) for one in listed] == [(2, "Ahoy"), (1, "Hi {{ first_name }}")]
    assert client_of_staff.get(f"{TEMPLATES}?archived=true").json()["results"] == []
    assert client_of_staff.delete(address).status_code == 204
    assert client_of_staff.get(address).status_code == 404


def test_edit_of_what_somebody_else_changed_is_refused(client_of_staff: APIClient) -> None:
    first = made(client_of_staff)
    address = f"{TEMPLATES}{first.json()['id']}/"
    client_of_staff.patch(address, {"title": "Seasons"})

    stale = client_of_staff.patch(address, {"subject": "Ahoy"}, headers={"if-match": first["ETag"]})

    assert stale.status_code == 412
    assert EmailTemplate.objects.get(name="spring").current == 1


def test_faults_stand_where_they_were_written(client_of_staff: APIClient) -> None:
    def refused(**given: Any) -> list[str]:
        return [place for place, _said in faults(client_of_staff.post(TEMPLATES, SPRING | given))]

    assert refused(html="{{ frist_name }}") == ["/html"]
    assert refused(subject="{{ first_name.upper() }}") == ["/subject"]
    assert refused(html="<p>A</p") == ["/html"]
    assert refused(html="") == [""]
    assert refused(category="nope") == ["/category"]
    assert refused(name="welcome") == ["/name"]
    assert refused(name="Not plain") == ["/name"]
    assert refused(colour="red") == ["/colour"]


def test_preview_fills_in_without_storing(client_of_staff: APIClient) -> None:
    ada = UserFactory.create(first_name="Ada")
    address = f"{TEMPLATES}{made(client_of_staff).json()['id']}/preview/"

    as_stored = client_of_staff.post(address, {"user_id": str(ada.pk)})
    tried = client_of_staff.post(address, {"user_id": str(ada.pk), "html": "<h1>{{ first_name }}</h1>"})

    assert (as_stored.status_code, as_stored.json()["subject"]) == (200, "Hi Ada")
    assert as_stored.json()["text"].startswith("See you.\n")
    assert ">Ada</h1>" in tried.json()["html"]
    assert EmailTemplate.objects.get(name="spring").html == "<p>See you.</p>"
    assert faults(client_of_staff.post(address, {"html": "{{ nope }}"}))[0][0] == "/html"
    assert faults(client_of_staff.post(address, {"user_id": "nobody"})) == [("/user_id", "There is no such person.")]


@pytest.mark.parametrize("html", ["<p>&#xe000;5&#xe001;</p>", "<p>a</p><![foo]>", "<p>x <![ y</p>"])
def test_odd_html_is_read_as_browsers_do(client_of_staff: APIClient, html: str) -> None:
    assert made(client_of_staff, html=html).json()["html"] == html


def test_mail_is_sent_by_the_name_of_a_template(client_of_staff: APIClient) -> None:
    made(client_of_staff)
    ada = UserFactory.create()

    answer = client_of_staff.post(SEND, {"user_ids": [str(ada.pk)], "template": "spring"})

    sent = Campaign.objects.get(pk=answer.json()["campaign"]["id"])
    assert (sent.template, sent.subject, sent.text) == ("spring", "Hi {{ first_name }}", "See you.\n")


def test_lists_take_as_many_queries_for_three_as_for_one(
    client_of_staff: APIClient, django_assert_num_queries: Any
) -> None:
    """The start set is five; each page of it asks once."""
    with CaptureQueriesContext(connection) as one:
        client_of_staff.get(f"{TEMPLATES}?limit=1")
    with django_assert_num_queries(len(one)):
        assert len(client_of_staff.get(f"{TEMPLATES}?limit=3").json()["results"]) == 3
