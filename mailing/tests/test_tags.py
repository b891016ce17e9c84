"""HTML that is large or broken on purpose: read in one pass, or refused where it breaks."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError

from mailing.content import content_of
from mailing.layout import laid_out
from mailing.models import EmailTemplate
from mailing.plain_text import text_of
from mailing.rendering import ContentError
from mailing.tags import pieces

SHORTEST = 0.001


def seconds(work: Callable[[str], object], html: str) -> float:
    """Return the processor's time for ``work``, the best of five."""

    def once() -> float:
        begun = time.process_time()
        with suppress(ContentError):
            work(html)
        return time.process_time() - begun

    return max(SHORTEST, min(once() for _ in range(5)))


@pytest.mark.parametrize("work", [text_of, lambda html: laid_out("x", html)], ids=["text", "page"])
@pytest.mark.parametrize(
    ("before", "again", "after"),
    [
        ("{% raw %}", "{{", "{% endraw %}"),
        ("<a", " ", ""),
        ("<a", " ", ">"),
        ("<a<a<a", " ", ""),
        ("<a class=", " ", "x>"),
        ("<p", " a", ">"),
        ("", "<a ", ""),
        ("", '<a x="', ""),
        ("", "<a x='\"", ""),
        ("", "<!--", ""),
        ("", "<![", ""),
        ("", "</a ", ""),
        ("", "<style>", ""),
        ("", "&", ""),
        ("<p>", "<b>x</b>", ""),
        ("", "<a href=/x>y", ""),
        ("", "<blockquote>a", ""),
        ("", "<ul><li>a", ""),
    ],
)
def test_time_grows_as_the_html_does(work: Callable[[str], object], before: str, again: str, after: str) -> None:
    """Four times as much takes four times as long, and not sixteen times."""
    some, more = (seconds(work, before + again * times + after) for times in (1_500, 6_000))

    assert more / some < 9


@pytest.mark.parametrize("html", ["<blockquote>a", "<ul><li>a"])
def test_deep_nesting_makes_no_long_text(html: str) -> None:
    assert len(text_of(html * 2_000)) < 2_000 * 32


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<p>A</p>\n<a href={{ city }}\n<p>B", "The tag that begins with “<a href=… <p>B” is not closed."),
        ('<p title="A>B</p>', 'The tag that begins with “<p title="A>B</p>” is not closed.'),
        ("<p>A</p", "The tag that begins with “</p” is not closed."),
        ("<!-- A <p>B</p>", "The comment that begins with “<!-- A <p>B</p>” is not closed."),
        ("<style>p {}<p>B</p>", "<style> is not closed."),
    ],
)
def test_what_is_not_closed_is_refused_and_named(html: str, fault: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        content_of(EmailTemplate(name="x", subject="x", html=html))

    assert refusal.value.message_dict == {"html": [fault]}


def test_pieces_are_the_whole() -> None:
    html = "A<p class='a'>B</P ><!-- C --><!doctype html><style>p>a</style>1 < 2<br/></>D"

    assert "".join(piece.source for piece in pieces(html)) == html
