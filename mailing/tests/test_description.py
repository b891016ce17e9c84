"""How a mail reads before anybody is named."""

import pytest
from django.test import Client
from django.urls import reverse

from mailing.description import described
from mailing.tests.factories import campaign_to, people


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Hi", "Hi"),
        ("Dear {{ first_name }},", "Dear ‹first name›,"),
        (
            '{{ job_title | default("News") }}{% if city %} near {{ city }}{% else %}!{% endif %}',
            "‹job title› near ‹city›",
        ),
        ("Your link, {{ link }}: {{ hours }} hours", "Your link,…:… hours"),
        ("Broken {% if", "Broken {% if"),
        ("{{ first_name | truncate(2) }} x", "… x"),
    ],
)
def test_what_is_filled_in_has_its_name(source: str, words: str) -> None:
    assert described(source).subject == words


@pytest.mark.django_db
def test_campaigns_page_shows_no_source(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(1), subject="See you, {{ first_name }}")
    page = admin_of_staff.get(reverse("admin:mailing_campaign_change", args=[campaign.pk])).content.decode()

    assert str(campaign) == "See you, ‹first name›"
    assert "See you, ‹first name›" in page
    assert "{{" not in page
