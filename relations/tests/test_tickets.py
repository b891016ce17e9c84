import pytest

from events.tests.factories import EventFactory
from relations.tests.factories import attend
from relations.tickets import qr_png, qr_svg, relation_of, ticket_code
from users.tests.factories import UserFactory


@pytest.mark.django_db
def test_ticket_names_one_registration_alone_or_at_the_end_of_an_address() -> None:
    relation = attend(UserFactory.create(), EventFactory.create())
    code = ticket_code(relation.pk)

    assert relation_of(code) == relation
    assert relation_of(f" https://crm.example.com/tickets/{code}/ ") == relation


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "x", "https://example.com/", "AAAA.BBBB", "ä" * 70, "AAECAwQFBgcICQoLDA0ODw.x"])
def test_nothing_else_is_a_ticket(text: str) -> None:
    assert relation_of(text) is None


@pytest.mark.django_db
def test_code_of_another_registration_cannot_be_made_of_one() -> None:
    first, second = (attend(UserFactory.create(), EventFactory.create()) for _ in range(2))
    forged = ticket_code(second.pk).partition(".")[0] + "." + ticket_code(first.pk).partition(".")[2]

    assert relation_of(forged) is None


def test_qr_codes_are_pictures() -> None:
    assert qr_png("a ticket").startswith(b"\x89PNG")
    assert qr_svg("a ticket").startswith("<svg")
    assert "viewBox" in qr_svg("a ticket")  # else a page that shows it smaller cuts it off
