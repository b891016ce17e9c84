"""What becomes of the HTML that people write: the page around it, and the text made of it."""

import pytest

from mailing.layout import BUTTON, STYLES, laid_out
from mailing.plain_text import text_of
from mailing.rendering import Renderer, values_of

EVE = values_of(first_name="<Eve>", last_name="", email="", job_title="", company="", city="", state="")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Spring</h1><p>See\n you.</p>", "Spring\n\nSee you."),
        ("<ul><li>One</li><li>Two</li></ul><p>End</p>", "- One\n- Two\n\nEnd"),
        ("<ol><li>One</li><li><p>Two</p></li></ol>", "1. One\n2. Two"),
        ("<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>", "- One\n  - Inner\n- Two"),
        ('<p><a href="https://a.example/x">Register</a> now</p>', "Register: https://a.example/x now"),
        ('<p><a href="https://a.example/">https://a.example/</a></p>', "https://a.example/"),
        ('<p><a href="mailto:a@b.example">a@b.example</a></p>', "a@b.example"),
        ("<blockquote><p>Day<br>Place</p></blockquote>", "> Day\n> Place"),
        ("<p>A &amp; B &lt;C&gt;</p><hr><p>D</p>", "A & B <C>\n\n---\n\nD"),
        ('<p><img src="cid:x" alt="The hall"></p>', "The hall"),
        ("<style>p {}</style><p>Seen</p>", "Seen"),
        ("Bare", "Bare"),
        ("<p>Hi {{ first_name | default('<you>') }}</p>", "Hi {{ first_name | default('<you>') }}"),
        ('<p><a href="{{ unsubscribe_url }}">Leave</a></p>', "Leave: {{ unsubscribe_url }}"),
        ("</p></ul></a></li></blockquote><p>Odd", "Odd"),
        ("<p>x <![ y</p>", "x"),
        ("<p>a</p><![foo]><? b ?><!-- <p>c</p> --></ d>", "a"),
        ("<p>1 < 2, 2 <3</p>", "1 < 2, 2 <3"),
        ("<a href=/a>A<a href=/b>B</a>", "A: /aB: /b"),
        ('<p>{{ "}}" }} {# why #}</p>', '{{ "}}" }} {# why #}'),
        ("<p>{% raw %}<b>{{{% endraw %}</p>", "{% raw %}<b>{{{% endraw %}"),
        ("<p>A</p>{# why #}<p>B</p>", "A\n\n{# why #}B"),
    ],
)
def test_text_is_made_of_html(html: str, text: str) -> None:
    assert text_of(html) == f"{text}\n"


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>&#123;&#123; x &#125;&#125;</p>", "{{ x }}"),
        ("<p>{<b>{ x }}</b> {<i>% if %}</i></p>", "{{ x }} {% if %}"),
        ("<p>{<b>{{ city }}</b>}</p>", "{York}"),
        ("<p>&#xe000;0&#xe001;{{ city }}&#xe000;7&#xe001;</p>", "0York7"),
        (f"<p>&#{'9' * 5_000};</p>", f"\ufffd{'9' * 4_980};"),
        ('<a href="/?a=1&amp;b={{ city }}">C</a>', "C: /?a=1&b=York"),
    ],
)
def test_text_says_what_the_page_shows(html: str, said: str) -> None:
    """Letters that a reference names, and braces, are text: they make no placeholder."""
    assert Renderer("x", text_of(html), "").render({**EVE, "city": "York"}).text == said


@pytest.mark.parametrize(("city", "text"), [("York", "A\n\nIn York.\n\nB\n"), ("", "A\n\nB\n")])
def test_paragraph_that_is_left_out_leaves_no_gap(city: str, text: str) -> None:
    made = text_of("<p>A</p>\n{% if city %}\n<p>In {{ city }}.</p>\n{% endif %}\n<p>B</p>")

    assert Renderer("x", made, "").render({**EVE, "city": city}).text.rstrip() == text.rstrip()


def test_long_paragraph_is_wrapped() -> None:
    assert max(map(len, text_of(f"<p>{'word ' * 60}</p>").splitlines())) <= 76


def test_looks_are_written_into_the_tags_and_own_ones_prevail() -> None:
    page = laid_out("Hi", '<p style="margin:0">A</p><a class="button" href="https://a.example/?a=1&b=2">B</a>')

    assert '<p style="margin:0 0 16px;line-height:1.6;margin:0">A</p>' in page
    assert '<a class="button" href="https://a.example/?a=1&b=2" style="display:inline-block;' in page


@pytest.mark.parametrize(
    ("tag", "styled"),
    [
        ("<a href=https://x.example/>", f'<a href=https://x.example/ style="{STYLES["a"]}">'),
        ('<a class="wide button" href="#">', f'<a class="wide button" href="#" style="{BUTTON}">'),
        ("<p style=color:red>", f'<p style="{STYLES["p"]};color:red">'),
        ("<HR/>", f'<HR style="{STYLES["hr"]}"/>'),
        ('<img alt="a > b" />', f'<img alt="a > b" style="{STYLES["img"]}" />'),
        ("<p{% if city %} lang=en{% endif %}>", f'<p{{% if city %}} lang=en{{% endif %}} style="{STYLES["p"]}">'),
        ("<pre>", "<pre>"),
        ("<p-own>", "<p-own>"),
        ("<!-- <p> -->", "<!-- <p> -->"),
    ],
)
def test_tag_keeps_what_it_was_given(tag: str, styled: str) -> None:
    assert laid_out("x", f"A {tag} B").count(f"A {styled} B") == 1


def test_subject_is_no_place_of_the_page() -> None:
    page = laid_out('{{ "<!-- body -->" }}', "<p>A</p>")

    assert page.count("A</p>") == 1
    assert '<title>{{ "<!-- body -->" }}</title>' in page


def test_page_is_accessible_and_loads_nothing() -> None:
    page = laid_out("News & {{ first_name }}", "<p>A</p>")
    filled = Renderer("x", "x", page).render(EVE).html

    assert "<title>News &amp; &lt;Eve&gt;</title>" in filled
    assert '<html lang="en"' in page
    assert page.count("<table") == page.count('role="presentation"') == 3
    assert "prefers-color-scheme: dark" in page
    assert [word for word in ("src=", "url(", "@import", "<link") if word in page] == []


def test_mail_without_link_to_unsubscribe_has_no_footer() -> None:
    assert "Unsubscribe" not in Renderer("x", "x", laid_out("x", "<p>A</p>")).render(EVE).html
