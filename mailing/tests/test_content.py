import pytest
from django.core.exceptions import ValidationError

from mailing.content import content_of_template, own_content, template_names
from mailing.models import Campaign
from mailing.preview import rendered_for
from mailing.rendering import PLAIN, ContentError, Renderer, values_of
from users.models import User

ADA = values_of(
    first_name="Ada", last_name="Lovelace", email="ada@example.com", job_title="", company="Acme", city="", state=""
)


def faults(**parts: str) -> dict[str, list[str]]:
    """Return why the content is refused."""
    with pytest.raises(ValidationError) as refusal:
        own_content(**{"subject": "Hello", "body": "Hello"} | parts)
    return refusal.value.message_dict


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["newsletter", "welcome"])
def test_shipped_template_is_filled_in(name: str) -> None:
    content = content_of_template(name)

    rendered = Renderer(content.subject, content.text, content.html).render(ADA)

    assert "Ada" in rendered.subject
    assert rendered.text.startswith("Hello Ada")
    assert "Ada" in rendered.html
    assert "{" not in rendered.subject + rendered.text


def test_preview_is_what_the_person_would_get() -> None:
    ada = User(first_name="Ada", email="ada@example.com")

    rendered = rendered_for(own_content(subject="Hi {{ first_name }}", body="{{ email }}{{ company }}"), ada)

    assert (rendered.subject, rendered.text.partition("\n")[0]) == ("Hi Ada", "ada@example.com")
    assert rendered.text.endswith("\nhttp://localhost:8000/unsubscribe/example/\n")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nope", "../../etc", "..", "", "Welcome", "admin"])
def test_template_that_is_none_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        content_of_template(name)

    assert refusal.value.message_dict == {
        "template": [
            "There is no template of this name. Known: event-reminder, invitation, newsletter, thank-you, welcome."
        ]
    }
    assert template_names() == ["event-reminder", "invitation", "newsletter", "thank-you", "welcome"]


def test_unknown_placeholder_is_refused_with_the_known_ones() -> None:
    known = "Known: first_name, last_name, full_name, email, job_title, company, city, state, unsubscribe_url."

    assert faults(body="Dear {{ frist_name }}") == {"body": [f"Unknown placeholder: frist_name. {known}"]}


def test_unknown_placeholder_in_a_branch_that_nobody_takes_is_refused() -> None:
    assert "Unknown placeholder: city_name." in faults(body="{% if not email %}{{ city_name }}{% endif %}")["body"][0]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{% for letter in first_name %}{{ first_name }}{% endfor %}", "letter"),
        ("{{ first_name.__class__.__mro__ }}", "Getattr"),
        ("{{ first_name['upper'] }}", "Getitem"),
        ("{{ first_name.upper() }}", "Call"),
        ("{{ 'x' * 1000000000 }}", "Mul"),
        ("{{ first_name | safe }}", "safe"),
        ("{{ first_name | replace('', first_name) }}", "replace"),
        ("{% include 'welcome' %}", "Include"),
        ("{{ range }}", "range"),
        ("{{ first_name", "end of print statement"),
    ],
)
def test_template_that_does_more_than_fill_in_is_refused(body: str, kind: str) -> None:
    assert kind in faults(body=body)["body"][0]


@pytest.mark.parametrize("part", ["subject", "body"])
def test_empty_part_is_refused_where_it_stands(part: str) -> None:
    assert faults(**{part: " \n"}) == {part: ["This may not be empty."]}


def test_subject_that_is_too_long_is_refused() -> None:
    assert faults(subject="x" * 501) == {"subject": ["The subject is longer than 500 characters."]}


@pytest.mark.parametrize("fallback", ['default("there")', 'default("there", true)', 'd("there")'])
def test_fallback_serves_for_an_empty_value(fallback: str) -> None:
    rendered = Renderer("Hi", f"Hello {{{{ first_name | {fallback} }}}}", "").render({**ADA, "first_name": ""})

    assert rendered.text == "Hello there"


def test_html_escapes_values_and_text_does_not() -> None:
    rendered = Renderer("Hi", "{{ company }}", "<b>{{ company }}</b>").render({**ADA, "company": "<i>A&B</i>"})

    assert rendered.text == "<i>A&B</i>"
    assert rendered.html == "<b>&lt;i&gt;A&amp;B&lt;/i&gt;</b>"


def test_value_with_line_breaks_adds_no_header() -> None:
    rendered = Renderer("Hello {{ first_name }}", "x", "").render(
        {**ADA, "first_name": "Eve\r\nBcc: all@x.y\u2028\x00"}
    )

    assert rendered.subject == "Hello Eve Bcc: all@x.y"


def test_subject_keeps_joined_emoji() -> None:
    assert Renderer("👩‍💻 {{ first_name }}", "x", "").render(ADA).subject == "👩‍💻 Ada"


def test_value_with_bare_carriage_returns_gives_plain_lines() -> None:
    rendered = Renderer("Hello", "{{ company }}", "").render({**ADA, "company": "A\rB\r\nC"})

    assert rendered.text == "A\nB\nC"


def test_subject_that_is_empty_once_filled_in_fails_that_mail() -> None:
    with pytest.raises(ContentError, match="The subject is empty once it is filled in"):
        Renderer("{{ city }}", "x", "").render(ADA)


def test_filter_that_does_not_fit_is_refused() -> None:
    assert "body" in faults(body="{{ first_name | truncate('a') }}")


@pytest.mark.parametrize("part", ["subject", "body"])
def test_filter_that_asserts_is_refused(part: str) -> None:
    assert faults(**{part: "{{ first_name | truncate(2) }}"}) == {part: ["expected length >= 3, got 2"]}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{% if email %}" * 120 + "x" + "{% endif %}" * 120, id="conditions"),
        pytest.param("{{ " + "(" * 3_000 + "email" + ")" * 3_000 + " }}", id="parentheses"),
        pytest.param("{{ " + "not " * 4_000 + "email }}", id="negations"),
        pytest.param("{{ email" + " | trim" * 2_000 + " }}", id="filters"),
        pytest.param("{{ " + "9" * 5_000 + " }}", id="digits"),
    ],
)
def test_template_that_python_cannot_read_is_refused(body: str) -> None:
    assert faults(body=body)["body"][0].startswith("The template cannot be read: ")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{{ email }}" * 2_001, id="placeholders"),
        pytest.param("{{ email" + " < email" * 1_001 + " }}", id="comparisons"),
        pytest.param("{% if email %}{% endif %}" * 1_001, id="conditions"),
        pytest.param("{{ 'x' }}" * 2_001, id="values"),
    ],
)
def test_template_that_asks_for_too_much_is_refused(body: str) -> None:
    said = "This has more than 2000 placeholders, conditions and filters: write a shorter one."

    assert faults(body=body) == {"body": [said]}


def test_long_text_of_few_placeholders_is_good() -> None:
    assert own_content(subject="Hello", body="{{ email }} and {{ city }} " * 1_000).subject == "Hello"


def test_fault_without_words_is_named_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(_value: str) -> str:
        raise MemoryError

    monkeypatch.setitem(PLAIN.filters, "trim", exhausted)

    assert faults(body="{{ email | trim }}") == {"body": ["MemoryError"]}


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("News of May", "News of May"),
        ("Welcome, {{ first_name | default('you') }}", "Welcome, ‹first name›"),
        ("{{ first_name }}{% if first_name %}, here is{% else %} Here is{% endif %} May", "‹first name›, here is May"),
    ],
)
def test_campaign_is_named_by_its_subject_with_names_for_what_differs(subject: str, shown: str) -> None:
    assert str(Campaign(subject=subject)) == shown
