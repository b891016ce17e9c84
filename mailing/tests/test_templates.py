"""Templates that are kept in the database: their versions, their layout, and what is refused."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from api.transactions import LOCK_TIMEOUT
from mailing.audience import by_ids
from mailing.content import content_of, content_of_template
from mailing.email_templates import create_template, delete_template, update_template, use_version
from mailing.models import Campaign, EmailTemplate, EmailTemplateVersion, MailCategory
from mailing.preview import rendered_for
from mailing.services import create_campaign
from mailing.start_set import START_SET, bring_start_set, store_start_set
from users.admin.history import changes_of
from users.models import User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def template(**given: Any) -> EmailTemplate:
    fields = {"name": "spring", "title": "Spring", "subject": "Spring", "html": "<p>See you.</p>"} | given
    return create_template(template=EmailTemplate(**fields), actor=given.pop("actor", None))


def faults(**given: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        template(**given)
    return refusal.value.message_dict


def versions(of: EmailTemplate) -> list[tuple[int, str]]:
    return list(of.versions.values_list("number", "subject"))


@pytest.mark.parametrize("name", START_SET)
def test_start_set_reads_well_for_who_is_known_and_who_is_not(name: str) -> None:
    people = [
        User(first_name="Ada", last_name="Lovelace", email="ada@example.com", company="Acme", city="London"),
        User(email="somebody@example.com"),
    ]

    for person in people:
        mail = rendered_for(content_of(EmailTemplate.objects.get(name=name)), person)

        assert ("Ada" in mail.subject + mail.text) is bool(person.first_name)
        assert not {"{", "<", "\ue000"} & set(mail.text + mail.subject)
        assert "\n\n\n" not in mail.text
        assert max(map(len, mail.text.split("\n\n-- \n")[0].splitlines())) <= 90  # a filled in name lengthens a line
        assert mail.html.startswith("<!doctype html>")
        assert "{{" not in mail.html
        assert mail.html.count("/unsubscribe/example/") == 1


@pytest.mark.parametrize("name", START_SET)
def test_start_set_is_sent_once_its_links_are_filled_in(name: str) -> None:
    start = EmailTemplate.objects.get(name=name)
    if "example.com" in start.html:
        with pytest.raises(ValidationError) as refusal:
            content_of_template(name)
        assert refusal.value.message_dict["template"][0].startswith("“https://example.com/")
        changes = {"html": start.html.replace("https://example.com", "https://meetings.example-club.org")}
        update_template(template=start, changes=changes, actor=None)

    assert content_of_template(name).template == name


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ({"html": "<a href='HTTP://Example.org'>A</a>"}, "HTTP://Example.org"),
        ({"html": "<p>https://www.example.net/a</p>"}, "https://www.example.net/a"),
        ({"html": "", "text": "See https://example.com."}, "https://example.com"),
    ],
)
def test_example_is_not_sent(given: dict[str, str], link: str) -> None:
    template(**given)

    with pytest.raises(ValidationError, match="is an example") as refusal:
        content_of_template("spring")
    assert f"“{link}" in refusal.value.message_dict["template"][0]


def test_name_that_only_looks_like_an_example_is_sent() -> None:
    template(html="<a href='https://example.com.au/'>A</a> https://myexample.com/ ada@example.com")

    assert content_of_template("spring").template == "spring"


def test_start_set_is_brought_once() -> None:
    delete_template(template=EmailTemplate.objects.get(name="invitation"))
    update_template(template=EmailTemplate.objects.get(name="welcome"), changes={"subject": "Ahoy"}, actor=None)

    bring_start_set()

    assert {*EmailTemplate.objects.values_list("name", flat=True)} == {*START_SET} - {"invitation"}
    assert content_of_template("welcome").subject == "Ahoy"


def test_empty_table_gets_the_start_set_with_its_categories() -> None:
    EmailTemplate.objects.all().delete()
    MailCategory.objects.get_or_create(key="newsletter", defaults={"name": "Newsletter"})

    store_start_set()

    assert {*EmailTemplate.objects.values_list("name", flat=True)} == {*START_SET}
    assert content_of_template("newsletter").category == MailCategory.objects.get(key="newsletter")


def test_every_other_content_is_a_version() -> None:
    ada = UserFactory.create()
    spring = template()

    update_template(template=spring, changes={"subject": "Summer"}, actor=ada)
    update_template(template=spring, changes={"title": "Seasons"}, actor=ada)
    again = use_version(version=spring.versions.get(number=1), actor=ada)
    use_version(version=spring.versions.get(number=1), actor=ada)

    assert versions(spring) == [(3, "Spring"), (2, "Summer"), (1, "Spring")]
    assert (again.current, again.subject, again.title) == (3, "Spring", "Seasons")
    assert [one.author for one in spring.versions.all()] == [ada, ada, None]


def test_history_keeps_the_category() -> None:
    spring, talks = template(), MailCategory.objects.create(key="talks", name="Talks")

    update_template(template=spring, changes={"category": talks}, actor=None)
    update_template(template=spring, changes={"category": None}, actor=None)

    changes, _more = changes_of(spring, 1)
    assert [change.fields for change in changes[:2]] == [[("Category", "Talks", "–")], [("Category", "–", "Talks")]]


def test_history_outlives_the_category() -> None:
    talks = MailCategory.objects.create(key="talks", name="Talks")
    spring, number = template(category=talks), str(talks.pk)
    talks.delete()

    assert changes_of(spring, 1)[0][0].fields == [("Category", number, "–")]


@pytest.mark.parametrize("service", ["create", "update", "delete"])
def test_nobody_waits_long_for_a_template(service: str) -> None:
    """The time-out is the transaction's, which is the test's own."""
    welcome = EmailTemplate.objects.get(name="welcome")
    if service == "create":
        template()
    elif service == "update":
        update_template(template=welcome, changes={"title": "Ahoy"}, actor=None)
    else:
        delete_template(template=welcome)

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == (LOCK_TIMEOUT,)


def test_campaign_keeps_its_content() -> None:
    spring, ada = template(), UserFactory.create()
    sent = create_campaign(
        content=content_of_template("spring"), choice=by_ids([str(ada.pk)], sender=None), sender=None
    )

    update_template(template=spring, changes={"subject": "Summer", "html": "<p>Hot.</p>"}, actor=None)
    delete_template(template=spring)

    kept = Campaign.objects.get(pk=sent.pk)
    assert (kept.subject, kept.template, kept.text) == ("Spring", "spring", "See you.\n")
    assert "<p style=" in kept.html
    assert EmailTemplateVersion.objects.filter(template_id=spring.pk).count() == 0


@pytest.mark.parametrize("given", [True, False])
def test_sort_of_mail_is_the_templates_unless_another_is_given(given: bool) -> None:  # noqa: FBT001  # pytest's way
    talks, news = (MailCategory.objects.create(key=key, name=key) for key in ("talks", "news"))
    template(category=talks)
    choice = by_ids([str(UserFactory.create().pk)], sender=None)

    made = create_campaign(
        content=content_of_template("spring"), choice=choice, sender=None, category=news if given else None
    )

    assert made.category == (news if given else talks)


def test_archived_template_is_not_offered() -> None:
    update_template(template=template(), changes={"archived": True}, actor=None)

    with pytest.raises(ValidationError, match="Known: event-reminder, invitation, newsletter, thank-you, welcome"):
        content_of_template("spring")


@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_unknown_placeholder_is_refused_where_it_stands(part: str) -> None:
    found = faults(**{part: "Hi {{ frist_name }}"})

    assert [*found] == [part]
    assert found[part][0].startswith("Unknown placeholder: frist_name. Known: first_name, last_name,")


def test_template_that_says_nothing_is_refused() -> None:
    assert faults(html=" \n ") == {"html": ["Write an HTML or a text."]}


def test_name_that_is_taken_or_not_plain_is_refused() -> None:
    template()

    assert [*faults()] == ["name"]
    assert "name" in faults(name="Spring 2026")


def test_refused_edit_stores_nothing() -> None:
    spring = template()

    with pytest.raises(ValidationError):
        update_template(template=spring, changes={"html": "{% for x in y %}{% endfor %}"}, actor=None)

    assert versions(spring) == [(1, "Spring")]
    assert EmailTemplate.objects.get(pk=spring.pk).html == "<p>See you.</p>"


def test_text_of_ones_own_stays_and_whole_document_gets_no_layout() -> None:
    content = content_of(template(html="<!doctype html><p>Hi</p>", text="Hi, in words"))

    assert (content.html, content.text) == ("<!doctype html><p>Hi</p>", "Hi, in words")


def test_plain_text_alone_has_no_html() -> None:
    assert content_of(template(html="", text="Hi")).html == ""
