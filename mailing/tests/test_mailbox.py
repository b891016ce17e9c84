"""Mail that is kept as files, and reading it."""

import os
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from pytest_django import Settings

from mailing.admin.markup import framed
from mailing.mailbox import UnknownMailError, is_in_use, list_messages, read_message
from mailing.transports.outcomes import UnreachableError


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Return the folder that mail is kept in."""
    settings.EMAIL_BACKEND = "mailing.backends.MailDirBackend"
    settings.MAIL_DIR = folder = tmp_path / "mail"
    return folder


def send(subject: str = "Hello", to: str = "ada@example.com", **options: object) -> None:
    """Send a mail as any part of Django would."""
    EmailMessage(subject, "Dear Ada", to=[to], **options).send()  # type: ignore[arg-type]  # Django's options


def test_mailbox_without_mail_is_empty(folder: Path) -> None:
    assert list_messages() == []
    assert is_in_use()


def test_mail_is_listed_newest_first(folder: Path) -> None:
    for number in range(3):
        send(f"Number {number}")
        (newest,) = [path for path in folder.iterdir() if f"Number {number}".encode() in path.read_bytes()]
        os.utime(newest, (number, number))

    assert [one.subject for one in list_messages(2)] == ["Number 2", "Number 1"]


def test_mail_is_read_in_both_forms(folder: Path) -> None:
    message = EmailMultiAlternatives("Grüße", "Text", "Events <e@example.com>", ["ada@example.com"])
    message.attach_alternative("<p>Café</p>", "text/html")
    message.send()
    (envelope,) = list_messages()

    mail = read_message(envelope.name)

    assert (mail.text.strip(), mail.html.strip()) == ("Text", "<p>Café</p>")
    assert mail.envelope == envelope
    assert (envelope.subject, envelope.sender, envelope.to) == ("Grüße", "Events <e@example.com>", "ada@example.com")
    assert ("Subject", "Grüße") in mail.headers
    assert [name for name, _value in mail.headers[:4]] == ["From", "To", "Subject", "Date"]
    assert ("MIME-Version", "1.0") in mail.headers[4:]


def test_same_mail_sent_again_is_the_same_file(folder: Path) -> None:
    for _time in range(2):
        send(headers={"Message-ID": "<1@example.com>"})

    assert [path.name for path in folder.iterdir()] == ["1-example-com.eml"]


@pytest.mark.parametrize(
    "name",
    ["../secret.eml", "..", "", "nope.eml", "a/../secret.eml", "/etc/passwd", "x\0.eml", ".hidden.eml", "secret"],
)
def test_name_that_leads_elsewhere_is_unknown(folder: Path, name: str) -> None:
    folder.mkdir()
    (folder.parent / "secret.eml").write_text("Subject: secret\n\n")

    with pytest.raises(UnknownMailError):
        read_message(name)


def test_id_that_leads_elsewhere_stays_in_the_folder(folder: Path) -> None:
    send(headers={"Message-ID": "<../../evil/\x00@example.com>"})

    assert [path.parent for path in folder.parent.rglob("*.eml")] == [folder]


def test_folder_that_cannot_be_written_is_trouble_of_ours(folder: Path) -> None:
    folder.write_text("a file where the folder should be")

    with pytest.raises(UnreachableError):
        get_connection().send_messages([EmailMessage("Hello", to=["ada@example.com"])])


def test_pictures_that_a_mail_brings_are_shown_from_it(folder: Path) -> None:
    raw = (
        'Content-Type: multipart/related; boundary="b"\n\n'
        '--b\nContent-Type: text/html\n\n<img src="cid:ticket">\n'
        "--b\nContent-Type: image/png\nContent-ID: <ticket>\nContent-Transfer-Encoding: base64\n\niVBORw==\n--b--\n"
    )
    folder.mkdir()
    (folder / "a.eml").write_text(raw)

    assert read_message("a.eml").html.strip() == '<img src="data:image/png;base64,iVBORw==">'


def test_frame_asks_nobody_for_a_picture_that_no_mail_brings() -> None:
    markup = framed('<img src="cid:ticket"> cid:ticket', "A mail")

    assert "&quot;data:image/svg+xml,%3Csvg" in markup
    assert markup.count("cid:ticket") == 1
