"""What a campaign's mail says of itself: headers that no builder breaks, and the link in both its forms."""

from email import message_from_bytes, policy
from uuid import UUID

import pytest
from pytest_django import Settings

from mailing.accounts import renderer_of
from mailing.claims import claim
from mailing.content import own_content
from mailing.footers import with_footer
from mailing.leaving import unsubscribe_address
from mailing.messages import Listing, build
from mailing.models import Campaign, Delivery, MailCategory
from mailing.pump import pump
from mailing.rendering import Rendered
from mailing.sender import Sender
from mailing.tests.factories import QUICK, campaign_to, people
from mailing.tests.smtp_server import SmtpServer
from mailing.transports import open_transport

CAMPAIGN, PERSON = UUID(int=1), UUID(int=2)
LONG_HOST = "-".join(["long"] * 12) + ".events-and-more.example.museum"


def headers_of(raw: bytes) -> list[bytes]:
    """Return the lines of a message's head as they go over the wire."""
    return raw.partition(b"\r\n\r\n")[0].split(b"\r\n")


def sent(category: str = "talks", *, html: str = "", invited: bool = False, text: str = "Dear Ada") -> bytes:
    """Return a campaign's message as it goes out."""
    listed = Listing(unsubscribe_address(CAMPAIGN, PERSON), category, CAMPAIGN)
    rendered = Rendered("Hello", text, html, picture=b"png" if invited else b"")
    built = build(rendered, address="ada@example.com", message_id="<1@example.com>", lane="campaign", listed=listed)
    return bytes(built.message().as_bytes(linesep="\r\n"))


@pytest.mark.parametrize("html", ["", "<p>Dear Ada</p>"], ids=["text alone", "with HTML"])
@pytest.mark.parametrize("invited", [False, True], ids=["", "with a picture"])
@pytest.mark.parametrize("text", ["Dear Ada", "Liebe Ädä", "x" * 1200], ids=["ASCII", "UTF-8", "long lines"])
def test_headers_of_the_list_are_whole_lines_of_plain_text(
    settings: Settings, html: str, text: str, *, invited: bool
) -> None:
    """Folded or encoded, an address of such a length is lost on programs that look for it (RFC 8058)."""
    settings.PUBLIC_URL = f"https://{LONG_HOST}"
    address = unsubscribe_address(CAMPAIGN, PERSON)
    assert len(address) > 150

    lines = headers_of(sent(html=html, invited=invited, text=text))

    assert sorted(line for line in lines if line.startswith((b"List-", b"Feedback-"))) == [
        f"Feedback-ID: {CAMPAIGN.hex}:talks:campaign:event-crm".encode(),
        f"List-Id: <talks.{LONG_HOST}>".encode(),
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        f"List-Unsubscribe: <{address}>".encode(),
    ]
    assert max(map(len, lines)) < 998


def test_mail_without_a_category_has_the_list_of_all_others(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://crm.example"
    message = message_from_bytes(sent(""), policy=policy.default)

    assert message["List-Id"] == "<campaigns.crm.example>"
    assert message["Feedback-ID"] == f"{CAMPAIGN.hex}:campaigns:campaign:event-crm"


def test_mail_that_somebody_waits_for_is_no_list() -> None:
    built = build(
        Rendered("Hello", "Dear Ada", ""), address="ada@example.com", message_id="<1@x.example>", lane="transactional"
    )
    message = message_from_bytes(built.message().as_bytes())

    assert [name for name in message.keys() if name.startswith(("List-", "Feedback-"))] == []  # noqa: SIM118  # no dict
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_payload() == "Dear Ada"


def test_link_is_added_to_both_forms_that_lack_it() -> None:
    link = "https://crm.example/unsubscribe/token/"

    mail = with_footer(Rendered("Hello", "Dear Ada\n", "<html><body><p>Hello</p></BODY ></html>"), link)

    assert mail.text.splitlines()[0] == "Dear Ada"
    assert mail.text.splitlines()[2::2] == ["-- ", link]
    assert mail.html.startswith("<html><body><p>Hello</p><p style=")
    assert mail.html.endswith("</p>\n</BODY ></html>")
    assert mail.html.count(f'href="{link}"') == 1


def test_link_that_is_there_is_not_added_again() -> None:
    link = "https://crm.example/unsubscribe/token/"
    mail = Rendered("Hello", f"Leave: {link}", f'<a href="{link}">Leave</a>')

    assert with_footer(mail, link) == mail


def test_html_without_a_body_gets_the_link_at_its_end() -> None:
    mail = with_footer(Rendered("Hello", "", "<p>Hello</p>"), "https://crm.example/u/")

    assert mail.html.startswith("<p>Hello</p><p style=")


@pytest.mark.django_db
def test_campaign_goes_out_with_the_link_of_each_person(server: SmtpServer) -> None:
    talks = MailCategory.objects.create(key="talks", name="Talks\r\nBcc: all@example.com")
    campaign = campaign_to(people(2), category=talks)

    pump(QUICK)

    links = {d.address: unsubscribe_address(campaign.pk, d.user_id) for d in Delivery.objects.all() if d.user_id}
    accepted = {one.address: one for one in server.accepted}
    assert accepted.keys() == links.keys()
    for address, one in accepted.items():
        assert f"List-Unsubscribe: <{links[address]}>".encode() in headers_of(one.raw)
        assert one.message["Bcc"] is None
        assert links[address] in one.message.get_content()


@pytest.mark.django_db
def test_template_places_the_link_itself(server: SmtpServer) -> None:
    campaign = campaign_to(people(1))
    Campaign.objects.filter(pk=campaign.pk).update(text="Leave at {{ unsubscribe_url }} or stay.")
    held = claim(campaign.pk, campaign.lane, QUICK)

    with open_transport(QUICK) as transport:
        Sender(held, renderer_of(campaign.pk), transport, QUICK).send(held.ends)

    content = server.accepted[0].message.get_content()
    assert content.count("/unsubscribe/") == 1
    assert content.rstrip().endswith("/ or stay.")


def test_template_may_name_the_link() -> None:
    assert own_content(subject="Hello", body="{{ unsubscribe_url }}").text == "{{ unsubscribe_url }}"
