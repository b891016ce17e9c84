"""Sorts of mail to many: those that people have chosen about are kept."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailing.models import MailCategory, OptOut, OptOutSource
from mailing.preferences import Door, Topic, opt_in, opt_out
from mailing.tests.factories import people
from users.models import User

pytestmark = pytest.mark.django_db
DOOR = Door(OptOutSource.PAGE)
LIST = reverse("admin:mailing_mailcategory_changelist")


@pytest.fixture
def talks(db: None) -> MailCategory:
    return MailCategory.objects.create(key="talks", name="Talks")


def chosen_about(category: MailCategory, recipients: list[User]) -> None:
    """Have people do without ``category``, and want it again."""
    for person in recipients:
        opt_out(user=person, topic=Topic(category=category), door=DOOR)
        opt_in(user=person, topic=Topic(category=category), door=DOOR)


def delete_page(category: MailCategory) -> str:
    return reverse("admin:mailing_mailcategory_delete", args=[category.pk])


def test_category_with_wishes_is_not_deleted(talks: MailCategory) -> None:
    chosen_about(talks, people(1))

    with pytest.raises(ProtectedError):
        talks.delete()


@pytest.mark.parametrize("at_once", [False, True])
def test_admin_says_why_a_category_is_kept(admin_of_staff: Client, talks: MailCategory, at_once: bool) -> None:  # noqa: FBT001  # a parameter of pytest's
    chosen_about(talks, people(3))
    sent: Any = {"post": "yes"}
    ticked = {**sent, "action": "delete_selected", "_selected_action": [talks.pk]}

    admin_of_staff.post(*((LIST, ticked) if at_once else (delete_page(talks), sent)))
    with CaptureQueriesContext(connection) as queries:
        page = admin_of_staff.get(delete_page(talks)).content.decode()

    assert "Talks (people have said that they do without it: the proof of that is kept)" in page
    assert sum("mailing_optout" in query["sql"] for query in queries) == 1
    assert (MailCategory.objects.filter(pk=talks.pk).exists(), OptOut.objects.count()) == (True, 3)


def test_category_that_nobody_chose_about_is_deleted(admin_of_staff: Client, talks: MailCategory) -> None:
    admin_of_staff.post(delete_page(talks), {"post": "yes"})

    assert not MailCategory.objects.filter(pk=talks.pk).exists()
